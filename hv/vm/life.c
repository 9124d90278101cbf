/* What an operator can do to a VM while it lives: pause, resume, restart. */
#include "console/console.h"
#include "hart/hart.h"
#include "trace/trace.h"
#include "vm/vm.h"

void vm_pause(struct vm *vm)
{
    if (vm->report->state != VM_STATE_RUNNING)
        return;
    vm->report->state = VM_STATE_PAUSED;
    trace(TRACE_VM_PAUSE, vm->id, TRACE_NO_VM, 0, 0, 0);
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        struct vcpu *vcpu = vm->vcpu[i];
        if (vcpu->entity.queued)
            vcpu->hart->queue.policy->dequeue(&vcpu->hart->queue, &vcpu->entity);
        if (vcpu->hart->current == vcpu)
            vcpu->hart->reschedule = true;
    }
}

void vm_resume(struct vm *vm)
{
    if (vm->report->state != VM_STATE_PAUSED)
        return;
    vm->report->state = VM_STATE_RUNNING;
    trace(TRACE_VM_RESUME, vm->id, TRACE_NO_VM, 0, 0, 0);
    for (unsigned i = 0; i < vm->vcpu_count; i++) {
        struct vcpu *vcpu = vm->vcpu[i];
        if (vcpu->state != VCPU_RUNNABLE)
            continue;
        vcpu->runnable_since = clock_now(); /* a pause is not stolen time */
        vcpu->hart->queue.policy->enqueue(&vcpu->hart->queue, &vcpu->entity, clock_now(), true);
        vcpu->hart->reschedule = true;
    }
}

bool vm_restart(struct vm *vm, char *why, size_t why_room)
{
    if (vm_exists(vm)) {
        vm_end(vm, VM_END_KILLED, 0);
        vm_destroy(vm);
    }
    if (!vm_create(vm->id, why, why_room))
        return false;
    vm_start(vm);
    return true;
}

bool vm_reboot_wanted;

void vm_reboot_all(void)
{
    char why[128];

    vm_reboot_wanted = false;
    for (unsigned i = 0; i < VM_MAX; i++) {
        if (!vms[i].reboot)
            continue;
        vms[i].reboot = false;
        if (!vm_restart(&vms[i], why, sizeof(why)))
            print("%s\n", why);
    }
}
