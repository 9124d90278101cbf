/* Names of causes, SBI extensions and event kinds, as KVM, perf and the SBI specification say. */
#include <string.h>

#include "abi/sbi.h"
#include "trace/event.h"

/* Linux: arch/riscv's EXC_… and tools/perf's riscv_exception_types. */
static const char *const exception_names[] = {
    [0] = "EXC_INST_MISALIGNED",
    [1] = "EXC_INST_ACCESS",
    [2] = "EXC_INST_ILLEGAL",
    [3] = "EXC_BREAKPOINT",
    [4] = "EXC_LOAD_MISALIGNED",
    [5] = "EXC_LOAD_ACCESS",
    [6] = "EXC_STORE_MISALIGNED",
    [7] = "EXC_STORE_ACCESS",
    [8] = "EXC_SYSCALL",
    [9] = "EXC_HYPERVISOR_SYSCALL",
    [10] = "EXC_SUPERVISOR_SYSCALL",
    [12] = "EXC_INST_PAGE_FAULT",
    [13] = "EXC_LOAD_PAGE_FAULT",
    [15] = "EXC_STORE_PAGE_FAULT",
    [20] = "EXC_INST_GUEST_PAGE_FAULT",
    [21] = "EXC_LOAD_GUEST_PAGE_FAULT",
    [22] = "EXC_VIRTUAL_INST_FAULT",
    [23] = "EXC_STORE_GUEST_PAGE_FAULT",
};

static const char *const interrupt_names[] = {
    [1] = "IRQ_S_SOFT",   [2] = "IRQ_VS_SOFT", [3] = "IRQ_M_SOFT",   [5] = "IRQ_S_TIMER",
    [6] = "IRQ_VS_TIMER", [7] = "IRQ_M_TIMER", [9] = "IRQ_S_EXT",    [10] = "IRQ_VS_EXT",
    [11] = "IRQ_M_EXT",   [12] = "IRQ_S_GEXT", [13] = "IRQ_PMU_OVF",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *cause_name(uint32_t scause)
{
    uint32_t number = scause & ~TRACE_CAUSE_INTERRUPT;

    if (scause & TRACE_CAUSE_INTERRUPT)
        return number < COUNT(interrupt_names) ? interrupt_names[number] : NULL;
    return number < COUNT(exception_names) ? exception_names[number] : NULL;
}

static bool name_in(const char *const *names, size_t count, const char *name, uint32_t *number)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i] && strcmp(names[i], name) == 0) {
            *number = (uint32_t)i;
            return true;
        }
    }
    return false;
}

bool cause_number(const char *name, uint32_t *scause)
{
    if (name_in(exception_names, COUNT(exception_names), name, scause))
        return true;
    if (!name_in(interrupt_names, COUNT(interrupt_names), name, scause))
        return false;
    *scause |= TRACE_CAUSE_INTERRUPT;
    return true;
}

const char *sbi_extension_name(uint64_t eid)
{
    static const char *const legacy[] = {
        "legacy SET_TIMER",         "legacy CONSOLE_PUTCHAR",    "legacy CONSOLE_GETCHAR",
        "legacy CLEAR_IPI",         "legacy SEND_IPI",           "legacy REMOTE_FENCE_I",
        "legacy REMOTE_SFENCE_VMA", "legacy REMOTE_SFENCE_ASID", "legacy SHUTDOWN",
    };

    switch (eid) {
    case SBI_EXT_BASE:
        return "BASE";
    case SBI_EXT_TIME:
        return "TIME";
    case SBI_EXT_IPI:
        return "IPI";
    case SBI_EXT_RFENCE:
        return "RFENCE";
    case SBI_EXT_HSM:
        return "HSM";
    case SBI_EXT_SRST:
        return "SRST";
    case SBI_EXT_DBCN:
        return "DBCN";
    case SBI_EXT_STA:
        return "STA";
    case SBI_EXT_PV:
        return "PV";
    default:
        return eid < COUNT(legacy) ? legacy[eid] : NULL;
    }
}

#define HEX(name)                                                                                  \
    {                                                                                              \
        name, EVENT_HEX                                                                            \
    }
#define DECIMAL(name)                                                                              \
    {                                                                                              \
        name, EVENT_DECIMAL                                                                        \
    }
#define CAUSE(name)                                                                                \
    {                                                                                              \
        name, EVENT_CAUSE                                                                          \
    }
#define TOLD(kind, name, count, ...) [kind] = {kind, false, count, name, {__VA_ARGS__}}
#define SEEN(kind, name, count, ...)                                                               \
    [kind - SEEN_GUEST_EXIT] = {kind, true, count, name, {__VA_ARGS__}}

static const struct event_type told_types[TRACE_EVENT_COUNT] = {
    TOLD(TRACE_KVM_ENTRY, "kvm_entry", 1, HEX("sepc")),
    TOLD(TRACE_KVM_EXIT, "kvm_exit", 5, CAUSE("scause"), HEX("sepc"), HEX("stval"), HEX("htval"),
         HEX("htinst")),
    TOLD(TRACE_HYPERCALL, "hypercall", 3, {"eid", EVENT_EID}, HEX("fid"), HEX("a0")),
    TOLD(TRACE_HYPERCALL_RET, "hypercall_ret", 3, {"eid", EVENT_EID}, {"error", EVENT_SIGNED},
         HEX("value")),
    TOLD(TRACE_GSTAGE_MAP, "gstage_map", 4, DECIMAL("level"), HEX("pte"), HEX("gpa"), HEX("pa")),
    TOLD(TRACE_GSTAGE_UNMAP, "gstage_unmap", 4, DECIMAL("level"), HEX("pte"), HEX("gpa"),
         HEX("pa")),
    TOLD(TRACE_GSTAGE_PROTECT, "gstage_protect", 4, DECIMAL("level"), HEX("pte"), HEX("gpa"),
         HEX("pa")),
    TOLD(TRACE_HFENCE_GVMA, "hfence_gvma", 2, DECIMAL("vmid"), HEX("gpa")),
    TOLD(TRACE_IRQ_INJECT, "irq_inject", 1, DECIMAL("irq")),
    TOLD(TRACE_TRAP_INJECT, "trap_inject", 3, CAUSE("scause"), HEX("sepc"), HEX("stval")),
    TOLD(TRACE_SCHED_SWITCH, "sched_switch", 3, {"prev", EVENT_VCPU}, DECIMAL("ran"),
         DECIMAL("prev_state")),
    TOLD(TRACE_SCHED_WAKEUP, "sched_wakeup", 1, {"reason", EVENT_WAKEUP}),
    TOLD(TRACE_SCHED_BLOCK, "sched_block", 2, HEX("sepc"), DECIMAL("deadline")),
    TOLD(TRACE_TIMER_SET, "timer_set", 1, DECIMAL("deadline")),
    TOLD(TRACE_TIMER_FIRE, "timer_fire", 1, DECIMAL("deadline")),
    TOLD(TRACE_IPI_SEND, "ipi_send", 1, DECIMAL("target")),
    TOLD(TRACE_RFENCE, "rfence", 3, DECIMAL("fid"), HEX("start"), HEX("size")),
    TOLD(TRACE_VCPU_START, "vcpu_start", 2, HEX("entry"), HEX("opaque")),
    TOLD(TRACE_VCPU_STOP, "vcpu_stop", 0),
    TOLD(TRACE_VM_CREATE, "vm_create", 3, DECIMAL("vcpus"), DECIMAL("memory"), DECIMAL("weight")),
    TOLD(TRACE_VM_START, "vm_start", 1, HEX("entry")),
    TOLD(TRACE_VM_PAUSE, "vm_pause", 0),
    TOLD(TRACE_VM_RESUME, "vm_resume", 0),
    TOLD(TRACE_VM_KILL, "vm_kill", 3, {"end", EVENT_END}, HEX("sepc"), HEX("stval")),
    TOLD(TRACE_VM_EXIT, "vm_exit", 2, {"end", EVENT_END}, DECIMAL("code")),
    TOLD(TRACE_VM_DESTROY, "vm_destroy", 1, DECIMAL("pages")),
    TOLD(TRACE_CSR_EMULATE, "csr_emulate", 3, HEX("csr"), HEX("sepc"), HEX("value")),
    TOLD(TRACE_VMID_ROLLOVER, "vmid_rollover", 1, DECIMAL("generation")),
    TOLD(TRACE_PANIC, "panic", 3, CAUSE("scause"), HEX("sepc"), HEX("stval")),
    TOLD(TRACE_CONSOLE, "console", 1, DECIMAL("bytes")),
    TOLD(TRACE_STEAL, "steal", 1, DECIMAL("ticks")),
    TOLD(TRACE_SWITCH_FP, "switch_fp", 1, DECIMAL("restored")),
    TOLD(TRACE_HART_ONLINE, "hart_online", 1, DECIMAL("index")),
};

static const struct event_type seen_types[SEEN_END - SEEN_GUEST_EXIT] = {
    SEEN(SEEN_GUEST_EXIT, "seen_guest_exit", 4, CAUSE("scause"), HEX("sepc"), HEX("stval"),
         HEX("hgatp")),
    SEEN(SEEN_GUEST_ENTRY, "seen_guest_entry", 2, HEX("pc"), HEX("hgatp")),
    SEEN(SEEN_GUEST_TRAP, "seen_guest_trap", 4, CAUSE("scause"), HEX("sepc"), HEX("stval"),
         HEX("hgatp")),
    SEEN(SEEN_HOST_TRAP, "seen_host_trap", 3, CAUSE("scause"), HEX("sepc"), HEX("stval")),
    SEEN(SEEN_HFENCE_GVMA, "seen_hfence_gvma", 1, HEX("pc")),
    SEEN(SEEN_HFENCE_VVMA, "seen_hfence_vvma", 1, HEX("pc")),
    SEEN(SEEN_HGATP_WRITE, "seen_hgatp_write", 2, HEX("pc"), HEX("hgatp")),
    SEEN(SEEN_STORE, "seen_store", 2, HEX("pc"), HEX("pa")),
    SEEN(SEEN_SYSCALL, "seen_syscall", 6, DECIMAL("number"), HEX("a0"), HEX("a1"), HEX("pc"),
         HEX("satp"), HEX("hgatp")),
    SEEN(SEEN_CALL, "seen_call", 6, {"eid", EVENT_EID}, HEX("fid"), HEX("a0"), HEX("a1"), HEX("pc"),
         HEX("hgatp")),
    SEEN(SEEN_USER_RETURN, "seen_user_return", 5, HEX("a0"), HEX("sp"), HEX("pc"), HEX("satp"),
         HEX("hgatp")),
    SEEN(SEEN_IDLE, "seen_idle", 0),
    SEEN(SEEN_RESUME, "seen_resume", 0),
};

const struct event_type *event_type(unsigned kind)
{
    const struct event_type *type = NULL;

    if (kind < TRACE_EVENT_COUNT)
        type = &told_types[kind];
    else if (kind >= SEEN_GUEST_EXIT && kind < SEEN_END)
        type = &seen_types[kind - SEEN_GUEST_EXIT];
    return type && type->name ? type : NULL;
}

const struct event_type *event_type_named(const char *name)
{
    for (unsigned kind = 0; kind < SEEN_END; kind++) {
        const struct event_type *type = event_type(kind);

        if (type && strcmp(type->name, name) == 0)
            return type;
    }
    return NULL;
}

int event_field_index(const struct event_type *type, const char *name)
{
    for (int i = 0; i < type->fields; i++) {
        if (strcmp(type->field[i].name, name) == 0)
            return i;
    }
    return -1;
}
