/*
 * Which traps did the machine take, and from whom? Reads QEMU's interrupt log (-d int) and the
 * marks that the watch plugin (harness/plugin/watch.c) leaves between its lines, and turns both
 * into seen events: traps out of a guest into the hypervisor, entries, fences, watched stores.
 *
 * The log alone does not say which of its traps came from a guest (V is not in it), nor whether
 * one went to M, HS or VS. The marks do, because the plugin sees the physical address of what
 * runs. A hart is in the firmware, in the hypervisor or in a guest:
 *
 *     guest --trap to HS-------------------------> hypervisor's vector    guest exit
 *     guest --trap to M--> firmware --mret-------> hypervisor's vector    guest exit, forwarded
 *     guest --trap to M--> firmware --mret-------> guest                  firmware's own affair
 *     guest --trap to VS-------------------------> guest                  guest's own affair
 *     hypervisor --sret--------------------------> guest                  entry
 *     hypervisor --trap--------------------------> hypervisor's vector    hypervisor's own fault
 *
 * A log line is thus kept until the next mark or line of its hart shows where it led. An interrupt
 * of M-mode may come in between, even before the first instruction behind the firmware's mret: it
 * is the firmware's own, and changes nothing of what was kept.
 */
#ifndef MACHINE_TRAPLOG_H
#define MACHINE_TRAPLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace/event.h"

#define TRAPLOG_HARTS      16
#define TRAPLOG_HGATPS     1024
#define TRAPLOG_VALUES     6    /* most that a mark has, but for MARK_REGISTERS */
#define TRAPLOG_LINE_BYTES 1024 /* longest line that is looked at; the rest of it is skipped */

/* One line of the log. */
enum traplog_kind {
    TRAPLOG_NOTHING, /* not ours: another message of QEMU */
    TRAPLOG_TRAP,    /* riscv_cpu_do_interrupt */
    TRAPLOG_MARK     /* a mark of the plugin */
};

/* Letters of the marks: "@<letter> hart instructions [address [value]]", numbers in hex. */
enum traplog_mark {
    MARK_FIRMWARE = 'F', /* the firmware begins to run */
    MARK_MRET = 'M',     /* mret in the firmware */
    MARK_VECTOR = 'V',   /* first instruction of the hypervisor's trap vector */
    MARK_SRET = 'S',     /* sret in the hypervisor: address of the instruction, hgatp */
    MARK_BACK = 'B',     /* the sret before led into the hypervisor itself, not into a guest */
    MARK_GVMA = 'G',     /* hfence.gvma in the hypervisor: address of the instruction */
    MARK_VVMA = 'H',     /* hfence.vvma in the hypervisor */
    MARK_HGATP = 'A',    /* hgatp was written: address of the instruction, value (~0: not known) */
    MARK_NEW = 'N',      /* about to enter with an hgatp for the first time; held */
    MARK_STORE = 'W',    /* store to a watched page: physical address of code, of data */
    MARK_IDLE = 'I',
    MARK_RESUME = 'R',
    MARK_HOLD = 'K',      /* the plugin holds the machine until it is told to go on */
    MARK_LIMIT = 'L',     /* the instruction limit is reached, the machine is held */
    MARK_CALL = 'U',      /* a program's ecall: number, a0, a1, pc, satp, hgatp */
    MARK_SBI = 'C',       /* a guest's call to the hypervisor: eid, fid, a0, a1, pc, hgatp */
    MARK_RETURN = 'Q',    /* the guest's sret into a program: a0, sp, pc, satp, hgatp */
    MARK_REGISTERS = 'X', /* general registers: see struct traplog_registers */
    MARK_READY = 'P',     /* the plugin is loaded; its version */
    MARK_ARMED = 'Y',     /* the plugin's deadline is set: the machine cannot move it */
    MARK_DEADLINE = 'D',  /* it has come, and QEMU ends */
    MARK_SPENT = 'T',     /* QEMU has used up its processor time */
    MARK_EXIT = 'Z'       /* QEMU ends by itself; one that is killed leaves no such mark */
};

struct traplog_line {
    enum traplog_kind kind;
    unsigned hart;
    char mark;
    uint32_t scause;                 /* trap: abi/trace.h's 32 bits */
    uint64_t epc, tval;              /* trap */
    uint64_t instructions;           /* mark */
    uint64_t address, value;         /* mark: its first two values */
    uint64_t values[TRAPLOG_VALUES]; /* mark */
};

/* Reads one line (no newline) of QEMU 7.2 … 10. false: begins like ours and is not well-formed. */
bool traplog_parse_line(const char *line, size_t bytes, struct traplog_line *parsed);

struct traplog_trap {
    uint32_t scause;
    uint64_t epc, tval;
};

enum traplog_where { WHERE_FIRMWARE, WHERE_HYPERVISOR, WHERE_GUEST };

struct traplog_hart {
    enum traplog_where where; /* runs now */
    enum traplog_where from;  /* where it was when the firmware was entered */
    uint64_t hgatp;           /* entered with */
    bool open;                /* last is not yet known to have led anywhere */
    bool returned;            /* mret seen after `last` led to the firmware, nothing else since */
    bool aside;               /* in the firmware for an interrupt of its own, or on the way there */
    bool has_taken;
    bool has_nested;
    struct traplog_trap last;   /* the last trap of the log outside the firmware */
    struct traplog_trap exit;   /* the last one that left a guest */
    bool exited;                /* the last time the vector ran, it was for a guest */
    struct traplog_trap nested; /* the last trap inside the firmware since */
};

/* The general registers at an exit (in the vector) or at an entry (first block of the guest). */
struct traplog_registers {
    unsigned hart;
    bool entry;
    bool host;                /* an exit that is none: a trap of the hypervisor's own */
    uint64_t pc;              /* entry: where the guest goes on; exit: sepc */
    uint64_t x[32];           /* x[0] is 0 */
    uint64_t hgatp;           /* that the hart last entered with */
    struct traplog_trap trap; /* the guest's last exit on this hart */
};

/* Reads "@X hart instructions entry pc x1 … x31" (hart, entry, pc and x). false: it is not. */
bool traplog_parse_registers(const char *line, size_t bytes, struct traplog_registers *registers);

struct traplog {
    /* Called for each MARK_REGISTERS, if set (after traplog_init). */
    void (*on_registers)(const struct traplog_registers *registers, void *argument);
    void *argument;
    struct traplog_hart hart[TRAPLOG_HARTS];
    uint64_t lines; /* read so far */
    uint64_t traps; /* trap lines among them */
    uint64_t guest_exits;
    uint64_t holds;      /* MARK_HOLD and MARK_NEW seen */
    unsigned hold_hart;  /* of the last */
    uint64_t hold_hgatp; /* the last was MARK_NEW with this value; 0: MARK_HOLD */
    size_t hgatp_count;
    uint64_t hgatps[TRAPLOG_HGATPS];    /* of MARK_NEW, in order */
    uint64_t instructions;              /* of the last mark */
    bool marks;                         /* the plugin is there */
    bool limit;                         /* MARK_LIMIT seen */
    bool armed, deadline, spent, exits; /* MARK_ARMED, …DEADLINE, …SPENT, …EXIT seen */
    bool stray; /* a guest ran the hypervisor's own code: it can reach its pages */
    size_t used;
    char line[TRAPLOG_LINE_BYTES];
    char error[160];
};

void traplog_init(struct traplog *log);

/*
 * Feeds bytes as they come; whole lines are turned into seen events in the list. false: a line
 * that cannot be (a mark of a hart that does not exist, a guest exit without a trap): error, one
 * line with the line's number.
 */
bool traplog_feed(struct traplog *log, const char *data, size_t bytes, struct event_list *list);

/* Ends the stream: a last line without newline is taken; a trap still open is reported as where
 * it was taken. */
bool traplog_end(struct traplog *log, struct event_list *list);

/* How told differs from seen. */
enum truth {
    TRUTH_EQUAL,
    TRUTH_MISSING, /* the machine took a trap from a guest that no record tells */
    TRUTH_EXTRA,   /* a record tells of a trap that the machine did not take */
    TRUTH_ALTERED, /* cause, sepc or stval differ */
    TRUTH_LOST,    /* records were overwritten before they were read: cannot be compared */
    TRUTH_COUNT
};

struct truth_verdict {
    enum truth truth;
    unsigned hart;
    uint64_t compared;               /* pairs that were equal */
    uint64_t position;               /* number of the first difference among that hart's exits */
    const struct event *told, *seen; /* the two at the difference; either may be NULL */
    char text[320];                  /* one line: "the trace is not true: …" */
};

/*
 * Holds the told kvm_exit records against the seen guest exits, per hart, in order, on scause,
 * sepc and stval. cut: the machine was stopped under way, so that the last exit of a hart may be
 * seen and not yet told. Seen events that match get the time, VM and vCPU of their record.
 */
void truth_compare(const struct event_list *told, struct event_list *seen, bool cut,
                   struct truth_verdict *verdict);

#endif
