/*
 * Passing the turn where several harts run guests: each takes a vCPU out of the machine's one
 * queue, and when its turn is over it leaves it whole in memory, for whichever hart takes it next.
 * Who becomes runnable gets a hart that idles, or one whose vCPU goes behind it by the policy.
 */
#include "sched/schedule_harts.h"
#include "boot/init.h"
#include "hart/request.h"
#include "hart/work.h"
#include "lib/format.h"
#include "lib/lock.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vcpu/run.h"

static struct lock hypervisor = LOCK_INIT("hypervisor", LOCK_RANK_HYPERVISOR);
static const struct sched_policy *real; /* the policy, which knows nothing of harts asleep */
static struct sched_policy policy;      /* the same, and the harts hear of it */
static exit_handler **handle;           /* by cause, for a hart that holds the lock */
static uint32_t idle;                   /* harts that sleep for want of a vCPU … */
static uint32_t asked;                  /* … and that are to choose, and have not yet */
static bool may_run;                    /* the machine is up */

static uint32_t bit(const struct hart *hart)
{
    return 1u << hart->index;
}

static struct hart *first_of(uint32_t mask)
{
    struct hart *hart = harts;

    for (; !(mask & 1); mask >>= 1)
        hart++;
    return hart;
}

static struct vcpu *of_entity(struct sched_entity *entity)
{
    return container_of(entity, struct vcpu, entity);
}

/* ---- who hears of a vCPU that can run, or no longer ---- */

static void ask_to_choose(struct hart *hart)
{
    idle &= ~bit(hart);
    asked |= bit(hart);
    hart_request(hart, ENTRY_CHOOSE);
}

static bool wake_idle(const struct vcpu *vcpu)
{
    uint32_t preferred = idle & bit(vcpu->hart), any = preferred ? preferred : idle;

    if (any)
        ask_to_choose(first_of(any));
    return any != 0;
}

/* Is there a hart that idles, or one that should take it instead of what it runs? From the one on,
 * on which it ran last. */
static void find_hart(struct vcpu *vcpu)
{
    if (!may_run || wake_idle(vcpu))
        return;
    for (unsigned i = 0; i < hart_count; i++) {
        struct hart *hart = &harts[(vcpu->hart->index + i) % hart_count];
        if (!hart->current || !hart->taken || (asked & bit(hart)))
            continue;
        schedule_book(hart);
        if (!real->preempts(&run_queue, &vcpu->entity, &hart->current->entity))
            continue;
        ask_to_choose(hart);
        return;
    }
}

/* A hart may not have left it yet since it was stopped or paused: then it still has it. */
static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    struct vcpu *vcpu = of_entity(entity);

    if (vcpu->fences_awaited)
        return; /* not yet: sbi/rfence_harts.c */
    real->enqueue(queue, entity, now, woken);
    if (is_taken(vcpu))
        real->take(queue, entity);
    else
        find_hart(vcpu);
}

static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    const struct vcpu *vcpu = of_entity(entity);

    real->dequeue(queue, entity);
    if (is_taken(vcpu))
        ask_to_choose(vcpu->hart);
}

/* The harts have been asked already, when it was enqueued. */
static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    (void)queue, (void)woken, (void)running;
    return false;
}

/* ---- the choice ---- */

/* Interrupts that were set for vCPUs that run elsewhere: their harts are kicked. */
static void kick(const struct hart *self)
{
    for (struct hart *hart = harts; hart < harts + hart_count; hart++)
        if (hart != self && hart->taken && hart->taken->context.hvip)
            hart_request(hart, ENTRY_LOOK);
}

/* Until an interrupt: of its clock, of a device, or from a hart that has something for it. */
static void sleep(struct hart *hart, uint64_t until)
{
    if (until != SCHED_NEVER) /* a cap lifts then */
        timer_arm(&hart->slice, until);
    idle |= bit(hart);
    kick(hart);
    lock_release(&hypervisor);
    hart_wait();
    uint64_t pending = hart_pending();
    if (pending & 1u << IRQ_S_SOFT)
        handle[exit_index(CAUSE_INTERRUPT | IRQ_S_SOFT)](NULL);
    lock_take(&hypervisor);
    idle &= ~bit(hart);
    if (pending & 1u << IRQ_S_TIMER)
        handle[exit_index(CAUSE_INTERRUPT | IRQ_S_TIMER)](NULL);
    if (pending & 1u << IRQ_S_EXT)
        handle[exit_index(CAUSE_INTERRUPT | IRQ_S_EXT)](NULL);
}

static struct sched_entity *pick(struct hart *hart, uint64_t *until)
{
    struct vcpu *vcpu = hart->taken;

    asked &= ~bit(hart);
    schedule_book(hart);
    if (vcpu && vcpu->entity.queued)
        real->put(&run_queue, &vcpu->entity);
    *until = SCHED_NEVER;
    return may_run ? real->pick(&run_queue, hart->booked, until) : NULL;
}

/* If one is left that waits, and a hart idles (a cap has lifted for several), that hart takes it.
 */
static void share(const struct hart *hart)
{
    uint64_t until;
    struct sched_entity *entity = idle ? real->pick(&run_queue, hart->booked, &until) : NULL;

    if (entity)
        wake_idle(of_entity(entity));
}

static void choose(struct hart *hart)
{
    while (hart->before_entry & (ENTRY_WORK | ENTRY_CHOOSE)) {
        struct sched_entity *entity;
        uint64_t until;

        if (hart->before_entry & ENTRY_WORK)
            work_run(hart);
        hart->before_entry &= ~ENTRY_CHOOSE;
        entity = pick(hart, &until);
        if (entity)
            real->take(&run_queue, entity);
        hart_pass_to(hart, entity ? of_entity(entity) : NULL);
        if (entity) {
            timer_arm(&hart->slice, until);
            share(hart);
            continue;
        }
        if (!(hart->before_entry & ENTRY_WORK))
            sleep(hart, until);
        hart_reschedule(hart);
    }
}

/* ---- around all that a hart does ---- */

void hypervisor_enter(struct hart *hart)
{
    lock_take(&hypervisor);
    struct vcpu *vcpu = hart->taken;
    if (!vcpu)
        return;
    if (harts_gstage_is_stale(hart, vcpu))
        vcpu_reload(hart, vcpu);
    if (vcpu->context.hvip) {
        guest_interrupt_set(vcpu->context.hvip);
        vcpu->context.hvip = 0;
    }
    if (vcpu->fences_for)
        fences_make(vcpu);
}

void hypervisor_leave(struct hart *hart)
{
    choose(hart);
    kick(hart);
    hart->before_entry &= ~(ENTRY_TRACE | ENTRY_LOOK);
    if (trace_header.enabled && hart->trace_ring)
        hart->before_entry |= ENTRY_TRACE;
    lock_release(&hypervisor);
}

void hypervisor_join(struct hart *hart, exit_handler **handlers)
{
    handle = handlers;
    lock_take(&hypervisor);
    if (hart->index == 0) {
        may_run = true;
        while (idle)
            ask_to_choose(first_of(idle));
    } else {
        run_queue.harts++;
    }
    hart_reschedule(hart);
    hypervisor_leave(hart);
}

/* The policy's other form, before any VM is there. */
static void choose_policy(void)
{
    char name[24];

    if (hart_count == 1 || this_hart()->index != 0)
        return;
    text_format(name, sizeof(name), "%s" SCHED_SEVERAL, run_queue.policy->name);
    real = sched_policy_find(name);
    if (!real)
        panic("policy \"%s\" has no form for several harts", run_queue.policy->name);
    policy = *real;
    policy.enqueue = enqueue;
    policy.dequeue = dequeue;
    policy.preempts = preempts;
    run_queue.policy = &policy;
}

HV_INIT(INIT_HART, choose_policy);
