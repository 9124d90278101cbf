/* A part that judges nothing: it keeps what each VM was at its last exit, for coach; see last.h. */
#include "model/last.h"

#include <string.h>

#include "model/parts.h"
#include "model/sbi.h"

static struct model_last *last_of(const struct model *model, unsigned vm)
{
    return model->setup.last ? &model->setup.last[vm] : NULL;
}

/* All others have stopped, and this one has asked for it. */
static bool was_the_last(const struct model_vm *vm, const struct model_vcpu *leaving)
{
    for (unsigned i = 0; i < vm->packed->vcpus && i < MODEL_VCPUS; i++)
        if (&vm->vcpu[i] != leaving && vm->vcpu[i].life != MODEL_STOPPED && !vm->vcpu[i].stops)
            return false;
    return leaving->stops;
}

static void note_ending(struct model_last *last, const struct model_vm *vm,
                        const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;

    last->ending = MODEL_RUNS;
    last->code = 0;
    if (was_the_last(vm, vcpu))
        last->ending = MODEL_STOPPED_ALL;
    if (!vm->ending)
        return;
    last->ending = vm->reboots ? MODEL_REBOOTS : MODEL_SHUTS_OFF;
    if (x[X_A7] == SBI_EXT_SRST)
        last->code = (uint32_t)x[X_A1];
    if (x[X_A7] != SBI_EXT_PV)
        return;
    last->ending = MODEL_EXITS;
    last->code = x[X_A0];
}

static void note_report(const struct model *model, struct model_last *last, uint64_t hgatp)
{
    uint64_t left;
    const uint8_t *report = model_guest_memory(model, hgatp, PROBE_REPORT_GPA, &left);

    last->has_report = report && memcmp(report, PROBE_MAGIC, sizeof(PROBE_MAGIC) - 1) == 0;
    if (last->has_report)
        memcpy(last->report, report, sizeof(last->report));
}

static void take_exit(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                      const struct model_state *at)
{
    struct model_last *last = last_of(model, vcpu->vm);

    (void)state, (void)hart;
    if (!last)
        return;
    if (last->inside)
        last->inside--;
    last->cause = at->csr.scause;
    note_ending(last, &model->vm[vcpu->vm], vcpu);
    note_report(model, last, at->csr.hgatp);
}

static void take_entry(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                       const struct model_state *at, bool first)
{
    struct model_last *last = vcpu ? last_of(model, vcpu->vm) : NULL;

    (void)state, (void)hart, (void)at, (void)first;
    if (!last)
        return;
    last->entered = 1;
    last->inside++;
    last->ending = MODEL_RUNS;
}

static void life(struct model *model, void *state, struct model_vm *vm)
{
    struct model_last *last = last_of(model, vm->index);

    (void)state;
    if (last)
        memset(last, 0, sizeof(*last));
}

MODEL_PART(last_part) = {.exit = take_exit, .entry = take_entry, .life = life};
