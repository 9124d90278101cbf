/*
 * Passing the turn: the mechanism under the policies. Accounts the turn that ends, asks the
 * policy who is next, sleeps while nobody is, moves what stays in the hart between the two.
 */
#include "abi/monitor.h"
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "hart/hart.h"
#include "hart/work.h"
#include "sbi/steal.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vcpu/fp.h"
#include "vcpu/run.h"
#include "vm/vm.h"

extern struct monitor monitor;

#define SLICE_DEFAULT_US 10000
#define SLICE_MIN_US     100
#define SLICE_MAX_US     10000 /* also the heartbeat: no guest runs longer without an exit */
#define CAP_PERIOD_MS    100

/* Books the time since it was last done: to the vCPU that has the turn, or as idle. */
static inline void account(struct hart *hart, uint64_t now)
{
    struct vcpu *vcpu = hart->current;
    uint64_t ran = now - hart->booked;

    if (vcpu) {
        vcpu->vm->report->cpu_ticks += ran;
        run_queue.policy->account(&run_queue, &vcpu->entity, ran, now);
    } else {
        monitor.idle_ticks += ran;
    }
    hart->booked = now;
}

/* Interrupts that arrived while no guest ran. */
static void take_interrupts(const struct hart *hart)
{
    uint64_t pending = hart_pending();

    if (pending & 1u << IRQ_S_TIMER)
        hart->handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_TIMER)](NULL);
    if (__builtin_expect(!(pending & ~(1u << IRQ_S_TIMER)), 1))
        return;
    if (pending & 1u << IRQ_S_SOFT)
        hart->handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_SOFT)](NULL);
    if (pending & 1u << IRQ_S_EXT)
        hart->handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_EXT)](NULL);
}

static void trace_switch(const struct vcpu *previous, const struct vcpu *next, uint64_t ran)
{
    uint32_t from = (uint32_t)TRACE_NO_VM << 8 | TRACE_NO_VM;

    if (previous)
        from = (uint32_t)previous->vm_id << 8 | previous->index;
    trace_write(TRACE_SCHED_SWITCH, next ? next->vm_id : TRACE_NO_VM,
                next ? next->index : TRACE_NO_VM, from, ran, previous ? previous->state : 0);
}

/* Passes the turn to next, or to nobody (NULL). */
static inline void switch_to(struct hart *hart, struct vcpu *next, uint64_t now)
{
    struct vcpu *previous = hart->current;

    if (__builtin_expect(hart->before_entry & ENTRY_TRACE, 0))
        trace_switch(previous, next, now - hart->turn_began);
    if (previous)
        previous->runnable_since = now;
    if (next) {
        next->steal_ticks += now - next->runnable_since;
        next->vm->report->steal_ticks += now - next->runnable_since;
    }
    hart->current = next;
    hart->turn_began = now;
}

/* The vCPU that has the turn waits; nobody has it. */
static __attribute__((noinline)) void switch_to_nobody(struct hart *hart, uint64_t now)
{
    if (hart->current)
        switch_to(hart, NULL, now);
}

/* Brings what the hart holds of a guest back to its vCPU. */
static void save(struct vcpu *vcpu)
{
    fp_leave(vcpu);
    context_save(vcpu);
}

/* Moves the hart's guest state to vcpu, unless it is there from before. */
static void load(struct hart *hart, struct vcpu *vcpu)
{
    struct vcpu *last = hart->loaded;

    if (last)
        save(last);
    if (!last || last->vm != vcpu->vm)
        gstage_load(&vcpu->vm->gstage);
    context_load(vcpu);
    hart->loaded = vcpu;
    /* vCPUs of a VM share its VMID, but each believes to have a TLB of its own. */
    if (vcpu->vm->last_vcpu != vcpu) {
        if (vcpu->vm->last_vcpu)
            hfence_vvma_all();
        vcpu->vm->last_vcpu = vcpu;
    }
}

/* Before the hart sleeps. A guest whose state it holds and that does not wait for an interrupt
 * (it ended, is paused, or at its cap) leaves the hart: one that is pending for it would keep
 * the hart awake. */
static void prepare_sleep(struct hart *hart, uint64_t until)
{
    if (hart->loaded && !vcpu_waits(hart->loaded)) {
        save(hart->loaded);
        context_unload();
        hart->loaded = NULL;
    }
    if (until != SCHED_NEVER) /* a cap lifts then */
        timer_arm(&hart->slice, until);
}

/* Nobody can run: the hart sleeps between interrupts until somebody can. Apart from schedule,
 * whose path stays short so. */
static __attribute__((noinline)) struct sched_entity *idle(struct hart *hart, uint64_t *until)
{
    struct sched_entity *entity;

    switch_to_nobody(hart, hart->booked);
    do {
        prepare_sleep(hart, *until);
        hart_wait();
        take_interrupts(hart);
        if (hart->before_entry & ENTRY_WORK)
            work_run(hart);
        account(hart, clock_now());
        entity = run_queue.policy->pick(&run_queue, hart->booked, until);
    } while (!entity);
    return entity;
}

struct vcpu *schedule(struct hart *hart)
{
    struct sched_entity *entity;
    uint64_t now, until;

    if (hart->before_entry & ENTRY_WORK)
        work_run(hart);
    now = clock_now(); /* not before: work may take long */
    account(hart, now);
    entity = run_queue.policy->pick(&run_queue, now, &until);
    if (!entity) {
        entity = idle(hart, &until);
        now = hart->booked;
    }
    hart->before_entry &= ~ENTRY_CHOOSE;
    struct vcpu *next = container_of(entity, struct vcpu, entity);
    bool change = next != hart->current;
    if (change)
        switch_to(hart, next, now);
    if (hart->loaded != next)
        load(hart, next);
    if (change)
        steal_publish(next);
    timer_arm(&hart->slice, until);
    return next;
}

void schedule_switch(struct hart *hart, struct vcpu *next)
{
    switch_to(hart, next, hart->booked);
}

void schedule_book(struct hart *hart)
{
    account(hart, clock_now());
}

void schedule_interrupt(void)
{
    struct hart *hart = this_hart();

    account(hart, clock_now());
    switch_to_nobody(hart, hart->booked);
    hart_reschedule(hart);
}

void schedule_charge(struct vm *vm)
{
    struct hart *hart = this_hart();
    uint64_t now = clock_now(), ran = now - hart->booked;

    vm->report->cpu_ticks += ran;
    run_queue.policy->charge(&run_queue, &vm->group, ran, now);
    hart->booked = now;
}

void schedule_forget(struct vcpu *vcpu)
{
    struct hart *hart = this_hart();

    if (hart->current == vcpu) {
        account(hart, clock_now());
        hart->current = NULL;
        hart_reschedule(hart);
    }
    if (hart->loaded == vcpu || !hart->loaded) { /* nobody: its second stage may still be there */
        context_unload();
        hart->loaded = NULL;
    }
    if (hart->fp_loaded == vcpu)
        hart->fp_loaded = NULL;
}

/* The turn is over, or a cap lifts: the policy knows. */
static void slice_over(struct timer *timer)
{
    hart_reschedule(container_of(timer, struct hart, slice));
}

/* The machine's one queue. Options: sched=fair|rr, slice=MICROSECONDS, virtual_time=N. */
static void queue_init(void)
{
    uint64_t per_second = board.timebase_hz;
    char name[16] = "fair";
    const struct sched_policy *policy;

    option_text("sched", name, sizeof(name));
    policy = sched_policy_find(name);
    if (!policy)
        panic("option sched=%s: no such policy; fair or rr is expected", name);
    uint64_t slice = option_number("slice", SLICE_DEFAULT_US);
    if (slice < SLICE_MIN_US || slice > SLICE_MAX_US)
        panic("option slice=%lu: microseconds from %d to %d are expected", slice, SLICE_MIN_US,
              SLICE_MAX_US);
    run_queue_init(&run_queue, policy, slice * per_second / 1000000,
                   CAP_PERIOD_MS * per_second / 1000);
    run_queue.virtual_clock =
        option_number("virtual_time", -(per_second << SCHED_VIRTUAL_SHIFT)); /* soon to wrap */
}

/* This hart's turns. */
static void sched_init(void)
{
    struct hart *hart = this_hart();

    timers_init(hart);
    timer_init(&hart->slice, slice_over);
    hart->booked = hart->turn_began = clock_now();
    hart_reschedule(hart); /* the first choice */
}

HV_INIT(INIT_FRAMES, queue_init);
HV_INIT(INIT_HART, sched_init);
HV_OPTION("sched");
HV_OPTION("slice");
HV_OPTION("virtual_time");
