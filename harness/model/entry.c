/*
 * Whose entry is it? The second stage tells the VM. The vCPU nobody tells: it is the one among
 * whose legal successors the state is. If there is none, the one that comes nearest is blamed.
 */
#include "model/entry.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/emulation.h"
#include "model/life.h"
#include "model/successor.h"

MODEL_RULE(owner_known, "life.own-memory", "contract",
           "A guest is entered with a second stage in which its own memory stands.",
           "a guest is entered that nobody packed");
MODEL_RULE(start_pc, "start.entry", "SBI 2.0, 9.1; contract",
           "A vCPU starts at the address that the VM's image or the call names.",
           "vCPU does not start where it should");
MODEL_RULE(start_x, "start.a0-a1", "SBI 2.0, 9.1",
           "A vCPU starts with its hart id in a0, and in a1 the device tree's address or the "
           "call's argument.",
           "wrong state at the start");
MODEL_RULE(start_csrs, "start.csrs", "SBI 2.0, 9.1",
           "A vCPU starts in S-mode, with satp = 0 and its interrupts off.",
           "wrong state at the start");
MODEL_RULE(explained, "entry.explained", "contract",
           "A vCPU is entered only after it was started, and while it is not inside already.",
           "a vCPU is entered that cannot run");

#define STRANGE 16 /* differences: no bug of one register or CSR makes so many */

/* How well a vCPU explains the entry. */
struct fit {
    struct model_vcpu *vcpu;
    struct difference difference;
    const char *what;
    unsigned differences;
    bool returns, anew, emulates;
};

static void begin_successor(const struct model_vcpu *vcpu, struct successors *list)
{
    struct successor *successor;

    list->count = 0;
    successor = successor_add(list, vcpu, "it starts");
    successor->want = (struct model_state){.pc = vcpu->start.pc};
    successor->want.x[X_A0] = vcpu->index;
    successor->want.x[X_A1] = vcpu->start.a1;
    successor->want.csr.sstatus = STATUS_SPP;
    successor->x_any = ~(ANY_X(X_A0) | ANY_X(X_A1));
    successor->csr_any = ALL_CSRS & ~(ANY_CSR(GUEST_VSATP) | ANY_CSR(GUEST_VSSTATUS));
    successor->status_any = ~STATUS_SIE;
    successor->pc = &start_pc;
    successor->x = &start_x;
    successor->csr = &start_csrs;
}

static void fit(struct model *model, struct model_vcpu *vcpu, const struct model_state *state,
                struct fit *best)
{
    struct successors list;

    if (vcpu->life == MODEL_OUTSIDE)
        exit_successors(model, vcpu, &list);
    else if (vcpu->life == MODEL_STARTING)
        begin_successor(vcpu, &list);
    else
        return;
    for (unsigned i = 0; i < list.count; i++) {
        struct difference difference;
        unsigned count = successor_compare(model, vcpu, &list.one[i], state, &difference);

        if (best->vcpu && count >= best->differences)
            continue;
        *best = (struct fit){vcpu,
                             difference,
                             list.one[i].what,
                             count,
                             list.one[i].returns,
                             list.one[i].anew,
                             list.one[i].emulates};
        if (count == 0)
            return;
    }
}

/* The vCPU that explains the entry best, the hart's last one first. */
static struct fit fit_best(struct model *model, unsigned hart, struct model_vm *vm,
                           const struct model_state *state)
{
    struct model_vcpu *last = model->hart[hart].current;
    struct fit best = {0};

    if (last && last->vm == vm->index)
        fit(model, last, state, &best);
    for (unsigned i = 0; i < vm->packed->vcpus && i < MODEL_VCPUS; i++)
        if ((!best.vcpu || best.differences) && &vm->vcpu[i] != last)
            fit(model, &vm->vcpu[i], state, &best);
    return best;
}

/* Is it how the VM's first vCPU starts? Then another life may have begun. */
static bool is_birth(const struct model_vm *vm, const struct model_state *state)
{
    return state->pc == vm->packed->entry && state->x[X_A0] == 0 &&
           state->x[X_A1] == vm->packed->dtb.gpa && state->csr.vsatp == 0 &&
           state_in_supervisor(state) && !(state->csr.vsstatus & STATUS_SIE);
}

/*
 * A VM may end before its first instruction was executed: then its next life begins in the very
 * state in which the last one could go on. Another root or another begin of time tells them apart.
 */
static bool is_next_life(struct model *model, const struct model_vm *vm, const struct fit *best,
                         const struct model_state *state)
{
    if (!model->setup.time || best->vcpu != &vm->vcpu[0] || !vm->time_known || !is_birth(vm, state))
        return false;
    return (state->csr.htimedelta != vm->time_delta ||
            model_root(state->csr.hgatp) != model_root(vm->hgatp)) &&
           life_may_begin(model, vm);
}

/* So much is different that it is none of those that may run, and there is one that may not. */
static const struct model_vcpu *is_stranger(const struct model_vm *vm, const struct fit *best)
{
    if (best->differences < STRANGE)
        return NULL;
    for (unsigned i = 0; i < vm->packed->vcpus && i < MODEL_VCPUS; i++)
        if (vm->vcpu[i].life == MODEL_STOPPED)
            return &vm->vcpu[i];
    return NULL;
}

static void blame(struct model *model, unsigned hart, const struct fit *best,
                  const struct model_state *state)
{
    const struct difference *difference = &best->difference;

    if (*difference->text) {
        MODEL_TEXT(seen, "%s = 0x%" PRIx64, difference->name, difference->seen);
        model_broken(model, difference->rule, hart, best->vcpu, state->code, difference->text,
                     seen);
        return;
    }
    MODEL_TEXT(expected, "%s: %s = 0x%" PRIx64, best->what, difference->name, difference->expected);
    MODEL_TEXT(seen, "%s = 0x%" PRIx64 " (%u difference%s in all)", difference->name,
               difference->seen, best->differences, best->differences == 1 ? "" : "s");
    model_broken(model, difference->rule, hart, best->vcpu, state->code, expected, seen);
}

static bool explains(const struct fit *best)
{
    return best->vcpu && best->differences == 0;
}

static struct model_vcpu *accept(struct model *model, const struct fit *best,
                                 const struct model_state *state)
{
    if (best->anew)
        best->vcpu->fp_known = false, best->vcpu->cycle_read = best->vcpu->instret_read = 0;
    if (best->returns)
        sbi_returned(model, best->vcpu, state);
    if (best->emulates)
        emulation_seen(model, best->vcpu, state);
    return best->vcpu;
}

struct model_vcpu *entry_judge(struct model *model, unsigned hart, const struct model_state *state)
{
    int owner = model_owner(model, state->csr.hgatp);

    MODEL_EXERCISED(owner_known);
    if (owner < 0) {
        MODEL_TEXT(seen, "hgatp = 0x%" PRIx64 ", pc = 0x%" PRIx64, state->csr.hgatp, state->pc);
        model_broken(model, &owner_known, hart, NULL, state->code,
                     "a second stage with the packed device tree of a VM", seen);
        return NULL;
    }
    struct model_vm *vm = &model->vm[owner];
    struct fit best = fit_best(model, hart, vm, state);
    MODEL_EXERCISED(explained);
    if (explains(&best) && !is_next_life(model, vm, &best, state))
        return accept(model, &best, state);
    model_owner_forget(model, state->csr.hgatp);
    owner = model_owner(model, state->csr.hgatp);
    if (owner >= 0 && is_birth(&model->vm[owner], state)) {
        if (!life_may_begin(model, &model->vm[owner]))
            model_broken(model, life_reborn_rule(), hart, &model->vm[owner].vcpu[0], state->code,
                         "the VM goes on, or stays ended", "it begins anew");
        model_life_begins(model, &model->vm[owner]);
        return &model->vm[owner].vcpu[0];
    }
    if (owner >= 0 && owner != (int)vm->index) { /* a root that another VM had before */
        vm = &model->vm[owner];
        best = fit_best(model, hart, vm, state);
        if (explains(&best))
            return accept(model, &best, state);
    }
    const struct model_vcpu *stranger = is_stranger(vm, &best);
    if (stranger) {
        MODEL_TEXT(seen, "pc = 0x%" PRIx64 ", a0 = 0x%" PRIx64 ": like no vCPU that may run",
                   state->pc, state->x[X_A0]);
        model_broken(model, &explained, hart, stranger, state->code,
                     "a vCPU that was started and is not inside", seen);
    } else if (best.vcpu) {
        blame(model, hart, &best, state);
    }
    if (best.vcpu)
        return best.vcpu;
    MODEL_TEXT(seen, "pc = 0x%" PRIx64 ", and no vCPU of VM %s can run", state->pc,
               vm->packed->name);
    model_broken(model, &explained, hart, &vm->vcpu[0], state->code,
                 "a vCPU that was started and is not inside", seen);
    return &vm->vcpu[0];
}
