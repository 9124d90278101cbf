/*
 * Scaffold, until lab 8 brings sched/ and metal/context_switch.c: the vCPU that became runnable
 * first has the hart until its VM ends, asleep or not. So its context is in the hart from its start
 * to its end, and none is ever saved.
 */
#include "boot/board.h"
#include "boot/init.h"
#include "hart/hart.h"
#include "hart/work.h"
#include "metal/csr.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vcpu/run.h"
#include "vm/vm.h"

#define WAITING_MOST  (MONITOR_MAX_VMS * BUNDLE_MAX_VCPUS)
#define HEARTBEATS_HZ 200 /* an exit each 5 ms, as turns make them later */

static struct sched_entity *waiting[WAITING_MOST]; /* the first to come first */
static unsigned count;

struct run_queue run_queue;

void sched_group_init(struct sched_group *group, uint32_t weight, uint32_t cap)
{
    *group = (struct sched_group){.weight = weight, .cap = cap};
}

void sched_entity_init(struct sched_entity *entity, struct sched_group *group)
{
    *entity = (struct sched_entity){.group = group};
}

static void enqueue(struct run_queue *queue, struct sched_entity *entity, uint64_t now, bool woken)
{
    (void)queue, (void)now, (void)woken;
    if (count == WAITING_MOST)
        panic("more than %d vCPUs", WAITING_MOST);
    waiting[count++] = entity;
    entity->queued = true;
}

static void dequeue(struct run_queue *queue, struct sched_entity *entity)
{
    unsigned kept = 0;

    (void)queue;
    for (unsigned i = 0; i < count; i++)
        if (waiting[i] != entity)
            waiting[kept++] = waiting[i];
    count = kept;
    entity->queued = false;
}

static void account(struct run_queue *queue, struct sched_entity *entity, uint64_t ran,
                    uint64_t now)
{
    (void)queue, (void)entity, (void)ran, (void)now;
}

static void rotate(struct run_queue *queue, struct sched_entity *entity)
{
    (void)queue, (void)entity;
}

static struct sched_entity *pick(struct run_queue *queue, uint64_t now, uint64_t *until)
{
    (void)queue, (void)now;
    *until = SCHED_NEVER;
    return count ? waiting[0] : NULL;
}

static bool preempts(struct run_queue *queue, const struct sched_entity *woken,
                     const struct sched_entity *running)
{
    (void)queue, (void)woken, (void)running;
    return false;
}

static const struct sched_policy first_come = {
    .name = "first-come",
    .enqueue = enqueue,
    .dequeue = dequeue,
    .account = account,
    .rotate = rotate,
    .pick = pick,
    .preempts = preempts,
};

/* No vCPU leaves before its end, so there is nothing to be saved … */
void context_save(struct vcpu *vcpu)
{
    (void)vcpu;
}

/* … and what comes is what context_reset() made: but for these it is zero. */
void context_load(struct vcpu *vcpu)
{
    csr_write(hstatus, vcpu->context.hstatus);
    csr_write(sstatus, vcpu->context.sstatus);
    csr_write(vsstatus, vcpu->context.vsstatus);
    csr_write(htimedelta, vcpu->context.htimedelta);
    if (hart_has_sstc())
        csr_write(vstimecmp, UINT64_MAX);
    csr_write(hvip, 0);
    csr_write(vsie, 0);
    csr_write(vstvec, 0);
    csr_write(vsscratch, 0);
    csr_write(vsepc, 0);
    csr_write(vscause, 0);
    csr_write(vstval, 0);
    csr_write(vsatp, 0);
    csr_write(scounteren, 0);
    csr_write(senvcfg, 0);
}

/* Whose turn it is: the one that is in the hart, until it has ended. */
static struct vcpu *whose_turn(struct hart *hart)
{
    struct vcpu *here = hart->loaded;

    if (here && here->state != VCPU_STOPPED)
        return here->entity.queued ? here : NULL;
    if (here)
        context_unload();
    hart->loaded = NULL;
    return count ? container_of(waiting[0], struct vcpu, entity) : NULL;
}

static void wait_for_interrupt(struct hart *hart)
{
    hart_wait();
    uint64_t pending = hart_pending();
    for (unsigned irq = 0; irq < 16; irq++)
        if (pending & 1u << irq)
            hart->handlers[exit_index(CAUSE_INTERRUPT | irq)](NULL);
    /* Its own timer, where it has one, is in the hart and may be due. */
    if (hart->loaded && vcpu_waits(hart->loaded) && vcpu_interrupt_pending(hart->loaded))
        vcpu_wake(hart->loaded, TRACE_WAKEUP_TIMER);
}

/* Until lab 6, FP registers are loaded with the rest: eager_fp.c. */
void fp_arrive(struct vcpu *vcpu) __attribute__((weak));

static void arrive_at(struct hart *hart, struct vcpu *next)
{
    if (hart->loaded != next) {
        gstage_load(&next->vm->gstage);
        context_load(next);
        hfence_vvma_all();
        if (fp_arrive)
            fp_arrive(next);
    }
    hart->loaded = hart->current = next;
}

struct vcpu *schedule(struct hart *hart)
{
    struct vcpu *next;

    work_run(hart);
    while (!(next = whose_turn(hart))) {
        hart->current = NULL;
        wait_for_interrupt(hart);
        work_run(hart);
    }
    hart->before_entry &= ~ENTRY_CHOOSE;
    arrive_at(hart, next);
    return next;
}

void schedule_book(struct hart *hart)
{
    (void)hart;
}

void schedule_interrupt(void)
{
}

void schedule_charge(struct vm *vm)
{
    (void)vm;
}

void schedule_forget(struct vcpu *vcpu)
{
    struct hart *hart = vcpu->hart;

    if (hart->current == vcpu) {
        hart->current = NULL;
        hart_reschedule(hart);
    }
    if (hart->loaded == vcpu || !hart->loaded) {
        context_unload();
        hart->loaded = NULL;
    }
    if (hart->fp_loaded == vcpu)
        hart->fp_loaded = NULL;
}

static void heartbeat(struct timer *timer)
{
    timer_arm(timer, clock_now() + board.timebase_hz / HEARTBEATS_HZ);
}

static void sched_init(void)
{
    struct hart *hart = this_hart();

    timers_init(hart);
    timer_init(&hart->slice, heartbeat);
    heartbeat(&hart->slice);
    run_queue.policy = &first_come;
    hart_reschedule(hart); /* the first choice */
}

HV_INIT(INIT_HART, sched_init);
