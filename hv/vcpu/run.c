/* hypervisor = pick a vCPU, enter it, handle the exit, repeat. */
#include "vcpu/run.h"
#include "abi/monitor.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

exit_handler *exit_handlers[EXIT_CAUSES];

/* While tracing is on, every cause leads to handle_traced, which knows where to go on. An
 * untraced exit so pays nothing for the tracepoints beside it. */
static exit_handler *handlers_when_traced[EXIT_CAUSES];
static exit_handler *all_traced[EXIT_CAUSES];

static struct vcpu *choose(struct hart *hart);

_Noreturn void run_loop(void)
{
    for (;;) {
        struct hart *hart = this_hart();
        struct vcpu *vcpu = hart->reschedule ? choose(hart) : hart->current;

        uint64_t cause;

        vcpu = guest_run(vcpu, &cause);
        uint64_t index = exit_index(cause);
        vcpu->exits[index]++;
        this_hart()->handlers[index](vcpu);
    }
}

static struct vcpu *choose(struct hart *hart)
{
    struct vcpu *vcpu = schedule(hart);

    hart->handlers = exit_handlers;
    if (!trace_header.enabled)
        return vcpu;
    hart->handlers = all_traced;
    trace_write(TRACE_KVM_ENTRY, vcpu->vm_id, vcpu->index, 0, vcpu->pc, 0);
    return vcpu;
}

static void trace_exit(const struct vcpu *vcpu, uint64_t cause)
{
    uint32_t code = (uint32_t)cause | (uint32_t)(cause >> 63) << 31;
    struct trap_detail detail;

    trap_detail_read(&detail);
    trace_write(TRACE_KVM_EXIT, vcpu->vm_id, vcpu->index, code, vcpu->pc, detail.stval);
    if (cause == EXC_INST_GUEST_PAGE_FAULT || cause == EXC_LOAD_GUEST_PAGE_FAULT ||
        cause == EXC_STORE_GUEST_PAGE_FAULT)
        trace_write(TRACE_KVM_PAGE_FAULT, vcpu->vm_id, vcpu->index, (uint32_t)detail.htinst,
                    detail.htval, 0);
}

static void handle_traced(struct vcpu *vcpu)
{
    uint64_t cause = trap_cause();
    struct hart *hart = this_hart();

    trace_exit(vcpu, cause);
    handlers_when_traced[exit_index(cause)](vcpu);
    if (!hart->reschedule)
        trace_write(TRACE_KVM_ENTRY, vcpu->vm_id, vcpu->index, 0, vcpu->pc, 0);
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
        exit_handlers[i] = handlers_when_traced[i] = exit_unknown;
        all_traced[i] = handle_traced;
    }
    REGISTRY_EACH (hv_exit, struct exit_entry, entry) {
        uint64_t index = exit_index(entry->cause);
        exit_handlers[index] = entry->handle;
        handlers_when_traced[index] = entry->handle_traced ? entry->handle_traced : entry->handle;
    }
}

HV_INIT(INIT_TABLES, exits_init);
HV_INIT(INIT_RUN, run_loop);
