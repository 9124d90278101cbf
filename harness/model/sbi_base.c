/* Base extension. SBI 2.0, 4. */
#include "model/sbi.h"

MODEL_RULE(base_values, "sbi.base", "SBI 2.0, 4",
           "Base is there with any extension but the legacy calls; each of its functions succeeds, "
           "and answers the same all through "
           "the life of the VM. The version's bit 31 and above are 0.",
           "Base answers wrongly");
MODEL_RULE(probe_stable, "sbi.probe-stable", "SBI 2.0, 4.4",
           "Probing for an extension gives the same answer each time.",
           "probe does not tell the truth");

#define FUNCTIONS 7

static void answer(const struct model *model, const struct model_vcpu *vcpu, struct sbi_answer *to)
{
    const struct model_vm *vm = &model->vm[vcpu->vm];
    uint64_t function = vcpu->at.x[X_A6];

    to->rule = &base_values;
    to->errors = ERROR(SBI_SUCCESS);
    if (function == SBI_BASE_PROBE_EXTENSION) {
        to->rule = &probe_stable;
        for (unsigned i = 0; i < vm->known_count; i++) {
            if (vm->known[i].id != vcpu->at.x[X_A0])
                continue;
            to->has_value = true;
            to->low = vm->known[i].presence == SBI_PRESENT;
            to->high = vm->known[i].presence == SBI_PRESENT ? UINT64_MAX : 0;
        }
        return;
    }
    to->has_value = true;
    to->high = function == SBI_BASE_GET_SPEC_VERSION ? 0x7fffffff : UINT64_MAX;
    if (vm->base_seen >> function & 1)
        to->low = to->high = vm->base[function];
}

static void returned(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen)
{
    struct model_vm *vm = &model->vm[vcpu->vm];
    uint64_t function = vcpu->at.x[X_A6];

    if (function == SBI_BASE_PROBE_EXTENSION || function >= FUNCTIONS)
        return;
    vm->base[function] = seen->x[X_A1];
    vm->base_seen |= 1u << function;
}

MODEL_SBI(base) = {SBI_EXT_BASE, FUNCTIONS, answer, NULL, returned};
