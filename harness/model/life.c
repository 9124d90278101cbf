/*
 * A VM's life as it is seen: no entry after its end, while it is paused, or before it was created;
 * and the machine does not sleep while a vCPU could run. What the operator types is known, since
 * the check has it.
 */
#include "model/life.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/interrupt.h"
#include "model/order.h"
#include "model/successor.h"

MODEL_RULE(ended, "life.ended", "SBI 2.0, 10.1; abi/sbi.h",
           "A VM that has asked for its end is not entered again, unless it is made anew.",
           "a VM runs on after its end");
MODEL_RULE(
    allowed, "life.as-ordered", "contract",
    "A VM runs while the operator lets it: not before it was created, while it is paused, or "
    "after it was killed.",
    "a VM runs that the operator has stopped");
MODEL_RULE(reborn, "life.as-asked", "contract",
           "A VM begins anew only when it asked for a reboot, or the operator for a restart.",
           "a VM begins anew, and nobody asked for it");
MODEL_RULE(idle, "turn.no-idle", "contract", "The machine does not sleep while a vCPU could run.",
           "the machine sleeps while a vCPU could run");

MODEL_RULE(overslept, "turn.wakes-in-time", "SBI 2.0, 6.1; 9.4; contract",
           "The machine that sleeps wakes when the first vCPU's timer has come.",
           "a vCPU is woken too late");

MODEL_RULE(into_guest, "entry.virtual", "Privileged ISA 20240411, 18.2.1; 18.6.4",
           "An sret out of HS-mode leads into a guest, with hstatus.SPV set, or back into HS-mode.",
           "an sret leads into no guest: hstatus.SPV");

#define COMMAND_SLACK 10000 /* ticks: 1 ms from a command's time to its effect */
#define INSTRUCTIONS  100   /* in a tick, under icount */
#define ORDER_EARLY   100   /* ticks: by how much its effect may seem to be before its time */
#define CAUSE_VIRTUAL 22

static enum order order_for(const struct model_vm *vm, const struct model_command *command)
{
    return order_of(command->text, vm->packed->name, vm->index);
}

/* The last order for the VM that has come until then; *count: how many of ORDER_ANEW by then. */
static enum order last_order(const struct model *model, const struct model_vm *vm, uint64_t until,
                             unsigned *anew)
{
    enum order last = vm->packed->flags & BUNDLE_VM_MANUAL ? ORDER_END : ORDER_RUN;

    *anew = 0;
    for (size_t i = 0; i < model->setup.command_count; i++) {
        const struct model_command *command = &model->setup.commands[i];
        enum order order = order_for(vm, command);

        if (model->setup.booted + command->at > until || !order_is_of_life(order))
            continue;
        if (order == ORDER_RUN && last != ORDER_PAUSE)
            continue; /* nothing to resume */
        if (order == ORDER_PAUSE && last == ORDER_END)
            continue;
        *anew += order == ORDER_ANEW;
        last = order;
    }
    return last;
}

static bool may_run(enum order order)
{
    return order == ORDER_RUN || order == ORDER_ANEW;
}

bool life_is_operated(const struct model *model, const struct model_vm *vm)
{
    for (size_t i = 0; i < model->setup.command_count; i++)
        if (order_is_of_life(order_for(vm, &model->setup.commands[i])))
            return true;
    return false;
}

bool life_is_over(const struct model *model, const struct model_vm *vm)
{
    unsigned anew;

    return model->setup.time && life_is_operated(model, vm) &&
           last_order(model, vm, model_now(model), &anew) == ORDER_END;
}

/* How long the hart has executed since its last exit: it may take an order only when it is done. */
static uint64_t busy(const struct model *model, unsigned hart)
{
    return (model_instructions(model) - model->hart[hart].left) / INSTRUCTIONS;
}

/* Whether it may run by what was ordered a while ago, or is ordered by now. */
static bool is_allowed(const struct model *model, unsigned hart, const struct model_vm *vm)
{
    uint64_t now = model_now(model), late = COMMAND_SLACK + busy(model, hart);
    unsigned anew;

    return may_run(last_order(model, vm, now, &anew)) ||
           may_run(last_order(model, vm, now > late ? now - late : 0, &anew));
}

void life_entry(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                const struct model_state *state)
{
    struct model_vm *vm = &model->vm[vcpu->vm];

    MODEL_EXERCISED(ended);
    MODEL_EXERCISED(into_guest);
    if (vm->ending && model->setup.harts == 1)
        model_broken(model, &ended, hart, vcpu, state->code,
                     "no entry after the call that ends the VM", "an entry");
    if (!model->setup.time || !life_is_operated(model, vm))
        return;
    MODEL_EXERCISED(allowed);
    if (!is_allowed(model, hart, vm)) {
        MODEL_TEXT(seen, "an entry at %" PRIu64 " us", model_now(model) / 10);
        model_broken(model, &allowed, hart, vcpu, state->code,
                     "no entry of a VM that is paused, killed, or not created", seen);
    }
}

bool life_may_begin(struct model *model, const struct model_vm *vm)
{
    unsigned anew;

    MODEL_EXERCISED(reborn);
    if (!vm->seen || vm->reboots || !model->setup.time)
        return true;
    last_order(model, vm, model_now(model) + ORDER_EARLY, &anew);
    return anew > 0;
}

const struct model_rule *life_reborn_rule(void)
{
    return &reborn;
}

void life_ends(struct model *model, struct model_vcpu *vcpu, bool reboots)
{
    struct model_vm *vm = &model->vm[vcpu->vm];

    vm->ending = true;
    vm->reboots = reboots;
}

bool life_waits(const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;

    if (vcpu->at.csr.scause == CAUSE_VIRTUAL)
        return true;
    return vcpu->at.csr.scause == 10 &&
           ((x[X_A7] == SBI_EXT_HSM && x[X_A6] == SBI_HSM_HART_SUSPEND) || vcpu->stops);
}

/* At that time of the board. */
static bool could_run(const struct model *model, const struct model_vcpu *vcpu, uint64_t time)
{
    const struct model_vm *vm = &model->vm[vcpu->vm];

    if (vcpu->life == MODEL_STARTING)
        return vm->seen && !vcpu->start.asked;
    if (vcpu->life != MODEL_OUTSIDE || vcpu->stops)
        return false;
    return !life_waits(vcpu) || interrupt_is_due(model, vcpu, time);
}

/* Whether the VM's turns are none of the rule's: by choice of a cap, or by the operator's. */
static bool is_bound(const struct model *model, const struct model_vm *vm)
{
    return vm->ending || !vm->seen || vm->packed->cap || life_is_operated(model, vm);
}

void model_slept(struct model *model, unsigned hart, uint64_t from)
{
    uint64_t now = model_now(model);

    if (model->hart[hart].inside || model->setup.harts > 1)
        return;
    for (unsigned i = 0; i < model->vms; i++) {
        const struct model_vm *vm = &model->vm[i];

        if (is_bound(model, vm))
            continue;
        for (unsigned n = 0; n < vm->packed->vcpus && n < MODEL_VCPUS; n++) {
            const struct model_vcpu *vcpu = &vm->vcpu[n];
            bool at_once = could_run(model, vcpu, from);

            MODEL_EXERCISED(idle);
            MODEL_EXERCISED(overslept);
            if (!at_once && !could_run(model, vcpu, now))
                continue;
            MODEL_TEXT(seen,
                       "hart %u slept from %" PRIu64 " to %" PRIu64 "; the vCPU's pc is 0x%" PRIx64,
                       hart, from, now, vcpu->at.pc);
            model_broken(model, at_once ? &idle : &overslept, hart, vcpu, 0, "the vCPU is entered",
                         seen);
            return;
        }
    }
}

void model_user(struct model *model, unsigned hart, const struct model_state *state)
{
    MODEL_TEXT(seen, "hstatus.SPV = 0, sstatus.SPP = 0, sepc = 0x%" PRIx64, state->pc);
    model_broken(model, &into_guest, hart, NULL, state->code, "hstatus.SPV = 1", seen);
}
