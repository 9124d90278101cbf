/*
 * What may follow a call to the Supervisor Binary Interface. SBI 2.0, 3: Binary Encoding. Each
 * extension's own answers are in a file of its name; here is what holds for all.
 */
#include "model/sbi.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/entry.h"

MODEL_RULE(call_pc, "sbi.behind-the-call", "SBI 2.0, 3; Privileged ISA 20240411, 3.3.1",
           "A call returns to the instruction behind the ecall.", "sepc not advanced");
MODEL_RULE(call_x, "sbi.only-a0-a1", "SBI 2.0, 3; 5",
           "A call answers in a0 and a1, a legacy call in a0 alone, and preserves every other "
           "register.",
           "register lost across exit");
MODEL_RULE(call_csrs, "sbi.csrs", "SBI 2.0, 3", "A call leaves the guest's CSRs alone.",
           "CSR lost across exit");
MODEL_RULE(unknown, "sbi.unknown", "SBI 2.0, 3",
           "A call to an extension or a function that does not exist answers NOT_SUPPORTED.",
           "an unknown call is not refused");
MODEL_RULE(probe_truth, "sbi.probe-truth", "SBI 2.0, 4.4",
           "Probing tells the truth: what it says is there serves calls, what it says is not there "
           "answers NOT_SUPPORTED, all through the life of the VM.",
           "probe does not tell the truth");

#define LAST_LEGACY 8

extern const struct sbi_extension *const __start_model_sbi[] __attribute__((visibility("hidden")));
extern const struct sbi_extension *const __stop_model_sbi[] __attribute__((visibility("hidden")));

static const struct sbi_extension *find(uint64_t id)
{
    for (const struct sbi_extension *const *at = __start_model_sbi; at < __stop_model_sbi; at++)
        if ((*at)->id == id)
            return *at;
    return NULL;
}

bool sbi_in_ram(const struct model *model, const struct model_vcpu *vcpu, uint64_t address,
                uint64_t bytes)
{
    uint64_t memory = model->vm[vcpu->vm].packed->memory;

    return address >= BUNDLE_GUEST_RAM_BASE && address - BUNDLE_GUEST_RAM_BASE <= memory &&
           bytes <= memory - (address - BUNDLE_GUEST_RAM_BASE);
}

/* ---- Which extensions there are ---------------------------------------------------------- */

/* Base itself may be missing where there are legacy calls alone (SBI 0.1), but then all through. */
static enum sbi_presence presence(const struct model_vm *vm, uint64_t id)
{
    for (unsigned i = 0; i < vm->known_count; i++)
        if (vm->known[i].id == id)
            return vm->known[i].presence;
    return SBI_UNTOLD;
}

static void learn(struct model_vm *vm, uint64_t id, enum sbi_presence is)
{
    if (presence(vm, id) != SBI_UNTOLD || vm->known_count == MODEL_KNOWN)
        return;
    vm->known[vm->known_count].id = id;
    vm->known[vm->known_count++].presence = is;
}

/* ---- Answers ----------------------------------------------------------------------------- */

static const char *const error_names[] = {"SUCCESS",           "FAILED",          "NOT_SUPPORTED",
                                          "INVALID_PARAM",     "DENIED",          "INVALID_ADDRESS",
                                          "ALREADY_AVAILABLE", "ALREADY_STARTED", "ALREADY_STOPPED",
                                          "NO_SHMEM"};

static bool allows(uint32_t errors, uint64_t a0)
{
    uint64_t number = -a0;

    return number < sizeof(error_names) / sizeof(error_names[0]) && (errors >> number & 1);
}

static void name_errors(uint32_t errors, char *to, size_t bytes)
{
    size_t used = 0;

    *to = '\0';
    for (unsigned i = 0; i < sizeof(error_names) / sizeof(error_names[0]); i++)
        if (errors >> i & 1 && used < bytes)
            used += (size_t)snprintf(to + used, bytes - used, "%s%s", used ? " or " : "",
                                     error_names[i]);
}

static bool refuse(struct difference *difference, const struct model_rule *rule,
                   const struct model_vcpu *vcpu, const struct model_state *seen, const char *want)
{
    const uint64_t *x = vcpu->at.x;

    *difference = (struct difference){.rule = rule, .name = "a0", .seen = seen->x[X_A0]};
    snprintf(difference->text, sizeof(difference->text),
             "EID 0x%" PRIx64 " FID %" PRIu64 " (0x%" PRIx64 ", 0x%" PRIx64 ", 0x%" PRIx64
             ") answers %s",
             x[X_A7], x[X_A6], x[X_A0], x[X_A1], x[X_A2], want);
    return false;
}

static bool fits_value(const struct sbi_answer *answer, const struct model_vcpu *vcpu,
                       const struct model_state *seen, struct difference *difference)
{
    char want[64];

    if (!answer->has_value || seen->x[X_A0] != SBI_SUCCESS ||
        (seen->x[X_A1] >= answer->low && seen->x[X_A1] <= answer->high))
        return true;
    if (answer->low == answer->high)
        snprintf(want, sizeof(want), "0x%" PRIx64, answer->low);
    else
        snprintf(want, sizeof(want), "0x%" PRIx64 " to 0x%" PRIx64, answer->low, answer->high);
    refuse(difference, answer->rule, vcpu, seen, want);
    difference->name = "a1";
    difference->seen = seen->x[X_A1];
    return false;
}

static bool fits_unknown(const struct model_vm *vm, const struct model_vcpu *vcpu,
                         const struct model_state *seen, struct difference *difference)
{
    MODEL_EXERCISED(unknown);
    return seen->x[X_A0] == (uint64_t)SBI_ERR_NOT_SUPPORTED ||
           (!find(vcpu->at.x[X_A7]) && presence(vm, vcpu->at.x[X_A7]) == SBI_PRESENT) ||
           refuse(difference, &unknown, vcpu, seen, "NOT_SUPPORTED");
}

static bool fits(struct model *model, const struct model_vcpu *vcpu, const struct successor *own,
                 const struct model_state *seen, struct difference *difference)
{
    const struct model_vm *vm = &model->vm[vcpu->vm];
    uint64_t id = vcpu->at.x[X_A7], a0 = seen->x[X_A0];
    const struct sbi_extension *extension = find(id);
    enum sbi_presence known = presence(vm, id);
    struct sbi_answer answer = {.rule = &unknown};
    char want[120];

    (void)own;
    if (!extension || (id > LAST_LEGACY && vcpu->at.x[X_A6] >= extension->functions))
        return fits_unknown(vm, vcpu, seen, difference);
    extension->answer(model, vcpu, &answer);
    MODEL_COUNT(answer.rule);
    if (known != SBI_UNTOLD)
        MODEL_EXERCISED(probe_truth);
    if (id > LAST_LEGACY && id != SBI_EXT_BASE && a0 == SBI_SUCCESS &&
        presence(vm, SBI_EXT_BASE) == SBI_ABSENT)
        return refuse(difference, &probe_truth, vcpu, seen,
                      "NOT_SUPPORTED: without Base there are legacy calls alone");
    if (known == SBI_ABSENT)
        return a0 == (uint64_t)SBI_ERR_NOT_SUPPORTED ||
               refuse(difference, &probe_truth, vcpu, seen, "NOT_SUPPORTED, as it is not there");
    if (a0 == (uint64_t)SBI_ERR_NOT_SUPPORTED && !(answer.errors & ERROR(SBI_ERR_NOT_SUPPORTED)))
        return known == SBI_UNTOLD ||
               refuse(difference, &probe_truth, vcpu, seen, "otherwise, as it is there");
    name_errors(answer.errors, want, sizeof(want));
    if (id <= LAST_LEGACY)
        return (answer.has_value && (a0 == UINT64_MAX || a0 <= answer.high)) ||
               (!answer.has_value && allows(answer.errors, a0)) ||
               refuse(difference, answer.rule, vcpu, seen, "0, or a byte or -1");
    if (!allows(answer.errors, a0))
        return refuse(difference, answer.rule, vcpu, seen,
                      answer.errors ? want : "nothing: it does not return");
    return fits_value(&answer, vcpu, seen, difference);
}

/* A legacy call that is not there: refused as any other, so that a1 too may change. */
static bool fits_refused(struct model *model, const struct model_vcpu *vcpu,
                         const struct successor *own, const struct model_state *seen,
                         struct difference *difference)
{
    (void)own;
    return (seen->x[X_A0] == (uint64_t)SBI_ERR_NOT_SUPPORTED &&
            presence(&model->vm[vcpu->vm], vcpu->at.x[X_A7]) != SBI_PRESENT) ||
           refuse(difference, &unknown, vcpu, seen, "NOT_SUPPORTED");
}

static struct successor *add_return(const struct model_vcpu *vcpu, struct successors *list,
                                    bool both)
{
    struct successor *back = successor_add(list, vcpu, "the call returns");

    back->want.pc += 4;
    back->pc = &call_pc;
    back->x = &call_x;
    back->csr = &call_csrs;
    back->returns = true;
    back->fits = fits;
    back->x_any = ANY_X(X_A0) | (both ? ANY_X(X_A1) : 0);
    return back;
}

void sbi_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list)
{
    uint64_t id = vcpu->at.x[X_A7];

    add_return(vcpu, list, id > LAST_LEGACY);
    if (id <= LAST_LEGACY)
        add_return(vcpu, list, true)->fits = fits_refused;
    if (id == SBI_EXT_TIME || id == SBI_LEGACY_SET_TIMER) /* or the hypervisor keeps it itself */
        add_return(vcpu, list, id == SBI_EXT_TIME)->want.csr.vstimecmp = vcpu->at.x[X_A0];
    hsm_add_resume(model, vcpu, list);
}

void sbi_take(struct model *model, struct model_vcpu *vcpu)
{
    const struct sbi_extension *extension = find(vcpu->at.x[X_A7]);
    bool exists =
        extension && (extension->id <= LAST_LEGACY || vcpu->at.x[X_A6] < extension->functions);

    if (exists && extension->take)
        extension->take(model, vcpu);
}

/* What Base said of an extension. */
static void learn_from_probe(struct model_vm *vm, const struct model_vcpu *vcpu,
                             const struct model_state *seen)
{
    if (vcpu->at.x[X_A6] == SBI_BASE_PROBE_EXTENSION && seen->x[X_A0] == SBI_SUCCESS)
        learn(vm, vcpu->at.x[X_A0], seen->x[X_A1] ? SBI_PRESENT : SBI_ABSENT);
}

void sbi_returned(struct model *model, struct model_vcpu *vcpu, const struct model_state *seen)
{
    uint64_t id = vcpu->at.x[X_A7];
    const struct sbi_extension *extension = find(id);
    struct model_vm *vm = &model->vm[vcpu->vm];

    if (id == SBI_EXT_BASE)
        learn_from_probe(vm, vcpu, seen);
    if (!extension || (id > LAST_LEGACY && vcpu->at.x[X_A6] >= extension->functions))
        return;
    bool absent = seen->x[X_A0] == (uint64_t)SBI_ERR_NOT_SUPPORTED;
    struct sbi_answer answer = {0};
    extension->answer(model, vcpu, &answer);
    if (!absent || !(answer.errors & ERROR(SBI_ERR_NOT_SUPPORTED)))
        learn(vm, id, absent ? SBI_ABSENT : SBI_PRESENT);
    if (extension->returned)
        extension->returned(model, vcpu, seen);
}
