/* A part that judges nothing: it writes down the exits and entries of all VMs, if that was asked
 * for. */
#include "model/record.h"

#include "model/parts.h"

static void write_down(struct model *model, unsigned hart, const struct model_vcpu *vcpu,
                       const struct model_state *at, bool entry)
{
    if (!model->setup.record || !vcpu)
        return;
    const struct model_record record = {
        .instructions = model_instructions(model),
        .hart = hart,
        .entry = entry,
        .vm = (int32_t)vcpu->vm,
        .vcpu = (int32_t)vcpu->index,
        .state = *at,
    };
    model->setup.record(&record, model->setup.argument);
}

static void record_exit(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                        const struct model_state *at)
{
    (void)state;
    write_down(model, hart, vcpu, at, false);
}

static void record_entry(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                         const struct model_state *at, bool first)
{
    (void)state, (void)first;
    write_down(model, hart, vcpu, at, true);
}

MODEL_PART(recorder) = {.exit = record_exit, .entry = record_entry};
