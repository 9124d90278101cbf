/*
 * Everything that belongs to one hart of the machine; tp points to it while the hypervisor
 * runs. There is no other per-hart state anywhere. A hart's structure is its own: what others may
 * touch is said beside it.
 */
#ifndef HV_HART_HART_H
#define HV_HART_HART_H

#include "lib/list.h"
#include "metal/metal.h"
#include "metal/offsets.h"
#include "sched/sched.h"
#include "time/timer.h"
#include "trap/cause.h"

/* What is to be done before the next entry, in bits of before_entry. */
#define ENTRY_CHOOSE 0x1u  /* choose anew whose turn it is */
#define ENTRY_WORK   0x2u  /* do deferred work: hart/work.h */
#define ENTRY_TRACE  0x4u  /* tell of each entry and exit: tracing is on, and the hart has a ring */
#define ENTRY_STOP   0x8u  /* another hart panics: stop where you are */
#define ENTRY_LOOK   0x10u /* several harts: something was set for its vCPU by another */

enum hart_state {
    HART_ABSENT,  /* nobody has asked for it */
    HART_STARTED, /* the firmware was asked to start it, and said yes */
    HART_ONLINE,  /* it has come */
    HART_STOPPED, /* a panic has stopped it */
};

struct lock;

/* A cache line begins with each, so that harts do not take each other's away. */
struct hart {
    /* of exits, by exit_index: vcpu/exit.h */
    _Alignas(64) void (*handlers[EXIT_CAUSES])(struct vcpu *vcpu);

    uint64_t stack_pointer;   /* of run_loop, while a guest runs */
    uint64_t emergency_stack; /* its top: for a trap whose own stack is not usable */
    uint64_t stack_bottom, stack_top;
    uint64_t return_address; /* into run_loop, while a guest runs */
    uint64_t id;             /* as the firmware counts */
    unsigned index;          /* 0 … harts - 1 */

    struct trace_ring *trace_ring;

    struct vcpu *current;   /* whose turn it is; NULL: idle */
    struct vcpu *loaded;    /* whose VS CSRs are in the hart, current or not */
    struct vcpu *taken;     /* several harts: whose turn it is, until all of it is in memory */
    struct vcpu *fp_loaded; /* whose FP registers are in the hart */
    uint32_t before_entry;  /* ENTRY_…: the one thing that the run loop looks at */
    uint64_t turn_began;    /* when current was switched to */
    uint64_t booked;        /* until when time has been accounted */

    struct list work; /* deferred: hart/work.h */
    struct list timers;
    uint64_t clock; /* what the clock is armed for */
    struct timer slice;

    uint64_t trap_resume; /* not 0: the next trap of the hypervisor itself is expected, and
                             execution continues here; for that one trap only */

    uint32_t locks_held;       /* bit n: it holds a lock of rank n (lib/lock.h) */
    const struct lock *awaits; /* the lock that it waits for; others read it when they panic */

    _Alignas(64) uint32_t requests; /* ENTRY_…, atomic: what others ask of it (hart/request.h) */
    uint32_t state;                 /* enum hart_state, atomic: others look */
};

_Static_assert(offsetof(struct hart, stack_pointer) == HART_STACK_POINTER, "offsets.h");
_Static_assert(offsetof(struct hart, emergency_stack) == HART_EMERGENCY_STACK, "offsets.h");
_Static_assert(offsetof(struct hart, stack_bottom) == HART_STACK_BOTTOM, "offsets.h");
_Static_assert(offsetof(struct hart, stack_top) == HART_STACK_TOP, "offsets.h");
_Static_assert(offsetof(struct hart, return_address) == HART_RETURN, "offsets.h");

#define HART_MAX 16
_Static_assert(HART_MAX == TRACE_MAX_HARTS, "a ring for each hart");

/* The turn may be another's: the policy is asked before the next entry. */
static inline void hart_reschedule(struct hart *hart)
{
    hart->before_entry |= ENTRY_CHOOSE;
}

extern struct hart harts[HART_MAX]; /* the boot hart is the first */
extern unsigned hart_count;         /* of them, those that the machine has and runs on */

#endif
