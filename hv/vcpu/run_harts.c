/*
 * Exits where several harts run guests: handled one at a time, but for those that touch nothing but
 * the vCPU that its hart has. The run loop and the handlers are the same as on one hart.
 */
#include "boot/init.h"
#include "hart/request.h"
#include "sbi/sbi.h"
#include "sched/schedule_harts.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/run.h"

static exit_handler *handlers[EXIT_CAUSES]; /* as on one hart */

static void exit_locked(struct vcpu *vcpu)
{
    struct hart *hart = this_hart();
    uint64_t cause = trap_cause();

    hypervisor_enter(hart);
    handlers[exit_index(cause)](vcpu);
    hypervisor_leave(hart);
}

/* The siblings of whom a fence is asked; 0 as well where the call is refused. */
static uint64_t fenced_by(const struct vcpu *vcpu)
{
    uint64_t targets = 0;

    if (vcpu->x[REG_A7] == SBI_EXT_RFENCE && vcpu->x[REG_A6] <= SBI_RFENCE_SFENCE_VMA_ASID &&
        sbi_extension_exists(SBI_EXT_RFENCE))
        sbi_targets(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], &targets);
    return targets;
}

/* Who asks for the Base extension, or sets the timer that the hart itself has, meets nobody. */
static bool is_private(uint64_t extension)
{
    return extension == SBI_EXT_BASE || (extension == SBI_EXT_TIME && hart_has_sstc());
}

static void exit_call(struct vcpu *vcpu)
{
    struct hart *hart = this_hart();

    if (is_private(vcpu->x[REG_A7])) {
        sbi_handle(vcpu);
        return;
    }
    hypervisor_enter(hart);
    uint64_t siblings = fenced_by(vcpu);
    sbi_handle(vcpu);
    if (siblings)
        fences_await(vcpu, siblings);
    hypervisor_leave(hart);
}

/* What is asked is taken before the lock, so that a hart that is to stop does so at once. */
static void exit_request(struct vcpu *vcpu)
{
    struct hart *hart = this_hart();

    handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_SOFT)](vcpu);
    hypervisor_enter(hart);
    hypervisor_leave(hart);
}

/* This hart's exits are handled so from now on, and its first turn begins. The boot hart comes last
 * to this on its way up and goes on to the run loop; the others go there from here. */
static void begin_turns(void)
{
    struct hart *hart = this_hart();

    if (hart_count == 1)
        return;
    for (unsigned i = 0; i < EXIT_CAUSES; i++) {
        handlers[i] = hart->handlers[i];
        hart->handlers[i] = exit_locked;
    }
    hart->handlers[exit_index(EXC_SUPERVISOR_SYSCALL)] = exit_call;
    hart->handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_SOFT)] = exit_request;
    hypervisor_join(hart, handlers);
    if (hart->index != 0)
        run_loop();
}

HV_INIT(INIT_TURNS, begin_turns);
