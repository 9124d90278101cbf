/*
 * Scaffold, until lab 8 brings sched/: the vCPU that became runnable first keeps the hart until
 * it ends or blocks. Nobody takes it away.
 */
#include "abi/monitor.h"
#include "boot/init.h"
#include "console/mux.h"
#include "hart/hart.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include "vcpu/run.h"
#include "vm/vm.h"

#define WAITING_MOST (MONITOR_MAX_VMS * BUNDLE_MAX_VCPUS)

static struct sched_entity *waiting[WAITING_MOST]; /* [0] has the hart */
static unsigned count;

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

static void wait_for_interrupt(void)
{
    hart_wait();
    uint64_t pending = hart_pending();
    for (unsigned irq = 0; irq < 16; irq++)
        if (pending & 1u << irq)
            exit_handlers[exit_index(CAUSE_INTERRUPT | irq)](NULL);
}

static void arrive_at(struct hart *hart, struct vcpu *next, uint64_t now)
{
    if (hart->loaded && hart->loaded != next) {
        REGISTRY_EACH (hv_switch, struct switch_entry, entry)
            if (entry->leave)
                entry->leave(hart->loaded, now);
        context_save(hart->loaded);
    }
    if (hart->loaded != next) {
        second_stage_load(gstage_hgatp(&next->vm->gstage));
        context_load(next);
        hfence_vvma_all();
    }
    hart->loaded = hart->current = next;
    REGISTRY_EACH (hv_switch, struct switch_entry, entry)
        if (entry->arrive)
            entry->arrive(next, now);
}

struct vcpu *schedule(struct hart *hart)
{
    if (vm_reboot_wanted)
        vm_reboot_all();
    while (count == 0) {
        if (vm_all_ended() && !mux_holds()) {
            mux_flush();
            monitor.finished = 1;
            machine_stop(false);
        }
        hart->current = NULL;
        wait_for_interrupt();
    }
    hart->reschedule = false;
    arrive_at(hart, container_of(waiting[0], struct vcpu, entity), clock_now());
    return hart->current;
}

void schedule_book(struct hart *hart)
{
    (void)hart;
}

void schedule_forget(struct vcpu *vcpu)
{
    struct hart *hart = vcpu->hart;

    if (hart->current == vcpu) {
        hart->current = NULL;
        hart->reschedule = true;
    }
    if (hart->loaded == vcpu) {
        context_unload();
        hart->loaded = NULL;
    }
    if (hart->fp_loaded == vcpu)
        hart->fp_loaded = NULL;
}

static void sched_init(void)
{
    timers_init(this_hart());
    this_hart()->queue.policy = &first_come;
    this_hart()->reschedule = true; /* the first choice */
}

HV_INIT(INIT_HART, sched_init);
