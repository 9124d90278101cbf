/*
 * A check as it was read from its file: the scenario (which machine, which guests, how long) and
 * the items (what must be seen). docs/checks.md describes the language; parse.h reads it,
 * sequence.h and property.h decide it.
 */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bundle.h"
#include "trace/event.h"

/* Where in the file; both count from 1. */
struct place {
    unsigned line, column;
};

/* What an expression counts in; a bare number fits all. */
enum unit {
    UNIT_NONE,
    UNIT_TICKS,        /* of the `time` CSR, 10 MHz: what 10ms, 5us … become */
    UNIT_INSTRUCTIONS, /* executed by all harts: 5000insns */
};

enum expression_kind {
    EXPRESSION_NUMBER,
    EXPRESSION_VARIABLE, /* [[NAME]] */
    EXPRESSION_ADD,
    EXPRESSION_SUBTRACT,
    EXPRESSION_MULTIPLY,
    EXPRESSION_DIVIDE,
    EXPRESSION_COUNT,    /* count PATTERN [between PATTERN and PATTERN] */
    EXPRESSION_REGISTER, /* register vm=NAME gp: at the VM's last exit */
    EXPRESSION_ADDRESS,  /* address vm=NAME SYMBOL[+DISTANCE]: of a symbol of its image */
    EXPRESSION_WORD,     /* word vm=NAME ADDRESS: 8 bytes of the guest's memory at the end */
    EXPRESSION_PROBE,    /* probe vm=NAME FIELD: of abi/probe.h's report, at the end */
    EXPRESSION_MACHINE,  /* machine FIELD: ticks, instructions or idle, as seen at the end */
    EXPRESSION_MONITOR,  /* monitor [vm=NAME] FIELD: of abi/monitor.h, at the end (told) */
};

struct expression {
    enum expression_kind kind;
    enum unit unit;
    struct place place;
    uint64_t number;
    const char *name; /* VARIABLE, PROBE, MONITOR; WORD: symbol, or NULL */
    int vm;           /* WORD, PROBE, MONITOR: place in scenario.vm; -1: the machine's */
    struct expression *left, *right; /* WORD: left is the address or the distance from name */
    struct pattern *count, *from, *to;
};

enum relation { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

/* One alternative of a condition: low, or low..high inclusive. */
struct range {
    struct expression *low, *high; /* high NULL: low alone */
    struct range *next;
};

/* field RELATION value; or a binding, field=[[NAME:]], which holds for any value in ranges. */
struct condition {
    const char *field;
    enum relation relation;
    const char *bind;     /* NULL: none */
    struct range *ranges; /* NULL: any value */
    struct place place;
    const char *text;
    struct condition *next;
};

enum pattern_source { SOURCE_EITHER, SOURCE_TOLD, SOURCE_SEEN };

struct pattern {
    const struct event_type *type; /* NULL: any event of the source */
    enum pattern_source source;
    struct condition *conditions;
    struct place place;
    const char *text;
};

enum directive_kind { DIRECTIVE_CHECK, DIRECTIVE_NEXT, DIRECTIVE_DAG, DIRECTIVE_NOT };

struct directive {
    enum directive_kind kind;
    unsigned count; /* CHECK-COUNT-n; else 1 */
    struct pattern *pattern;
    struct place place;
    const char *text; /* the line as written */
    const char *hint;
    struct directive *next;
};

enum property_kind {
    PROPERTY_COMPARE,    /* EXPRESSION RELATION EXPRESSION */
    PROPERTY_NEVER,      /* never A [between B and C] */
    PROPERTY_EVENTUALLY, /* always A imply eventually B [within D] */
    PROPERTY_PREVIOUSLY, /* always A imply previously B [within D] */
    PROPERTY_NEXT,       /* always A imply next B */
    PROPERTY_BEFORE,     /* always A imply B before C */
    PROPERTY_SHARE,      /* share vm=a of 3/4 within 2% [by FIELD] */
    PROPERTY_GAP,        /* gap vm=a below 30ms */
    PROPERTY_ENDS,       /* vm a ends exit(0) */
    PROPERTY_SAYS,       /* vm a says "TEXT" */
    PROPERTY_TRUTH,      /* told equals seen */
    PROPERTY_ISOLATION,  /* isolation holds */
    PROPERTY_REGISTERS,  /* registers preserved */
    PROPERTY_FENCES,     /* fences complete */
    PROPERTY_PANIC,      /* panic report true */
    PROPERTY_SECRETS,    /* noninterference vm=a */
};

struct property {
    enum property_kind kind;
    struct place place;
    const char *text;
    const char *hint;
    struct pattern *a, *b, *c;
    struct expression *left, *right; /* COMPARE; right: WITHIN and BELOW too */
    enum relation relation;
    int vm;
    uint64_t part, whole; /* SHARE: of part/whole */
    uint64_t percent;     /* SHARE: tolerance, points of a percent */
    const char *by;       /* SHARE: a field of the probe's report; NULL: told time */
    bool by_instructions; /* SHARE, GAP: what the machine was seen to execute in the guest */
    int end;              /* ENDS: enum vm_end, or -1: never */
    bool has_code;
    uint64_t code;
    const char *says; /* SAYS */
    struct property *next;
};

enum stream_split { SPLIT_NONE, SPLIT_VM, SPLIT_VCPU, SPLIT_HART };

/* What one item looks at: all events, or those that match, in one piece or one piece per … */
struct stream {
    enum stream_split split;
    struct pattern *filter; /* NULL: all */
};

struct item {
    const char *id, *title, *hint;
    const char *diagnosis; /* the author's name for this failure, or NULL */
    unsigned points;
    unsigned evidence; /* EVIDENCE_… of result.h */
    struct stream stream;
    struct directive *directives;
    struct property *properties;
    struct place place;
    struct item *next;
};

/* Guests of the scenario, in the order of the bundle. Strings: NULL when not given. */
struct scenario_vm {
    const char *name, *image, *initrd, *args;
    uint64_t memory;
    unsigned vcpus, weight, cap;
    bool manual, bss_filled;
    struct place place;
};

/* A line typed at the hypervisor's console at a virtual time. */
struct scenario_command {
    uint64_t at_ticks;
    const char *text;
    struct scenario_command *next;
};

/* Bytes that are typed at the machine's console at a virtual time. */
struct scenario_input {
    uint64_t at_ticks;
    const char *byte;
    size_t count;
    struct scenario_input *next;
};

enum scenario_until {
    UNTIL_FINISHED, /* the machine stops by itself, and in good order */
    UNTIL_DEADLINE, /* guests run for ever: the machine is stopped at the deadline */
    UNTIL_TRAPS,    /* the same, or they trap without end until the run's bound */
    UNTIL_PANIC,    /* the hypervisor is to refuse or panic: SRST with reason failure */
};

/* In a VM's arguments: a number that differs between the two runs of noninterference. */
#define SCENARIO_SECRET "[[SECRET]]"

struct scenario {
    struct scenario_vm vm[BUNDLE_MAX_VMS];
    unsigned vms;
    uint64_t machine_memory;
    unsigned harts;
    const char *cpu;        /* of QEMU */
    const char *hypervisor; /* options in bootargs, or NULL */
    uint64_t deadline;      /* in ticks */
    enum scenario_until until;
    bool trace;
    uint64_t seed_first, seed_last;
    struct scenario_command *commands;
    struct scenario_input *inputs;
};

struct check {
    const char *file, *id, *group, *title;
    struct scenario scenario;
    struct item *items;
    unsigned points;
    bool wants_truth, wants_isolation, wants_registers, wants_seen, wants_syscalls, wants_calls;
    uint64_t watchers;   /* VMs, by place as bits, to whom a second run must look the same */
    struct arena *arena; /* owns everything above */
};

#endif
