/*
 * The trace: fixed 32-byte records in one ring per hart, written by the hypervisor and read
 * from outside by mapping the machine's RAM. Events carry the names of Linux's KVM and
 * scheduler tracepoints where one exists. The header stands at the ELF symbol `trace_header`.
 *
 * A reader takes `head` of a ring, then the records before it: record number n is at
 * base + (n % capacity) * 32. The writer never waits: a record older than head - capacity has
 * been overwritten, and `lost` counts those. A record is complete once head has passed it.
 */
#ifndef ABI_TRACE_H
#define ABI_TRACE_H

#include <stdint.h>

#define TRACE_MAGIC     "SGTRACE1"
#define TRACE_VERSION   1
#define TRACE_MAX_HARTS 8
#define TRACE_NO_VM     0xff /* record.vm, record.vcpu: about no VM in particular */

struct trace_ring {
    uint64_t base;     /* physical address of the first record */
    uint64_t capacity; /* in records, a power of two; 0: this hart has no ring */
    uint64_t head;     /* records written since boot */
    uint64_t lost;     /* of those, overwritten since */
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

struct trace_record {
    uint64_t time;  /* the `time` CSR of the hart */
    uint16_t event; /* enum trace_event */
    uint8_t vm;     /* VM number, or TRACE_NO_VM */
    uint8_t vcpu;   /* number of the vCPU in its VM, or TRACE_NO_VM */
    uint32_t arg;   /* see the event */
    uint64_t a;
    uint64_t b;
};

/* scause in 32 bits, as kvm_exit carries it: bit 31 is the interrupt bit. */
#define TRACE_CAUSE_INTERRUPT 0x80000000u

/*                              arg                     a                    b           */
enum trace_event {
    TRACE_NONE = 0,
    TRACE_KVM_ENTRY = 1,      /* -                      sepc                 -             */
    TRACE_KVM_EXIT = 2,       /* scause                 sepc                 stval         */
    TRACE_KVM_PAGE_FAULT = 3, /* htinst                 htval                -             */
                              /*   follows the kvm_exit of causes 20, 21, 23 at once       */
    TRACE_HYPERCALL = 4,      /* EID                    FID                  a0            */
    TRACE_HYPERCALL_RET = 5,  /* EID                    error (a0)           value (a1)    */
    TRACE_GSTAGE_MAP = 6,     /* level<<16 | PTE bits   gpa                  pa            */
    TRACE_GSTAGE_UNMAP = 7,   /* level<<16              gpa                  pa            */
    TRACE_GSTAGE_PROTECT = 8, /* level<<16 | PTE bits   gpa                  pa            */
    TRACE_HFENCE_GVMA = 9,    /* VMID                   gpa, or ~0: all      -             */
    TRACE_IRQ_INJECT = 10,    /* interrupt number       -                    -             */
    TRACE_TRAP_INJECT = 11,   /* exception cause        sepc                 stval         */
    TRACE_SCHED_SWITCH = 12,  /* prev vm<<8 | prev vcpu  ran, in ticks       prev state    */
                              /*   vm, vcpu: the one switched to, TRACE_NO_VM: idle        */
    TRACE_SCHED_WAKEUP = 13,  /* enum trace_wakeup      -                    -             */
    TRACE_SCHED_BLOCK = 14,   /* -                      sepc                 deadline      */
    TRACE_TIMER_SET = 15,     /* -                      deadline, guest time -             */
    TRACE_TIMER_FIRE = 16,    /* -                      deadline, guest time -             */
    TRACE_IPI_SEND = 17,      /* target vcpu            -                    -             */
    TRACE_RFENCE = 18,        /* FID                    start                size          */
    TRACE_VCPU_START = 19,    /* -                      entry                opaque        */
    TRACE_VCPU_STOP = 20,     /* -                      -                    -             */
    TRACE_VM_CREATE = 21,     /* vcpus                  memory, bytes        weight        */
    TRACE_VM_START = 22,      /* -                      entry                -             */
    TRACE_VM_PAUSE = 23,      /* -                      -                    -             */
    TRACE_VM_RESUME = 24,     /* -                      -                    -             */
    TRACE_VM_KILL = 25,       /* enum vm_end            sepc                 stval         */
    TRACE_VM_EXIT = 26,       /* enum vm_end            code                 -             */
    TRACE_VM_DESTROY = 27,    /* -                      pages scrubbed       -             */
    TRACE_CSR_EMULATE = 28,   /* CSR number             sepc                 value         */
    TRACE_VMID_ROLLOVER = 29, /* generation             -                    -             */
    TRACE_PANIC = 30,         /* scause                 sepc                 stval         */
    TRACE_CONSOLE = 31,       /* bytes                  -                    -             */
    TRACE_STEAL = 32,         /* -                      steal, ticks         -             */
    TRACE_SWITCH_FP = 33,     /* 0 saved, 1 restored    -                    -             */
    TRACE_EVENT_COUNT
};

enum trace_wakeup {
    TRACE_WAKEUP_TIMER = 1,  /* the guest's timer is due */
    TRACE_WAKEUP_IPI = 2,    /* a software interrupt was sent to it */
    TRACE_WAKEUP_START = 3,  /* the vCPU was started */
    TRACE_WAKEUP_RESUME = 4, /* its VM was resumed */
};

_Static_assert(sizeof(struct trace_record) == 32, "a trace record is 32 bytes");

#endif
