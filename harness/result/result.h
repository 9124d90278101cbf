/*
 * The result of judging: a run holds checks, a check holds items, and an item is the smallest
 * thing that can pass or fail and carry points. Every report (terminal, JSON, JUnit, TAP, HTML,
 * and the formats of course platforms) is a view of this one model.
 */
#ifndef HARNESS_RESULT_RESULT_H
#define HARNESS_RESULT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Who is at fault. The last two are never scored: their points are "not graded", which is said
 * beside the sum; they stay in what the sum is out of. The order is by weight: of several items'
 * verdicts the greatest is the check's.
 */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,            /* the submission's fault */
    VERDICT_GUEST_FAULT,     /* the guest program's fault, not the hypervisor's */
    VERDICT_BUILD_ERROR,     /* the submission does not compile or link */
    VERDICT_TOOLCHAIN_FAULT, /* the compiler, QEMU … is missing, too old, or broke */
    VERDICT_HARNESS_FAULT,   /* coach itself could not judge */
    VERDICT_COUNT
};

/* Where an item's facts come from; a set of bits. */
#define EVIDENCE_TOLD 1u /* from the hypervisor's own trace or monitor */
#define EVIDENCE_SEEN 2u /* from the machine: memory, registers, trap log */

/* One line of a failure's account, shown in the order in which it was added. */
enum result_line_kind {
    LINE_EXPECTED, /* what was expected */
    LINE_ACTUAL,   /* what was found instead */
    LINE_NEAREST,  /* the event that came nearest, with the field that differs */
    LINE_CONTEXT,  /* an event around it */
    LINE_SOURCE,   /* function file:line, in hypervisor or guest */
    LINE_NOTE,     /* anything else, such as a compiler's message */
    LINE_KIND_COUNT
};

struct result_line {
    enum result_line_kind kind;
    char *text; /* one line, without newline */
};

struct result_item {
    char *id;    /* unique in its check, stable between runs: "3" or "hvip-cleared" */
    char *title; /* one line for people */
    char *at;    /* "file:line:column" of the expectation, or NULL */
    unsigned got, of;
    enum verdict verdict;
    unsigned evidence; /* EVIDENCE_… */
    char *diagnosis;   /* named cause ("sepc not advanced"), or NULL */
    char *hint;        /* from the check's author, shown when it fails; or NULL */
    struct result_line *lines;
    size_t line_count;
};

/* A span or, when end == begin, a moment on one lane of the run's timeline. Virtual time, ns. */
struct result_span {
    char *lane;  /* "hart 0", "vm a" … */
    char *label; /* "kvm_exit EXC_SUPERVISOR_SYSCALL" */
    char kind;   /* 'r' runs, 'x' exit, 'i' interrupt, 'e' end of a VM, 'f' failing place */
    uint64_t begin, end;
};

/* One row of the memory map that an isolation audit drew. Bytes, physical addresses. */
struct result_region {
    uint64_t start, bytes;
    char *owner; /* "hypervisor", "vm a", "tables of vm a", "free" … */
    bool fault;  /* the audit objects to it */
};

struct result_check {
    char *id;    /* unique in the run: the file's stem, with its folder: "traps/ecall" */
    char *title; /* one line */
    char *group; /* lab or folder that it belongs to; "" if none */
    char *file;  /* path of the check file; "" if none */
    uint64_t seed;
    char *replay; /* one command that repeats exactly this check; "" if none */
    uint64_t virtual_ns;
    struct result_item *items;
    size_t item_count;
    struct result_span *spans;
    size_t span_count;
    struct result_region *regions;
    size_t region_count;
    uint64_t leaves_visited; /* by isolation audits; 0: none ran */
    char *summary;           /* preformatted account, for readers of the HTML only; or NULL */
    char *console;           /* what the guests printed, for readers only; or NULL */
    char *rules;             /* of the contract, and how often each was tried; or NULL */
};

struct result_run {
    char *title;     /* "checks", "lab 3: hypercall" … */
    char *tier;      /* sandbox tier in force; "" if none was asked for */
    char *generator; /* "coach 0.1" */
    struct result_check *checks;
    size_t check_count;
    char **notes; /* lines that concern the run as a whole */
    size_t note_count;
};

struct result_score {
    unsigned got, of;  /* points; of: all that there are, so that nothing makes them fewer */
    unsigned ungraded; /* how many of them could not be graded */
    size_t items[VERDICT_COUNT];
};

/* A new, empty run. Aborts when memory is out, as all functions here do. */
struct result_run *result_run_new(const char *title);
void result_run_free(struct result_run *run);
void result_run_note(struct result_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void result_run_tier(struct result_run *run, const char *tier);

/*
 * Adds a check or an item and returns it; strings are copied, NULL counts as "".
 * The pointer is good until the next addition to the same array.
 * A new item has verdict pass, got == of == `of`.
 */
struct result_check *result_check_add(struct result_run *run, const char *id, const char *title);
struct result_item *result_item_add(struct result_check *check, const char *id, const char *title,
                                    unsigned of);

/* Replaces the string at *field with a formatted one: result_set(&item->hint, "…"). */
void result_set(char **field, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets a verdict and the points that go with it: all for pass, none for any other. */
void result_judge(struct result_item *item, enum verdict verdict);

/* Adds one line to a failure's account; line breaks in the text are split into lines. */
void result_line(struct result_item *item, enum result_line_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void result_span_add(struct result_check *check, const char *lane, const char *label, char kind,
                     uint64_t begin, uint64_t end);
void result_region_add(struct result_check *check, uint64_t start, uint64_t bytes,
                       const char *owner, bool fault);

/*
 * Puts `to` in place of `from` in all that people read (titles, accounts, files, notes, console);
 * ids and replay lines stay. An empty `from` is nowhere.
 */
void result_run_replace(struct result_run *run, const char *from, const char *to);

/* Moves all checks of `from` to the end of `to`, then frees `from`. */
void result_run_append(struct result_run *to, struct result_run *from);

/* Orders checks by group, id and seed, so that the order of finishing does not show. */
void result_run_sort(struct result_run *run);

/* A check's verdict: the greatest of its items'; a check without items is a harness fault. */
enum verdict result_check_verdict(const struct result_check *check);
struct result_score result_check_score(const struct result_check *check);
struct result_score result_run_score(const struct result_run *run);

/* Whether the verdict is one of the two that are never scored. */
bool verdict_ungraded(enum verdict verdict);
/* "pass", "fail", "guest fault", "build error", "toolchain fault", "harness fault". */
const char *verdict_name(enum verdict verdict);
/* The inverse; VERDICT_COUNT if the name is none of them. */
enum verdict verdict_parse(const char *name);
/* "expected", "actual", "nearest", "context", "source", "note". */
const char *result_line_kind_name(enum result_line_kind kind);

/* Exit status for the run: 0 all pass, 1 something failed, 3 something could not be graded. */
int result_exit_status(const struct result_run *run);

#endif
