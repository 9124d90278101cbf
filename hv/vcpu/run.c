/* hypervisor = pick a vCPU, enter it, handle the exit, repeat. */
#include "vcpu/run.h"
#include "abi/monitor.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/trace_run.h"
#include "vm/vm.h"

static struct vcpu *prepare(struct hart *hart);

/* Counts the exit in vcpu->exits and calls the handler of its cause. */
static inline void handle(struct vcpu *vcpu, uint64_t cause)
{
    uint64_t index = exit_index(cause);

    vcpu->exits[index]++;
    this_hart()->handlers[index](vcpu);
}

/* A turn of the loop: into the guest, and its exit handled. Inline, since guest_run() keeps no
 * register for a caller; made twice, so that without tracing nobody looks whether it is on. */
static inline __attribute__((always_inline)) void enter(struct vcpu *vcpu, bool is_traced)
{
    uint64_t cause;

    if (is_traced)
        trace_kvm_entry(vcpu);
    vcpu = guest_run(vcpu, &cause);
    if (is_traced && cause == EXC_SUPERVISOR_SYSCALL) {
        trace_kvm_exit_call(vcpu);
        handle(vcpu, EXC_SUPERVISOR_SYSCALL);
        return;
    }
    if (is_traced)
        trace_kvm_exit(vcpu, cause);
    handle(vcpu, cause);
}

_Noreturn void run_loop(void)
{
    for (;;) {
        struct hart *hart = this_hart();

        enter(hart->before_entry ? prepare(hart) : hart->current, false);
    }
}

/* The run loop while tracing is on. Returns whom to enter when it is off. */
static __attribute__((noinline)) struct vcpu *run_traced(struct vcpu *vcpu)
{
    do {
        enter(vcpu, true);
        if (__builtin_expect(this_hart()->before_entry != ENTRY_TRACE, 0))
            schedule(this_hart());
        vcpu = this_hart()->current;
    } while (this_hart()->before_entry & ENTRY_TRACE);
    return vcpu;
}

/* What is to be done before an entry, when anything is: choose whose turn it is, or tell of it. */
static struct vcpu *prepare(struct hart *hart)
{
    struct vcpu *vcpu = hart->current;

    if (hart->before_entry != ENTRY_TRACE) {
        vcpu = schedule(hart);
        if (!(this_hart()->before_entry & ENTRY_TRACE))
            return vcpu;
    }
    return run_traced(vcpu);
}

/* A cause without a handler: nothing that a guest does may lead here unnoticed. */
static void exit_unknown(struct vcpu *vcpu)
{
    vm_kill(vcpu->vm, "%s, for which there is no handler, at pc 0x%lx, stval 0x%lx",
            cause_name(trap_cause()), vcpu->pc, trap_stval());
}

/* Gives each cause a handler: the one that is registered for it, or exit_unknown. */
static void exits_init(void)
{
    struct hart *hart = this_hart();

    for (unsigned i = 0; i < EXIT_CAUSES; i++)
        hart->handlers[i] = exit_unknown;
    REGISTRY_EACH (hv_exit, struct exit_entry, entry)
        hart->handlers[exit_index(entry->cause)] = entry->handle;
}

/* The hart tells of its turns from now on, or no longer. True: it does. */
static bool tell(struct hart *hart, bool on)
{
    hart->before_entry &= ~ENTRY_TRACE;
    if (on && hart->trace_ring)
        hart->before_entry |= ENTRY_TRACE;
    return hart->before_entry & ENTRY_TRACE;
}

void run_loop_trace(bool on)
{
    trace_header.enabled = tell(this_hart(), on);
}

/* As the boot option has it; each hart for itself. */
static void trace_as_asked(void)
{
    tell(this_hart(), trace_header.enabled);
}

HV_INIT(INIT_HART, exits_init);
HV_INIT(INIT_HART, trace_as_asked);
HV_INIT(INIT_RUN, run_loop);
