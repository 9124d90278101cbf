/*
 * Interrupts of a vCPU: what pends in hvip at an entry is what was sent and has not been taken
 * back. A guest clears its software interrupt itself; its timer's pends from the deadline until the
 * next set_timer, whether hvip or vstimecmp says so. Privileged ISA, 18.2.3; 18.2.12; Sstc;
 * SBI 2.0, 6, 7.
 */
#include <inttypes.h>
#include <stdio.h>

#include "model/entry.h"
#include "model/interrupt.h"
#include "model/successor.h"

MODEL_RULE(software_lost, "interrupt.software-kept", "SBI 2.0, 7.1",
           "A software interrupt that was sent pends at the vCPU's next entry, and until the guest "
           "clears it.",
           "software interrupt lost");
MODEL_RULE(software_spurious, "interrupt.software-sent", "SBI 2.0, 7.1",
           "A software interrupt pends only if one was sent.", "software interrupt out of nothing");
MODEL_RULE(external, "interrupt.no-external", "contract",
           "A guest has no device, so its external interrupt never pends.",
           "external interrupt out of nothing");
MODEL_RULE(timer_early, "timer.never-early", "SBI 2.0, 6.1",
           "The timer's interrupt does not pend before its deadline.", "timer too early");
MODEL_RULE(timer_late, "timer.at-deadline", "SBI 2.0, 6.1",
           "The timer's interrupt pends as soon as its deadline has come: a guest does not run on "
           "past it.",
           "timer too late");
MODEL_RULE(delegated, "interrupt.delegated", "Privileged ISA 20240411, 18.2.2",
           "An interrupt that pends for the guest is delegated to it by hideleg.",
           "a pending interrupt cannot reach the guest");
MODEL_RULE(time_steady, "time.steady", "Privileged ISA 20240411, 18.2.7",
           "A VM's time runs evenly: htimedelta is the same for all its vCPUs, all its life.",
           "the guest's time leaps");

#define VS_SOFTWARE  (1ull << 2)
#define VS_TIMER     (1ull << 6)
#define VS_EXTERNAL  (1ull << 10)
#define HENVCFG_STCE (1ull << 63)

#define SLACK_RUN 200 /* from the deadline to the exit that it causes */

uint64_t interrupt_guest_time(const struct model *model, const struct model_csrs *csr)
{
    return model_now(model) + csr->htimedelta;
}

/* By vstimecmp, which the guest may also write itself. */
static bool hardware_timer(const struct model *model, const struct model_csrs *csr)
{
    return model->setup.sstc && (csr->henvcfg & HENVCFG_STCE);
}

static void check_timer(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                        const struct model_state *state)
{
    const struct model_csrs *csr = &state->csr;
    uint64_t now = interrupt_guest_time(model, csr);
    bool pending = csr->hvip & VS_TIMER;

    if (!model->setup.time)
        return;
    MODEL_EXERCISED(timer_early);
    bool due = (vcpu->timer_kept && now >= vcpu->deadline) ||
               (hardware_timer(model, csr) && now >= csr->vstimecmp);
    if (pending && !due) {
        MODEL_TEXT(expected, "hvip.VSTIP = 0 before guest time %" PRIu64,
                   vcpu->timer_kept ? vcpu->deadline : csr->vstimecmp);
        MODEL_TEXT(seen, "hvip.VSTIP = 1 at guest time %" PRIu64, now);
        model_broken(model, &timer_early, hart, vcpu, state->code, expected, seen);
    }
    vcpu->entered_at = now;
}

/*
 * An IPI from another hart may have been answered while this one was on its way into the guest.
 * Then it comes at once with the next exit; so one entry without it is right.
 */
static bool crosses(const struct model *model, struct model_vcpu *vcpu)
{
    bool once = model->setup.harts > 1 && vcpu->software_owed && !vcpu->software_crossed;

    vcpu->software_crossed = once;
    return once;
}

static void check_software(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                           const struct model_state *state, bool first)
{
    bool before = !first && (vcpu->at.csr.hvip & VS_SOFTWARE),
         pending = state->csr.hvip & VS_SOFTWARE;

    if (!pending && !before && crosses(model, vcpu))
        return;
    if (vcpu->software_owed || before) {
        MODEL_EXERCISED(software_lost);
        if (!pending)
            model_broken(model, &software_lost, hart, vcpu, state->code,
                         vcpu->software_owed ? "hvip.VSSIP = 1: an IPI was sent to this vCPU"
                                             : "hvip.VSSIP = 1, as at the exit",
                         "hvip.VSSIP = 0");
    }
    MODEL_EXERCISED(software_spurious);
    if (pending && !before && !vcpu->software_owed && !vcpu->software_may)
        model_broken(model, &software_spurious, hart, vcpu, state->code,
                     "hvip.VSSIP = 0: no IPI was sent to this vCPU", "hvip.VSSIP = 1");
    vcpu->software_owed = false;
    if (pending)
        vcpu->software_may = false;
}

void interrupt_entry(struct model *model, unsigned hart, struct model_vcpu *vcpu,
                     const struct model_state *state, bool first)
{
    const struct model_csrs *csr = &state->csr;
    struct model_vm *vm = &model->vm[vcpu->vm];

    check_software(model, hart, vcpu, state, first);
    check_timer(model, hart, vcpu, state);
    MODEL_EXERCISED(external);
    if (csr->hvip & VS_EXTERNAL)
        model_broken(model, &external, hart, vcpu, state->code, "hvip.VSEIP = 0", "hvip.VSEIP = 1");
    uint64_t hidden = csr->hvip & (VS_SOFTWARE | VS_TIMER) & ~csr->hideleg;
    MODEL_EXERCISED(delegated);
    if (hidden) {
        MODEL_TEXT(seen, "hideleg = 0x%" PRIx64 ", hvip = 0x%" PRIx64, csr->hideleg, csr->hvip);
        model_broken(model, &delegated, hart, vcpu, state->code,
                     "the bits of hvip that pend are set in hideleg", seen);
    }
    MODEL_EXERCISED(time_steady);
    if (vm->time_known && vm->time_delta != csr->htimedelta) {
        MODEL_TEXT(expected, "htimedelta = 0x%" PRIx64, vm->time_delta);
        MODEL_TEXT(seen, "htimedelta = 0x%" PRIx64, csr->htimedelta);
        model_broken(model, &time_steady, hart, vcpu, state->code, expected, seen);
    }
    vm->time_known = true;
    vm->time_delta = csr->htimedelta;
}

/*
 * Has the guest run past a deadline that hvip was to tell it of? Not before its entry, though: what
 * comes due while the hypervisor works interrupts it as soon as it has entered.
 */
void interrupt_exit(struct model *model, unsigned hart, struct model_vcpu *vcpu)
{
    uint64_t now = interrupt_guest_time(model, &vcpu->at.csr), from = vcpu->timer_owed;

    if (from < vcpu->entered_at)
        from = vcpu->entered_at;
    if (!model->setup.time || !vcpu->timer_kept || vcpu->timer_told || now < from)
        return;
    MODEL_EXERCISED(timer_late);
    if ((vcpu->at.csr.hvip & VS_TIMER) || now - from < SLACK_RUN)
        return;
    MODEL_TEXT(expected, "hvip.VSTIP = 1 from guest time %" PRIu64 " on", vcpu->deadline);
    MODEL_TEXT(seen, "hvip.VSTIP = 0, and the guest ran until %" PRIu64, now);
    model_broken(model, &timer_late, hart, vcpu, 0, expected, seen);
    vcpu->timer_told = true;
}

void interrupt_software_owed(struct model *model, struct model_vcpu *vcpu)
{
    (void)model;
    if (vcpu->software_may && (vcpu->life == MODEL_OUTSIDE || vcpu->life == MODEL_INSIDE) &&
        !vcpu->stops)
        vcpu->software_owed = true;
}

bool interrupt_is_due(const struct model *model, const struct model_vcpu *vcpu, uint64_t time)
{
    const struct model_csrs *csr = &vcpu->at.csr;
    uint64_t pending = csr->hvip, now = time + csr->htimedelta;

    if (vcpu->software_owed)
        pending |= VS_SOFTWARE;
    if ((vcpu->timer_kept && now >= vcpu->deadline + SLACK_RUN) ||
        (hardware_timer(model, csr) && now >= SLACK_RUN && now - SLACK_RUN >= csr->vstimecmp))
        pending |= VS_TIMER;
    return pending & csr->vsie << 1 & csr->hideleg; /* vsie has the bits of S-mode */
}

uint64_t interrupt_due_from(const struct model *model, const struct model_vcpu *vcpu, uint64_t from,
                            uint64_t to)
{
    const struct model_csrs *csr = &vcpu->at.csr;
    uint64_t deadline = UINT64_MAX;

    if (vcpu->software_owed || (csr->hvip & (VS_SOFTWARE | VS_TIMER)) ||
        !(csr->vsie << 1 & VS_TIMER))
        return from;
    if (vcpu->timer_kept)
        deadline = vcpu->deadline - csr->htimedelta;
    else if (hardware_timer(model, csr))
        deadline = csr->vstimecmp - csr->htimedelta;
    return deadline > from && deadline <= to ? deadline : from;
}

void interrupt_timer_set(const struct model *model, struct model_vcpu *vcpu, uint64_t deadline,
                         const struct model_state *seen)
{
    vcpu->timer_kept = !hardware_timer(model, &seen->csr) || seen->csr.vstimecmp != deadline;
    vcpu->deadline = deadline;
    vcpu->timer_told = false;
    vcpu->timer_owed = interrupt_guest_time(model, &seen->csr); /* not before it was asked for */
    if (vcpu->timer_owed < deadline)
        vcpu->timer_owed = deadline;
}
