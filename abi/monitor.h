/*
 * What the hypervisor publishes of its VMs for a monitor outside, which reads it from the
 * machine's RAM at the ELF symbol `monitor`. A slot is a VM of the bundle, through all its lives:
 * its counters (times, injections, exits) only grow, by reboots and restarts too. What it says of
 * one life stays there, after that has ended, until the next begins.
 * The figures are told by the hypervisor: a judge holds them against what the machine shows.
 */
#ifndef ABI_MONITOR_H
#define ABI_MONITOR_H

#include <stdint.h>

#define MONITOR_MAGIC      "SGMONTR1"
#define MONITOR_VERSION    3
#define MONITOR_MAX_VMS    16
#define MONITOR_EXCEPTIONS 32 /* exits[cause] for exceptions 0 … 31 */
#define MONITOR_INTERRUPTS 32 /* exits[32 + number] for interrupts 0 … 31 */
#define MONITOR_CAUSES     (MONITOR_EXCEPTIONS + MONITOR_INTERRUPTS)

/* How a VM came to its end. */
enum vm_end {
    VM_END_NONE = 0,        /* it has not ended */
    VM_END_EXIT = 1,        /* the guest asked: paravirtual exit; end_code is its code */
    VM_END_SHUTDOWN = 2,    /* the guest asked: SRST or legacy shutdown; end_code is the reason */
    VM_END_GUEST_FAULT = 3, /* the guest did what no guest may; why says what */
    VM_END_KILLED = 4,      /* by order of the operator */
    VM_END_NO_MEMORY = 5,   /* its allotment could not be met */
    VM_END_STOPPED = 6,     /* every vCPU has stopped itself: none is left to start another */
};

enum vm_state {
    VM_STATE_FREE = 0,    /* the slot is not in use */
    VM_STATE_RUNNING = 1, /* some vCPU may run, or all of them wait */
    VM_STATE_PAUSED = 2,
    VM_STATE_ENDED = 3,     /* memory is still held, for inspection */
    VM_STATE_DESTROYED = 4, /* memory is scrubbed and returned */
};

/* An exception that the hypervisor gave to a guest for what the guest did. */
struct monitor_fault {
    uint64_t cause; /* as the guest's scause */
    uint64_t pc;
    uint64_t stval;
    uint64_t gpa; /* that the access led to, but for the offset in its page; ~0: none */
};

#define MONITOR_FAULTS 4

struct monitor_vm {
    char name[24];
    uint32_t state;    /* enum vm_state */
    uint32_t end;      /* enum vm_end */
    uint64_t end_code; /* see enum vm_end */
    char why[96];      /* VM_END_GUEST_FAULT: the reason in words, NUL-terminated */
    uint32_t vcpus;
    uint32_t weight;
    uint32_t cap;           /* percent of one hart; 0: none */
    uint32_t id;            /* record.vm of this VM's trace records */
    uint64_t memory;        /* promised, in bytes */
    uint64_t resident;      /* backed by memory now, in bytes */
    uint64_t tables;        /* second-stage tables, in bytes */
    uint64_t claim_ticks;   /* time its weight and cap entitled it to, until claims_until */
    uint64_t cpu_ticks;     /* time spent in the guest or on its behalf, all vCPUs */
    uint64_t steal_ticks;   /* time that a vCPU could have run and did not */
    uint64_t created_ticks; /* `time` when the VM was created, this time */
    uint64_t ended_ticks;   /* `time` when it ended; 0: it has not */
    uint64_t injections;    /* interrupts and exceptions given to the guest */
    uint64_t exits[MONITOR_CAUSES];
    uint64_t faults;                            /* access faults and illegal instructions given */
    struct monitor_fault fault[MONITOR_FAULTS]; /* the first of them, each at a place of its own */
    struct monitor_fault last_fault;            /* the last of them, */
    uint64_t last_fault_repeated;               /* and how often it came in a row, itself too */
};

struct monitor {
    char magic[8];     /* MONITOR_MAGIC */
    uint32_t version;  /* MONITOR_VERSION */
    uint32_t vm_count; /* slots ever used: vm[0 … vm_count-1] are meaningful */
    uint64_t timebase_hz;
    uint64_t ram_base; /* board RAM, physical */
    uint64_t ram_bytes;
    uint64_t free_bytes;    /* free for VMs now */
    uint64_t own_bytes;     /* the hypervisor's own: image, stacks, tables, metadata */
    uint64_t trace_bytes;   /* trace rings */
    uint64_t idle_ticks;    /* no vCPU could run */
    uint64_t boot_ticks;    /* `time` at the hypervisor's first instruction */
    uint64_t claims_until;  /* `time` when a VM last began or ended */
    uint64_t claimed_ticks; /* of the time until then, that in which some VM lived */
    uint32_t finished;      /* 1: all VMs have ended and the machine is about to stop */
    uint32_t panicked;      /* 1: the hypervisor met a bug of its own */
    struct monitor_vm vm[MONITOR_MAX_VMS];
};

/*
 * What the hypervisor leaves at the ELF symbol `panic_report` when it meets a bug of its own.
 * backtrace holds return addresses, innermost first, 0 behind the last.
 */
#define PANIC_MAGIC     "SGPANIC1"
#define PANIC_BACKTRACE 16

struct panic_report {
    char magic[8]; /* PANIC_MAGIC once the report is complete, else 0 */
    char message[160];
    uint64_t trapped; /* 1: registers and the three CSRs below are those of a trap */
    uint64_t scause;
    uint64_t sepc;
    uint64_t stval;
    uint64_t x[32];
    uint64_t backtrace[PANIC_BACKTRACE];
};

#endif
