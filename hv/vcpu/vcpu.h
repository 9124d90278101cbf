/*
 * A virtual CPU: the registers of a guest's hart, and what the hypervisor must know to give it
 * turns on a real one.
 */
#ifndef HV_VCPU_VCPU_H
#define HV_VCPU_VCPU_H

#include "metal/offsets.h"
#include "abi/trace.h"
#include "sched/sched.h"
#include "time/timer.h"
#include "trap/cause.h"
#include <stddef.h>
#include <stdint.h>

struct vm;
struct hart;

/* Indices of x[], by ABI name. */
enum {
    REG_ZERO,
    REG_RA,
    REG_SP,
    REG_GP,
    REG_TP,
    REG_T0 = 5,
    REG_A0 = 10,
    REG_A1,
    REG_A2,
    REG_A3,
    REG_A4,
    REG_A5,
    REG_A6,
    REG_A7
};

/* CSRs that a guest can change and that move with it. Those that it cannot change (hedeleg,
 * hideleg, hcounteren, henvcfg) are the same for all guests and stay in the hart. */
struct guest_context {
    uint64_t hstatus; /* SPV, SPVP, VTW …: where the next sret leads */
    uint64_t sstatus; /* SPP and FS of HS-mode */
    uint64_t hvip;
    uint64_t htimedelta;
    uint64_t vsstatus;
    uint64_t vsie;
    uint64_t vstvec;
    uint64_t vsscratch;
    uint64_t vsepc;
    uint64_t vscause;
    uint64_t vstval;
    uint64_t vsatp;
    uint64_t vstimecmp;
    uint64_t scounteren; /* these two have no VS twin: the guest writes the real ones */
    uint64_t senvcfg;
    uint64_t vsiselect; /* where machine_has_aia */
};

struct fp_registers {
    uint64_t f[32];
    uint64_t fcsr;
};

enum vcpu_state {
    VCPU_STOPPED,  /* HSM: not started, or stopped */
    VCPU_RUNNABLE, /* in the run queue: runs, or waits for its turn */
    /* These wait for an interrupt: */
    VCPU_BLOCKED,                 /* in wfi */
    VCPU_SUSPENDED,               /* in HSM's hart_suspend: goes on behind the call */
    VCPU_SUSPENDED_NON_RETENTIVE, /* likewise, but resumes at resume_address */
};

struct vcpu {
    uint64_t x[32]; /* x[0] is not used */
    uint64_t pc;
    struct hart *hart; /* on which it is scheduled */

    struct vm *vm;
    uint64_t *exits;                  /* counters by cause: abi/monitor.h */
    uint64_t trace_entry, trace_call; /* words of its records: vcpu/trace_run.h */
    uint8_t index;                    /* hart id that the guest sees */
    uint8_t vm_id;
    enum vcpu_state state;
    uint64_t resume_address, resume_opaque;

    struct guest_context context;
    struct fp_registers fp;

    struct sched_entity entity;
    struct timer timer; /* the guest's timer, while only the hypervisor can see it fire */

    uint64_t runnable_since; /* for steal time, while it waits for its turn */
    uint64_t steal_ticks;
    uint64_t steal_area;               /* gpa of the STA shared memory; ~0: none */
    uint64_t steal_base;               /* steal_ticks when the guest asked to be told */
    uint32_t steal_sequence;           /* as it stands in that memory */
    uint64_t cycle_base, instret_base; /* counters read 0 when the vCPU was started */

    /* Where several harts run guests: */
    uint64_t fences_for;             /* bit n: vCPU n waits for a fence of this one */
    unsigned fences_awaited;         /* it waits for so many, in no queue meanwhile */
    uint64_t own_exits[EXIT_CAUSES]; /* of its turn: published when that is over */
};

_Static_assert(offsetof(struct vcpu, x) == 0, "offsets.h");
_Static_assert(offsetof(struct vcpu, pc) == VCPU_PC, "offsets.h");
_Static_assert(offsetof(struct vcpu, hart) == VCPU_HART, "offsets.h");

/* Prepares vCPU `index` of vm, stopped. */
void vcpu_init(struct vcpu *vcpu, struct vm *vm, unsigned index);

/* Starts it at `entry` in VS-mode with a0 = hart id, a1 = opaque, satp = 0. It was stopped. */
void vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t opaque);
/* Stops it; it runs no more until it is started again. */
void vcpu_stop(struct vcpu *vcpu);
static inline bool vcpu_waits(const struct vcpu *vcpu)
{
    return vcpu->state >= VCPU_BLOCKED;
}

/* The running vCPU waits, in that state, until an interrupt is pending for it; not at all if one is
 * already. */
void vcpu_block(struct vcpu *vcpu, enum vcpu_state state);
/* HSM's non-retentive suspend: it waits likewise, and resumes as if started at address. */
void vcpu_suspend_non_retentive(struct vcpu *vcpu, uint64_t address, uint64_t opaque);
/* Makes a waiting vCPU runnable; no effect on others. `why` is for the trace. */
void vcpu_wake(struct vcpu *vcpu, enum trace_wakeup why);

/* Makes interrupt number irq (IRQ_VS_…) pending, or not pending, for a vCPU, loaded or not;
 * a pending one that is enabled wakes it. */
void vcpu_interrupt_set(struct vcpu *vcpu, unsigned irq, enum trace_wakeup why);
void vcpu_interrupt_clear(struct vcpu *vcpu, unsigned irq);
/* The running guest asks for its timer interrupt at `deadline`, in guest time; what was asked
 * before is forgotten, and a pending timer interrupt with it. */
void vcpu_set_timer(struct vcpu *vcpu, uint64_t deadline);
/* Is an interrupt pending and enabled for it? */
bool vcpu_interrupt_pending(const struct vcpu *vcpu);

/* Gives the running guest an exception of its own, as if its hart had raised it. */
void vcpu_inject_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval);

#endif
