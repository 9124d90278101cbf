/*
 * Remote fences where vCPUs of a VM run at the same time: the caller's own is made by sbi/rfence.c,
 * the others are asked for. A vCPU that runs elsewhere is kicked out of its guest and makes a fence
 * of everything; the caller goes on when the last has answered. One that runs nowhere makes it when
 * it is next loaded, and nobody waits for that.
 */
#include "metal/metal.h"
#include "hart/request.h"
#include "sched/schedule_harts.h"

/* A vCPU that waits for fences is as good as runnable, but in no queue. */
void fences_await(struct vcpu *vcpu, uint64_t siblings)
{
    for (unsigned i = 0; i < vcpu->vm->vcpu_count; i++) {
        struct vcpu *sibling = vcpu->vm->vcpu[i];
        if (sibling == vcpu || !(siblings >> i & 1))
            continue;
        if (!is_taken(sibling)) {
            harts_fence_later(sibling);
            continue;
        }
        sibling->fences_for |= 1ull << vcpu->index;
        vcpu->fences_awaited++;
        hart_request(sibling->hart, ENTRY_LOOK);
    }
    if (!vcpu->fences_awaited)
        return;
    run_queue.policy->dequeue(&run_queue, &vcpu->entity);
    hart_reschedule(this_hart());
}

/* Its last fence has been made: it goes on, if it still can. */
static void go_on(struct vcpu *vcpu)
{
    uint64_t now = clock_now();

    if (vcpu->state != VCPU_RUNNABLE || vcpu->vm->report->state != VM_STATE_RUNNING)
        return;
    vcpu->runnable_since = now;
    run_queue.policy->enqueue(&run_queue, &vcpu->entity, now, true);
}

void fences_make(struct vcpu *vcpu)
{
    hfence_vvma_all();
    instruction_fence();
    for (unsigned i = 0; i < vcpu->vm->vcpu_count; i++)
        if (vcpu->fences_for >> i & 1 && --vcpu->vm->vcpu[i]->fences_awaited == 0)
            go_on(vcpu->vm->vcpu[i]);
    vcpu->fences_for = 0;
}
