/* The extensions with little to say: TIME, SRST, STA, the paravirtual one, and the legacy calls of
 * these. SBI 2.0, 5, 6, 10, 16; abi/sbi.h. */
#include "model/interrupt.h"
#include "model/life.h"
#include "model/sbi.h"

MODEL_RULE(time_answer, "sbi.time", "SBI 2.0, 6.1", "Setting the timer succeeds.",
           "set_timer fails");
MODEL_RULE(reset_answer, "sbi.reset", "SBI 2.0, 10.1",
           "A reset of a known type and reason does not return; a reserved one is INVALID_PARAM. "
           "Both have 32 bits.",
           "system_reset answers wrongly");
MODEL_RULE(steal_answer, "sbi.steal", "SBI 2.0, 16.1",
           "Steal-time memory is taken if it is 64 bytes in RAM, aligned to 64, or all ones, and "
           "flags are 0; else INVALID_PARAM or INVALID_ADDRESS says what was wrong.",
           "STA answers wrongly");
MODEL_RULE(pv_answer, "sbi.paravirtual", "abi/sbi.h",
           "The paravirtual extension tells its features, always the same; exit does not return; "
           "yield succeeds.",
           "the paravirtual extension answers wrongly");

#define AREA_BYTES  64
#define SHUTDOWN    0u
#define WARM_REBOOT 2u
#define OWN_TYPES   0xf0000000u /* of the vendor or the platform */
#define OWN_REASONS 0xe0000000u
#define LAST_REASON 1u

static void answer_time(const struct model *model, const struct model_vcpu *vcpu,
                        struct sbi_answer *to)
{
    (void)model, (void)vcpu;
    to->rule = &time_answer;
    to->errors = ERROR(SBI_SUCCESS);
}

static void time_returned(struct model *model, struct model_vcpu *vcpu,
                          const struct model_state *seen)
{
    if (seen->x[X_A0] == SBI_SUCCESS)
        interrupt_timer_set(model, vcpu, vcpu->at.x[X_A0], seen);
}

static void answer_reset(const struct model *model, const struct model_vcpu *vcpu,
                         struct sbi_answer *to)
{
    uint32_t type = (uint32_t)vcpu->at.x[X_A0], reason = (uint32_t)vcpu->at.x[X_A1];

    (void)model;
    to->rule = &reset_answer;
    to->errors = 0;
    if ((type > WARM_REBOOT && type < OWN_TYPES) || (reason > LAST_REASON && reason < OWN_REASONS))
        to->errors |= ERROR(SBI_ERR_INVALID_PARAM);
    if (type >= OWN_TYPES || reason >= OWN_REASONS)
        to->errors |= ERROR(SBI_ERR_INVALID_PARAM) | ERROR(SBI_ERR_NOT_SUPPORTED);
    else if (type != SHUTDOWN)
        to->errors |= ERROR(SBI_ERR_NOT_SUPPORTED); /* a reboot may not be implemented */
}

/* If it returns, it was refused, and nothing has ended. */
static void take_reset(struct model *model, struct model_vcpu *vcpu)
{
    struct sbi_answer answer = {0};

    answer_reset(model, vcpu, &answer);
    if (!(answer.errors & ERROR(SBI_ERR_INVALID_PARAM)))
        life_ends(model, vcpu, (uint32_t)vcpu->at.x[X_A0] != SHUTDOWN);
}

static void reset_returned(struct model *model, struct model_vcpu *vcpu,
                           const struct model_state *seen)
{
    (void)seen;
    model->vm[vcpu->vm].ending = false;
}

static void take_shutdown(struct model *model, struct model_vcpu *vcpu)
{
    life_ends(model, vcpu, false);
}

static void answer_shutdown(const struct model *model, const struct model_vcpu *vcpu,
                            struct sbi_answer *to)
{
    (void)model, (void)vcpu;
    to->rule = &reset_answer;
}

static void answer_steal(const struct model *model, const struct model_vcpu *vcpu,
                         struct sbi_answer *to)
{
    const uint64_t *x = vcpu->at.x;
    bool off = x[X_A0] == UINT64_MAX && x[X_A1] == UINT64_MAX;

    to->rule = &steal_answer;
    if ((uint32_t)x[X_A2] != 0 || (!off && x[X_A0] % AREA_BYTES))
        to->errors |= ERROR(SBI_ERR_INVALID_PARAM);
    if (!off && (x[X_A1] != 0 || !sbi_in_ram(model, vcpu, x[X_A0], AREA_BYTES)))
        to->errors |= ERROR(SBI_ERR_INVALID_ADDRESS);
    if (!to->errors)
        to->errors = ERROR(SBI_SUCCESS);
}

static void answer_pv(const struct model *model, const struct model_vcpu *vcpu,
                      struct sbi_answer *to)
{
    const struct model_vm *vm = &model->vm[vcpu->vm];

    to->rule = &pv_answer;
    to->errors = vcpu->at.x[X_A6] == SBI_PV_EXIT ? 0 : ERROR(SBI_SUCCESS);
    if (vcpu->at.x[X_A6] == SBI_PV_FEATURES) {
        to->has_value = true;
        to->low = (uint64_t)PV_VERSION << 32;
        to->high = to->low | PV_FEATURE_EXIT | PV_FEATURE_YIELD;
        if (vm->features)
            to->low = to->high = vm->features;
    }
}

static void take_pv(struct model *model, struct model_vcpu *vcpu)
{
    if (vcpu->at.x[X_A6] == SBI_PV_EXIT)
        life_ends(model, vcpu, false);
}

static void pv_returned(struct model *model, struct model_vcpu *vcpu,
                        const struct model_state *seen)
{
    model->vm[vcpu->vm].ending = false;
    if (vcpu->at.x[X_A6] == SBI_PV_FEATURES && seen->x[X_A0] == SBI_SUCCESS)
        model->vm[vcpu->vm].features = seen->x[X_A1];
}

MODEL_SBI(time_extension) = {SBI_EXT_TIME, 1, answer_time, NULL, time_returned};
MODEL_SBI(legacy_timer) = {SBI_LEGACY_SET_TIMER, 0, answer_time, NULL, time_returned};
MODEL_SBI(reset) = {SBI_EXT_SRST, 1, answer_reset, take_reset, reset_returned};
MODEL_SBI(legacy_shutdown) = {SBI_LEGACY_SHUTDOWN, 0, answer_shutdown, take_shutdown,
                              reset_returned};
MODEL_SBI(steal) = {SBI_EXT_STA, 1, answer_steal, NULL, NULL};
MODEL_SBI(paravirtual) = {SBI_EXT_PV, 3, answer_pv, take_pv, pv_returned};
