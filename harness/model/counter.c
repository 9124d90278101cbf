/*
 * Counters that are read for the guest: time, cycle and instret. Unprivileged ISA 20240411, 8.1;
 * Privileged ISA 20240411, 18.2.5: hcounteren.
 */
#include "model/counter.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/csr_instruction.h"
#include "model/guest_virtual.h"

MODEL_RULE(counter, "emulation.counter", "Unprivileged ISA 20240411, 8.1; contract",
           "A counter that is read for the guest never goes back on its vCPU, and the time is the "
           "time of that moment.",
           "a counter is read wrongly");

#define SLACK_TICKS  10          /* of a time that was read: instructions are counted by blocks */
#define COUNTER_TIME (1ull << 1) /* of hcounteren */

static bool wrong_counter(struct difference *difference, const char *name, uint64_t seen,
                          const char *want)
{
    *difference = (struct difference){.rule = &counter, .name = name, .seen = seen};
    snprintf(difference->text, sizeof(difference->text), "%s", want);
    return false;
}

/* From where the guest's time counts: by htimedelta, which the machine goes by where it lets the
 * guest read the time itself; else the hypervisor's choice, which its first answer tells. */
static uint64_t time_delta(const struct model *model, const struct model_vcpu *vcpu, uint64_t value)
{
    const struct model_vm *vm = &model->vm[vcpu->vm];

    if (vcpu->at.csr.hcounteren & COUNTER_TIME)
        return vcpu->at.csr.htimedelta;
    return vm->time_read ? vm->time_read_delta : value - model_now(model);
}

static bool fits_time(const struct model *model, const struct model_vcpu *vcpu, uint64_t value,
                      struct difference *difference)
{
    uint64_t delta = time_delta(model, vcpu, value), from = vcpu->left_at + delta - SLACK_TICKS,
             to = model_now(model) + delta + SLACK_TICKS;
    char want[120];

    if (!model->setup.time)
        return true;
    /* What the first answer told may have been the time at the exit. */
    if (!(vcpu->at.csr.hcounteren & COUNTER_TIME))
        to += model->vm[vcpu->vm].time_read_slack;
    MODEL_EXERCISED(counter);
    snprintf(want, sizeof(want), "time from %" PRIu64 " to %" PRIu64, from, to);
    return value - from <= to - from || wrong_counter(difference, "time", value, want);
}

bool counter_fits(struct model *model, const struct model_vcpu *vcpu, const struct successor *own,
                  const struct model_state *seen, struct difference *difference)
{
    uint32_t instruction = guest_instruction(model, &vcpu->at);
    unsigned csr = csr_of(instruction), rd = rd_of(instruction);
    uint64_t value = seen->x[rd];
    char want[120];

    (void)own;
    if (rd == 0)
        return true;
    if (csr == CSR_TIME)
        return fits_time(model, vcpu, value, difference);
    uint64_t last = csr == CSR_CYCLE ? vcpu->cycle_read : vcpu->instret_read;
    if (model->setup.harts > 1) /* each of them counts by itself */
        return true;
    MODEL_EXERCISED(counter);
    snprintf(want, sizeof(want), "%s not below %" PRIu64 ", as it was read before",
             csr == CSR_CYCLE ? "cycle" : "instret", last);
    return value >= last ||
           wrong_counter(difference, csr == CSR_CYCLE ? "cycle" : "instret", value, want);
}

void counter_seen(struct model *model, struct model_vcpu *vcpu, uint32_t instruction,
                  const struct model_state *seen)
{
    struct model_vm *vm = &model->vm[vcpu->vm];
    unsigned csr = csr_of(instruction), rd = rd_of(instruction);

    if (rd == 0)
        return;
    if (csr == CSR_TIME && !vm->time_read) {
        vm->time_read = true;
        vm->time_read_delta = seen->x[rd] - model_now(model);
        vm->time_read_slack = model_now(model) - vcpu->left_at;
    }
    if (csr == CSR_CYCLE)
        vcpu->cycle_read = seen->x[rd];
    if (csr == CSR_INSTRET)
        vcpu->instret_read = seen->x[rd];
}
