/*
 * Stolen time: a vCPU that asked for it finds in its record how long it could have run while it did
 * not. SBI 2.0, 16. Per vCPU; what others did meanwhile counts on the vCPU's own hart alone, so a
 * gap from one hart to another has no lower bound. Only what the hypervisor wrote is judged: once
 * the guest has written into the record itself, or two vCPUs have one record, nothing more is said.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/sbi.h"
#include "model/interrupt.h"
#include "model/life.h"
#include "model/parts.h"

MODEL_RULE(steal_record, "steal.record", "SBI 2.0, 16.1",
           "The record of stolen time is zero when the call that gave it returns, and whole "
           "whenever its vCPU runs: the sequence is even, and is another one after a change; "
           "the flags are 0.",
           "the record of stolen time is not whole");
MODEL_RULE(steal_value, "steal.time", "SBI 2.0, 16.1",
           "The stolen time, in nanoseconds, never goes back. It is at least the time for which "
           "others had the hart while the vCPU could run, and at most the time for which it was "
           "outside and did not wait by its own will.",
           "stolen time is counted wrongly");

#define INTERRUPT     (1ull << 63)
#define VS_SOFTWARE   (1ull << 2)
#define CAUSE_ECALL   10
#define A0            10
#define A6            16
#define A7            17
#define NON_RETENTIVE (1ull << 31)
#define RECORD        64
#define TICK_NS       100
#define SLACK         1000 /* ticks: 100 us, and a fiftieth of what is compared */

struct record {
    uint32_t sequence, flags;
    uint64_t steal;
    uint8_t rest[RECORD - 16];
};
_Static_assert(sizeof(struct record) == RECORD, "SBI 2.0, 16.1");

struct area {
    bool set, silent; /* silent: nothing more is said of it */
    uint64_t address; /* guest-physical */
    struct record last;
    unsigned hart;               /* of the last exit */
    uint64_t others_from, other; /* when others had the hart since: from, and until */
    bool others;
    uint64_t least, most; /* ticks: bounds of what may be told by now */
    uint64_t told_least;  /* the lower one, before the gap that has just ended */
};

struct state {
    struct area area[MODEL_VMS][MODEL_VCPUS];
};

static bool read_record(const struct model *model, uint64_t hgatp, uint64_t address,
                        struct record *record)
{
    uint64_t left;
    const uint8_t *at = model_guest_memory(model, hgatp, address, &left);

    if (!at || left < RECORD)
        return false;
    memcpy(record, at, RECORD);
    return true;
}

/* Others have the hart: every vCPU that was there last is out of its turn. */
static void others_run(struct model *model, struct state *state, unsigned hart,
                       const struct model_vcpu *vcpu, bool enter)
{
    uint64_t now = model_now(model);

    for (unsigned vm = 0; vm < model->vms; vm++)
        for (unsigned i = 0; i < model->packed[vm].vcpus && i < MODEL_VCPUS; i++) {
            struct area *area = &state->area[vm][i];

            if (&model->vm[vm].vcpu[i] == vcpu || area->hart != hart)
                continue;
            if (enter && !area->others)
                area->others_from = now;
            area->others |= enter;
            area->other = now;
        }
}

static void steal_exit(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                       const struct model_state *at)
{
    struct state *state = own;
    struct area *area = &state->area[vcpu->vm][vcpu->index];
    struct record record;

    others_run(model, state, hart, vcpu, false);
    area->hart = hart;
    area->others = false;
    if (area->set && !area->silent)
        area->silent = !read_record(model, at->csr.hgatp, area->address, &record) ||
                       memcmp(&record, &area->last, RECORD) != 0;
}

/* For how long, of the gap that ends, it was not idle: at most, and at least. */
static void count_gap(struct model *model, struct area *area, unsigned hart,
                      const struct model_vcpu *vcpu, const struct model_state *at)
{
    uint64_t now = model_now(model), from = vcpu->left_at;
    bool waited = life_waits(vcpu);

    area->told_least = area->least;
    /* What ended its waiting may have been the timer; of an IPI it is not known when it came. */
    if (waited && !(at->csr.hvip & ~vcpu->at.csr.hvip & VS_SOFTWARE))
        from = interrupt_due_from(model, vcpu, from, now);
    area->most += now - from;
    /* A call may give the turn away, which is nobody's theft. */
    if ((vcpu->at.csr.scause & INTERRUPT) && area->set && area->hart == hart && area->others &&
        !model->packed[vcpu->vm].cap && !life_is_operated(model, &model->vm[vcpu->vm]))
        area->least += area->other - area->others_from;
}

static bool is_call_to_set(const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;

    return vcpu->at.csr.scause == CAUSE_ECALL && x[A7] == SBI_EXT_STA && x[A6] == SBI_STA_SET_SHMEM;
}

static bool is_resume(const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;

    return vcpu->at.csr.scause == CAUSE_ECALL && x[A7] == SBI_EXT_HSM &&
           x[A6] == SBI_HSM_HART_SUSPEND && (x[A0] & NON_RETENTIVE);
}

static bool is_shared(const struct state *state, const struct model_vcpu *vcpu, uint64_t address)
{
    for (unsigned i = 0; i < MODEL_VCPUS; i++)
        if (i != vcpu->index && state->area[vcpu->vm][i].set &&
            state->area[vcpu->vm][i].address == address)
            return true;
    return false;
}

static void set_area(struct state *state, struct area *area, const struct model_vcpu *vcpu)
{
    uint64_t address = vcpu->at.x[A0];

    area->set = address != UINT64_MAX;
    area->address = address;
    area->silent = is_shared(state, vcpu, address);
    for (unsigned i = 0; area->silent && i < MODEL_VCPUS; i++)
        if (state->area[vcpu->vm][i].address == address)
            state->area[vcpu->vm][i].silent = true;
    area->least = area->told_least = 0;
    memset(&area->last, 0, RECORD);
}

static void judge_record(struct model *model, unsigned hart, const struct model_vcpu *vcpu,
                         const struct area *area, const struct record *now, uint64_t code)
{
    static const uint8_t zero[RECORD - 17];
    bool changed = memcmp(now, &area->last, RECORD) != 0;

    MODEL_EXERCISED(steal_record);
    if (!(now->sequence & 1) && now->flags == 0 &&
        !(now->steal != area->last.steal && now->sequence == area->last.sequence) &&
        !(changed && memcmp(now->rest + 1, zero, sizeof(zero)) != 0))
        return;
    MODEL_TEXT(seen,
               "sequence = %" PRIu32 " (it was %" PRIu32 "), flags = %" PRIu32 ", steal = %" PRIu64,
               now->sequence, area->last.sequence, now->flags, now->steal);
    model_broken(model, &steal_record, hart, vcpu, code,
                 "an even sequence, another one after a change; flags and padding 0", seen);
}

static void judge_value(struct model *model, unsigned hart, const struct model_vcpu *vcpu,
                        struct area *area, const struct record *now, uint64_t code)
{
    uint64_t least = area->told_least, most = area->most + area->most / 50 + SLACK;

    least -= least / 50;
    least = least > SLACK ? least - SLACK : 0;
    if (life_is_operated(model, &model->vm[vcpu->vm]))
        most = model_now(model);
    MODEL_EXERCISED(steal_value);
    if (now->steal >= area->last.steal && now->steal / TICK_NS >= least &&
        now->steal / TICK_NS <= most)
        return;
    if (now->steal < area->last.steal)
        least = area->last.steal / TICK_NS;
    MODEL_TEXT(expected, "from %" PRIu64 " to %" PRIu64 " ns", least * TICK_NS, most * TICK_NS);
    MODEL_TEXT(seen, "steal = %" PRIu64, now->steal);
    model_broken(model, &steal_value, hart, vcpu, code, expected, seen);
    area->silent = true;
}

static void steal_entry(struct model *model, void *own, unsigned hart, struct model_vcpu *vcpu,
                        const struct model_state *at, bool first)
{
    struct state *state = own;
    struct record now;

    if (!vcpu || !model->setup.time)
        return;
    struct area *area = &state->area[vcpu->vm][vcpu->index];
    others_run(model, state, hart, vcpu, true);
    if (first) {
        *area = (struct area){.hart = hart};
        return;
    }
    count_gap(model, area, hart, vcpu, at);
    if (is_call_to_set(vcpu) && at->x[A0] == SBI_SUCCESS)
        set_area(state, area, vcpu);
    /* Who resumes by a call's address may have lost its record as well. */
    area->silent |= is_resume(vcpu);
    if (!area->set || area->silent)
        return;
    if (!read_record(model, at->csr.hgatp, area->address, &now)) {
        area->silent = true;
        return;
    }
    judge_record(model, hart, vcpu, area, &now, at->code);
    judge_value(model, hart, vcpu, area, &now, at->code);
    area->last = now;
}

static void steal_life(struct model *model, void *own, struct model_vm *vm)
{
    struct state *state = own;

    (void)model;
    memset(state->area[vm->index], 0, sizeof(state->area[vm->index]));
}

MODEL_PART(steal_time) = {
    .bytes = sizeof(struct state),
    .exit = steal_exit,
    .entry = steal_entry,
    .life = steal_life,
};
