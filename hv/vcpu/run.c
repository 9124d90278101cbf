/* hypervisor = pick a vCPU, enter it, handle the exit, repeat. */
#include "vcpu/run.h"
#include "abi/monitor.h"
#include "boot/init.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vm/vm.h"

void (*exit_handlers[EXIT_CAUSES])(struct vcpu *vcpu);

/*
 * vcpu_enter keeps none of s1 … s11. Saying so here, to a function that never returns and
 * reloads what it needs from tp, spares every exit 22 loads and stores.
 */
static inline uint64_t enter(struct vcpu *vcpu)
{
#ifdef __riscv
    register uint64_t a0 __asm__("a0") = (uint64_t)vcpu;

    __asm__ volatile("call vcpu_enter"
                     : "+r"(a0)
                     :
                     : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a1", "a2", "a3", "a4", "a5",
                       "a6", "a7", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10",
                       "s11", "memory");
    return a0;
#else
    return vcpu_enter(vcpu);
#endif
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

_Noreturn void run_loop(void)
{
    for (;;) {
        struct hart *hart = this_hart();
        struct vcpu *vcpu = hart->current;

        if (hart->reschedule)
            vcpu = schedule(hart);
        trace(TRACE_KVM_ENTRY, vcpu->vm_id, vcpu->index, 0, vcpu->pc, 0);

        uint64_t cause = enter(vcpu);

        vcpu = this_hart()->current;
        if (__builtin_expect(trace_header.enabled, 0))
            trace_exit(vcpu, cause);
        unsigned index = exit_index(cause);
        vcpu->exits[index]++;
        exit_handlers[index](vcpu);
    }
}

/* A cause without a handler: nothing that a guest does may lead here unnoticed. */
static void exit_unknown(struct vcpu *vcpu)
{
    struct trap_detail detail;

    trap_detail_read(&detail);
    vm_kill(vcpu->vm, "exit for which there is no handler, at pc 0x%lx, stval 0x%lx", vcpu->pc,
            detail.stval);
}

static void exits_init(void)
{
    for (unsigned i = 0; i < EXIT_CAUSES; i++)
        exit_handlers[i] = exit_unknown;
    REGISTRY_EACH (hv_exit, struct exit_entry, entry)
        exit_handlers[exit_index(entry->cause)] = entry->handle;
}

HV_INIT(INIT_TABLES, exits_init);
HV_INIT(INIT_RUN, run_loop);
