/*
 * The trace: fixed 64-byte records in one ring per hart, written by the hypervisor and read
 * from outside by mapping the machine's RAM. Events carry the names of Linux's KVM and
 * scheduler tracepoints where one exists. The header stands at the ELF symbol `trace_header`.
 *
 * A ring's head counts the bytes that were ever written to it. The writer fills in the record at
 * base + (head & mask), then stores head + 64 with release order; it never waits and counts
 * nothing else. A reader loads head with acquire order: the records below it are complete, save
 * those more than the ring's size below it, which have been overwritten: head - (mask + 1) bytes
 * are lost. The record just that far below a running writer's head may be half overwritten. Who
 * has copied records looks at head again, and gives up what it has come too near to.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include <stdint.h>

#define TRACE_MAGIC     "SGTRACE1"
#define TRACE_VERSION   3
#define TRACE_MAX_HARTS 16
#define TRACE_NO_VM     0xff /* record.vm, record.vcpu: about no VM in particular */

/* A cache line, so that harts do not take each other's away. */
struct trace_ring {
    _Alignas(64) uint64_t base; /* physical address of the ring */
    uint64_t mask;              /* its size in bytes, a power of two, less 1; 0: there is no ring */
    uint64_t head;              /* bytes written since boot */
    uint64_t hart;              /* whose ring it is: its hart id, as the board counts */
};

struct trace_header {
    char magic[8];         /* TRACE_MAGIC */
    uint32_t version;      /* TRACE_VERSION */
    uint32_t record_bytes; /* sizeof(struct trace_record) */
    uint32_t hart_count;   /* rings in use */
    uint32_t enabled;      /* 0: tracepoints write nothing */
    uint64_t timebase_hz;  /* ticks of record.time in a second */
    struct trace_ring ring[TRACE_MAX_HARTS];
};

/* A cache line. What an event does not name is whatever the ring held there before. */
struct trace_record {
    uint64_t time; /* the `time` CSR of the hart */
    union {
        struct {
            uint16_t event; /* enum trace_event */
            uint8_t vm;     /* VM number, or TRACE_NO_VM */
            uint8_t vcpu;   /* number of the vCPU in its VM, or TRACE_NO_VM */
            uint32_t arg;   /* see the event */
        };
        uint64_t word; /* these four at once */
    };
    uint64_t a, b, c, d, e, f;
};

/* scause in 32 bits, as kvm_exit carries it: bit 31 is the interrupt bit. */
#define TRACE_CAUSE_INTERRUPT 0x80000000u
#define TRACE_CAUSE_ECALL     10u /* from VS-mode */

/*                              arg                     a                    b           */
enum trace_event {
    TRACE_NONE = 0,
    TRACE_KVM_ENTRY = 1,      /* -                      sepc                 guest's a0    */
                              /*   c: guest's a1                                           */
    TRACE_KVM_EXIT = 2,       /* scause                 sepc                 stval         */
                              /*   causes 20, 21, 23: c: htval, d: htinst                  */
                              /*   cause 10, an ecall, whose stval is 0: b: EID, c: FID,   */
                              /*   d: a0                                                   */
    TRACE_HYPERCALL = 3,      /* never in a ring: what readers make of a kvm_exit of cause */
    TRACE_HYPERCALL_RET = 4,  /*   10, and of that vCPU's next kvm_entry if it goes on     */
                              /*   behind the ecall                                        */
    TRACE_GSTAGE_MAP = 5,     /* level<<16 | PTE bits   gpa                  pa            */
    TRACE_GSTAGE_UNMAP = 6,   /* level<<16              gpa                  pa            */
    TRACE_GSTAGE_PROTECT = 7, /* level<<16 | PTE bits   gpa                  pa            */
    TRACE_HFENCE_GVMA = 8,    /* VMID                   gpa, or ~0: all      -             */
    TRACE_IRQ_INJECT = 9,     /* interrupt number       -                    -             */
    TRACE_TRAP_INJECT = 10,   /* exception cause        sepc                 stval         */
    TRACE_SCHED_SWITCH = 11,  /* prev vm<<8 | prev vcpu  ran, in ticks       prev state    */
                              /*   vm, vcpu: the one switched to, TRACE_NO_VM: idle        */
    TRACE_SCHED_WAKEUP = 12,  /* enum trace_wakeup      -                    -             */
    TRACE_SCHED_BLOCK = 13,   /* -                      sepc                 deadline      */
    TRACE_TIMER_SET = 14,     /* -                      deadline, guest time -             */
    TRACE_TIMER_FIRE = 15,    /* -                      deadline, guest time -             */
    TRACE_IPI_SEND = 16,      /* target vcpu            -                    -             */
    TRACE_RFENCE = 17,        /* FID                    start                size          */
    TRACE_VCPU_START = 18,    /* -                      entry                opaque        */
    TRACE_VCPU_STOP = 19,     /* -                      -                    -             */
    TRACE_VM_CREATE = 20,     /* vcpus                  memory, bytes        weight        */
    TRACE_VM_START = 21,      /* -                      entry                -             */
    TRACE_VM_PAUSE = 22,      /* -                      -                    -             */
    TRACE_VM_RESUME = 23,     /* -                      -                    -             */
    TRACE_VM_KILL = 24,       /* enum vm_end            sepc                 stval         */
                              /*   by the operator: sepc of the vCPU that has the turn, or  */
                              /*   of the first, stval 0                                    */
    TRACE_VM_EXIT = 25,       /* enum vm_end            code                 -             */
    TRACE_VM_DESTROY = 26,    /* -                      pages scrubbed       -             */
                              /*   told when it is done: all are zero and free              */
    TRACE_CSR_EMULATE = 27,   /* CSR number             sepc                 value         */
    TRACE_VMID_ROLLOVER = 28, /* generation             -                    -             */
    TRACE_PANIC = 29,         /* scause                 sepc                 stval         */
    TRACE_CONSOLE = 30,       /* bytes                  -                    -             */
    TRACE_STEAL = 31,         /* -                      steal, ticks         -             */
    TRACE_SWITCH_FP = 32,     /* 0 saved, 1 restored    -                    -             */
    TRACE_HART_ONLINE = 33,   /* index of the hart       -                    -             */
    TRACE_EVENT_COUNT
};

enum trace_wakeup {
    TRACE_WAKEUP_TIMER = 1,  /* the guest's timer is due */
    TRACE_WAKEUP_IPI = 2,    /* a software interrupt was sent to it */
    TRACE_WAKEUP_START = 3,  /* the vCPU was started */
    TRACE_WAKEUP_RESUME = 4, /* its VM was resumed */
};

_Static_assert(sizeof(struct trace_record) == 64, "a trace record is 64 bytes");

#endif
