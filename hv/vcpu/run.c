/* hypervisor = pick a vCPU, enter it, handle the exit, repeat. */
#include "vcpu/run.h"
#include "abi/monitor.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/trace_run.h"
#include "vm/vm.h"

exit_handler *exit_handlers[EXIT_CAUSES];

/* The same while tracing is on: each tells of the exit first. An untraced exit so pays nothing for
 * the tracepoint beside it. */
static exit_handler *traced_handlers[EXIT_CAUSES];

static struct vcpu *prepare(struct hart *hart);

_Noreturn void run_loop(void)
{
    for (;;) {
        struct hart *hart = this_hart();
        struct vcpu *vcpu = hart->before_entry ? prepare(hart) : hart->current;

        uint64_t cause;

        vcpu = guest_run(vcpu, &cause);
        uint64_t index = exit_index(cause);
        vcpu->exits[index]++;
        this_hart()->handlers[index](vcpu);
    }
}

/* What is to be done before an entry, when anything is: choose whose turn it is, tell of it. */
static struct vcpu *prepare(struct hart *hart)
{
    struct vcpu *vcpu = hart->current;

    if (hart->before_entry != ENTRY_TRACE) {
        vcpu = schedule(hart);
        if (!(this_hart()->before_entry & ENTRY_TRACE))
            return vcpu;
    }
    trace_kvm_entry(vcpu);
    return vcpu;
}

static void handle_traced(struct vcpu *vcpu)
{
    uint64_t cause = trap_cause();

    if (cause == EXC_SUPERVISOR_SYSCALL)
        trace_kvm_exit_call(vcpu);
    else
        trace_kvm_exit(vcpu, cause);
    exit_handlers[exit_index(cause)](vcpu);
}

/* A cause without a handler: nothing that a guest does may lead here unnoticed. */
static void exit_unknown(struct vcpu *vcpu)
{
    vm_kill(vcpu->vm, "%s, for which there is no handler, at pc 0x%lx, stval 0x%lx",
            cause_name(trap_cause()), vcpu->pc, trap_stval());
}

static void exits_init(void)
{
    for (unsigned i = 0; i < EXIT_CAUSES; i++) {
        exit_handlers[i] = exit_unknown;
        traced_handlers[i] = handle_traced;
    }
    REGISTRY_EACH (hv_exit, struct exit_entry, entry) {
        uint64_t index = exit_index(entry->cause);
        exit_handlers[index] = entry->handle;
        if (entry->handle_traced)
            traced_handlers[index] = entry->handle_traced;
    }
}

void run_loop_trace(bool on)
{
    struct hart *hart = this_hart();

    hart->before_entry &= ~ENTRY_TRACE;
    if (on && hart->trace_ring)
        hart->before_entry |= ENTRY_TRACE;
    trace_header.enabled = (hart->before_entry & ENTRY_TRACE) != 0;
    hart->handlers = trace_header.enabled ? traced_handlers : exit_handlers;
}

/* As the boot option has it. */
static void trace_as_asked(void)
{
    run_loop_trace(trace_header.enabled);
}

HV_INIT(INIT_TABLES, exits_init);
HV_INIT(INIT_TABLES, trace_as_asked);
HV_INIT(INIT_RUN, run_loop);
