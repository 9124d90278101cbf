/* A vCPU's states, and the interrupts that move it between them. */
#include "vcpu/vcpu.h"
#include "hart/hart.h"
#include "lib/string.h"
#include "trace/record.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/run.h"
#include "vm/vm.h"

static bool is_loaded(const struct vcpu *vcpu)
{
    return this_hart()->loaded == vcpu;
}

/* What the guest has set its timer to, in guest time. */
static uint64_t timer_deadline(const struct vcpu *vcpu)
{
    return hart_has_sstc() && is_loaded(vcpu) ? guest_timer_read() : vcpu->context.vstimecmp;
}

/* The guest's timer is due, while the hypervisor watches it: without Sstc always, with Sstc
 * while the vCPU is blocked. */
static void timer_fired(struct timer *timer)
{
    struct vcpu *vcpu = container_of(timer, struct vcpu, timer);

    if (trace_header.enabled)
        trace_write(TRACE_TIMER_FIRE, vcpu->vm_id, vcpu->index, 0, timer_deadline(vcpu), 0);
    if (hart_has_sstc())
        vcpu_wake(vcpu, TRACE_WAKEUP_TIMER);
    else
        vcpu_interrupt_set(vcpu, IRQ_VS_TIMER, TRACE_WAKEUP_TIMER);
}

void vcpu_init(struct vcpu *vcpu, struct vm *vm, unsigned index)
{
    vcpu->vm = vm;
    vcpu->vm_id = vm->id;
    vcpu->index = (uint8_t)index;
    vcpu->exits = vm->report->exits;
    vcpu->trace_entry = trace_word(TRACE_KVM_ENTRY, vm->id, vcpu->index, 0);
    vcpu->trace_call = trace_word(TRACE_KVM_EXIT, vm->id, vcpu->index, EXC_SUPERVISOR_SYSCALL);
    vcpu->hart = this_hart();
    vcpu->state = VCPU_STOPPED;
    vcpu->steal_area = UINT64_MAX;
    sched_entity_init(&vcpu->entity, &vm->group);
    timer_init(&vcpu->timer, timer_fired);
}

/* Does a vCPU that became runnable go before the one that has the turn? */
static __attribute__((noinline)) void challenge(struct hart *hart, struct vcpu *vcpu)
{
    if (hart->current) {
        schedule_book(hart);
        if (!run_queue.policy->preempts(&run_queue, &vcpu->entity, &hart->current->entity))
            return;
    }
    hart_reschedule(hart);
}

/* It may run from now on, when its turn comes. */
static void make_runnable(struct vcpu *vcpu, bool woken)
{
    struct hart *hart = this_hart();
    uint64_t now = clock_now();

    vcpu->state = VCPU_RUNNABLE;
    vcpu->runnable_since = now;
    if (vcpu->vm->report->state != VM_STATE_RUNNING)
        return;
    run_queue.policy->enqueue(&run_queue, &vcpu->entity, now, woken);
    if (!hart->current || hart->current->vm != vcpu->vm) /* it is not before its siblings */
        challenge(hart, vcpu);
}

static void make_unrunnable(struct vcpu *vcpu, enum vcpu_state state)
{
    struct hart *hart = this_hart();

    vcpu->state = state;
    if (vcpu->entity.queued)
        run_queue.policy->dequeue(&run_queue, &vcpu->entity);
    if (hart->current == vcpu)
        hart_reschedule(hart);
}

/* Sets what a hart holds when it starts. SBI specification, "HSM", table "hart start". */
static void reset_registers(struct vcpu *vcpu, uint64_t entry, uint64_t opaque)
{
    for (unsigned i = 0; i < 32; i++)
        vcpu->x[i] = 0;
    vcpu->x[REG_A0] = vcpu->index;
    vcpu->x[REG_A1] = opaque;
    vcpu->pc = entry;
    context_reset(vcpu);
}

void vcpu_start(struct vcpu *vcpu, uint64_t entry, uint64_t opaque)
{
    if (is_loaded(vcpu))
        this_hart()->loaded = NULL; /* what is in the hart is of its former life */
    if (this_hart()->fp_loaded == vcpu)
        this_hart()->fp_loaded = NULL;
    memset(&vcpu->fp, 0, sizeof(vcpu->fp));
    reset_registers(vcpu, entry, opaque);
    vcpu->cycle_base = hart_counter(0xC00);
    vcpu->instret_base = hart_counter(0xC02);
    instruction_fence(); /* its code has been written since this hart last fetched there */
    vcpu->vm->started |= 1ull << vcpu->index;
    trace(TRACE_VCPU_START, vcpu->vm_id, vcpu->index, 0, entry, opaque);
    make_runnable(vcpu, false);
}

void vcpu_stop(struct vcpu *vcpu)
{
    timer_disarm(&vcpu->timer);
    vcpu->steal_area = UINT64_MAX; /* whoever starts it next has other uses for that memory */
    vcpu->vm->started &= ~(1ull << vcpu->index);
    trace(TRACE_VCPU_STOP, vcpu->vm_id, vcpu->index, 0, 0, 0);
    make_unrunnable(vcpu, VCPU_STOPPED);
}

bool vcpu_interrupt_pending(const struct vcpu *vcpu)
{
    const struct guest_context *context = &vcpu->context;
    uint64_t pending = context->hvip;
    uint64_t enabled = context->vsie << 1; /* vsie holds the bits one place to the right */

    if (is_loaded(vcpu)) {
        pending = guest_interrupts_pending();
        enabled = guest_interrupts_enabled();
    }
    /* Compared here as well, since not every machine shows what vstimecmp does in hip. */
    if (hart_has_sstc() && clock_now() + context->htimedelta >= timer_deadline(vcpu))
        pending |= 1u << IRQ_VS_TIMER;
    return (pending & enabled) != 0;
}

/* When a deadline in guest time comes, in ticks of `time`; safe for any that a guest sets. */
static uint64_t host_deadline(const struct vcpu *vcpu, uint64_t guest_deadline)
{
    uint64_t now = clock_now(), guest_now = now + vcpu->context.htimedelta;

    if (guest_deadline <= guest_now)
        return now;
    if (guest_deadline - guest_now >= TIMER_NEVER - now)
        return TIMER_NEVER;
    return now + (guest_deadline - guest_now);
}

/* Without Sstc the hypervisor keeps the guest's timer, and raises its interrupt. */
static __attribute__((noinline)) void set_kept_timer(struct vcpu *vcpu, uint64_t deadline)
{
    guest_interrupt_clear(1u << IRQ_VS_TIMER);
    vcpu->context.vstimecmp = deadline;
    timer_arm(&vcpu->timer, host_deadline(vcpu, deadline));
    trace(TRACE_TIMER_SET, vcpu->vm_id, vcpu->index, 0, deadline, 0);
}

void vcpu_set_timer(struct vcpu *vcpu, uint64_t deadline)
{
    if (!hart_has_sstc()) {
        set_kept_timer(vcpu, deadline);
        return;
    }
    guest_timer_write(deadline);
    trace(TRACE_TIMER_SET, vcpu->vm_id, vcpu->index, 0, deadline, 0);
}

void vcpu_block(struct vcpu *vcpu, enum vcpu_state state)
{
    uint64_t enabled = guest_interrupts_enabled(), deadline = vcpu->timer.deadline;

    if (guest_interrupts_pending() & enabled)
        return;
    if (hart_has_sstc()) { /* nobody watches vstimecmp while another guest runs */
        deadline = TIMER_NEVER;
        if (enabled & 1u << IRQ_VS_TIMER)
            deadline = host_deadline(vcpu, guest_timer_read());
        if (deadline <= clock_now())
            return;
        if (deadline != TIMER_NEVER)
            timer_arm(&vcpu->timer, deadline);
    }
    trace(TRACE_SCHED_BLOCK, vcpu->vm_id, vcpu->index, 0, vcpu->pc, deadline);
    make_unrunnable(vcpu, state);
}

/* SBI specification, "HSM", table of hart_suspend: a non-retentive suspend resumes as if the
 * hart were started, with its CSRs reset and at the address that the guest gave. */
static void resume_anew(struct vcpu *vcpu)
{
    if (is_loaded(vcpu)) {
        context_save(vcpu);
        this_hart()->loaded = NULL;
        hart_reschedule(this_hart()); /* to load it again */
    }
    uint64_t hvip = vcpu->context.hvip, vstimecmp = vcpu->context.vstimecmp;

    reset_registers(vcpu, vcpu->resume_address, vcpu->resume_opaque);
    vcpu->context.hvip = hvip; /* the guest sees what woke it in sip */
    vcpu->context.vstimecmp = vstimecmp;
}

void vcpu_suspend_non_retentive(struct vcpu *vcpu, uint64_t address, uint64_t opaque)
{
    vcpu->resume_address = address;
    vcpu->resume_opaque = opaque;
    vcpu_block(vcpu, VCPU_SUSPENDED_NON_RETENTIVE);
    if (!vcpu_waits(vcpu))
        resume_anew(vcpu); /* an interrupt was pending: it resumes at once */
}

void vcpu_wake(struct vcpu *vcpu, enum trace_wakeup why)
{
    if (!vcpu_waits(vcpu))
        return;
    if (vcpu->timer.deadline != TIMER_NEVER && hart_has_sstc())
        timer_disarm(&vcpu->timer);
    trace(TRACE_SCHED_WAKEUP, vcpu->vm_id, vcpu->index, why, 0, 0);
    if (vcpu->state == VCPU_SUSPENDED_NON_RETENTIVE)
        resume_anew(vcpu);
    make_runnable(vcpu, true);
}

void vcpu_interrupt_set(struct vcpu *vcpu, unsigned irq, enum trace_wakeup why)
{
    if (vcpu->state == VCPU_STOPPED)
        return;
    trace(TRACE_IRQ_INJECT, vcpu->vm_id, vcpu->index, irq, 0, 0);
    vcpu->vm->report->injections++;
    if (__builtin_expect(is_loaded(vcpu), 1))
        guest_interrupt_set(1ull << irq);
    else
        vcpu->context.hvip |= 1ull << irq;
    if (vcpu_waits(vcpu) && vcpu_interrupt_pending(vcpu))
        vcpu_wake(vcpu, why);
}

void vcpu_interrupt_clear(struct vcpu *vcpu, unsigned irq)
{
    if (is_loaded(vcpu))
        guest_interrupt_clear(1ull << irq);
    else
        vcpu->context.hvip &= ~(1ull << irq);
}

void vcpu_inject_exception(struct vcpu *vcpu, uint64_t cause, uint64_t stval)
{
    trace(TRACE_TRAP_INJECT, vcpu->vm_id, vcpu->index, (uint32_t)cause, vcpu->pc, stval);
    vcpu->vm->report->injections++;
    vm_note_fault(vcpu, cause, stval);
    guest_take_exception(vcpu, cause, stval);
}
