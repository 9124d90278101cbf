/* What befalls a VM while it lives (pause, resume, restart), and how long the machine does. */
#include "boot/init.h"
#include "console/console.h"
#include "console/mux.h"
#include "hart/hart.h"
#include "trace/trace.h"
#include "vcpu/run.h"
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
            run_queue.policy->dequeue(&run_queue, &vcpu->entity);
        if (this_hart()->current == vcpu)
            hart_reschedule(this_hart());
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
        run_queue.policy->enqueue(&run_queue, &vcpu->entity, clock_now(), true);
        hart_reschedule(this_hart());
    }
}

bool vm_launch(unsigned id, char *why, size_t why_room)
{
    schedule_interrupt();
    bool made = vm_create(id, why, why_room);
    schedule_charge(&vms[id]);
    if (made)
        vm_start(&vms[id]);
    return made;
}

bool vm_restart(struct vm *vm, char *why, size_t why_room)
{
    if (vm_exists(vm)) {
        vm_end(vm, VM_END_KILLED, 0);
        if (vm->inside) {
            vm->then = VM_THEN_RESTART;
            return true;
        }
        vm_destroy(vm);
    }
    return vm_launch(vm->id, why, why_room);
}

static void reboot(struct work *work)
{
    struct vm *vm = container_of(work, struct vm, reboot);
    char why[128];

    if (!vm_restart(vm, why, sizeof(why)))
        print("%s\n", why);
    machine_release();
}

void vm_left(struct vm *vm)
{
    if (vm->report->state == VM_STATE_ENDED)
        work_defer(&vm->left);
}

/* No hart is inside the VM that has ended. Only now does it release the machine: the others might
 * stop before they have left. */
static void last_has_left(struct work *work)
{
    struct vm *vm = container_of(work, struct vm, left);
    enum vm_afterwards then = vm->then;
    char why[128];

    vm->then = VM_THEN_NOTHING;
    if (then == VM_THEN_DESTROY)
        vm_destroy(vm);
    else if (then == VM_THEN_RESTART && !vm_restart(vm, why, sizeof(why)))
        print("%s\n", why);
    machine_release();
}

void vm_works_init(struct vm *vm)
{
    work_init(&vm->reboot, reboot);
    work_init(&vm->left, last_has_left);
}

void vm_reboot(struct vm *vm, uint64_t reason)
{
    machine_hold();
    vm_end(vm, VM_END_SHUTDOWN, reason);
    work_defer(&vm->reboot);
}

static unsigned holds;
static struct work finish_work;

/* Somebody may hold the machine again since this was deferred. */
static void finish(struct work *work)
{
    (void)work;
    if (holds)
        return;
    mux_flush();
    monitor.finished = 1;
    machine_stop(false);
}

void machine_hold(void)
{
    holds++;
}

void machine_release(void)
{
    if (--holds == 0)
        work_defer(&finish_work);
}

/* A bundle may have no VM that is made at boot: nobody would ever release the machine. */
static void finish_init(void)
{
    work_init(&finish_work, finish);
    work_defer(&finish_work);
}

HV_INIT(INIT_TABLES, finish_init);
