/* One trace record becomes one event: which part of it carries which field. */
#include "trace/trace.h"

/* A field's place in the record. */
enum source { FROM_ARG, FROM_ARG_LOW, FROM_ARG_HIGH, FROM_A, FROM_B };

/* In the order of the type's fields; a kind that is not here takes arg, a, b. */
static const uint8_t sources[TRACE_EVENT_COUNT][EVENT_FIELDS] = {
    [TRACE_KVM_ENTRY] = {FROM_A},
    [TRACE_GSTAGE_MAP] = {FROM_ARG_HIGH, FROM_ARG_LOW, FROM_A, FROM_B},
    [TRACE_GSTAGE_UNMAP] = {FROM_ARG_HIGH, FROM_ARG_LOW, FROM_A, FROM_B},
    [TRACE_GSTAGE_PROTECT] = {FROM_ARG_HIGH, FROM_ARG_LOW, FROM_A, FROM_B},
    [TRACE_HFENCE_GVMA] = {FROM_ARG, FROM_A},
    [TRACE_IRQ_INJECT] = {FROM_ARG},
    [TRACE_TRAP_INJECT] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_SCHED_SWITCH] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_SCHED_WAKEUP] = {FROM_ARG},
    [TRACE_SCHED_BLOCK] = {FROM_A, FROM_B},
    [TRACE_TIMER_SET] = {FROM_A},
    [TRACE_TIMER_FIRE] = {FROM_A},
    [TRACE_IPI_SEND] = {FROM_ARG},
    [TRACE_RFENCE] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_VCPU_START] = {FROM_A, FROM_B},
    [TRACE_VM_CREATE] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_VM_START] = {FROM_A},
    [TRACE_VM_KILL] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_VM_EXIT] = {FROM_ARG, FROM_A},
    [TRACE_VM_DESTROY] = {FROM_A},
    [TRACE_CSR_EMULATE] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_VMID_ROLLOVER] = {FROM_ARG},
    [TRACE_PANIC] = {FROM_ARG, FROM_A, FROM_B},
    [TRACE_CONSOLE] = {FROM_ARG},
    [TRACE_STEAL] = {FROM_A},
    [TRACE_SWITCH_FP] = {FROM_ARG},
    [TRACE_HART_ONLINE] = {FROM_ARG},
};

static uint64_t take(const struct trace_record *record, uint8_t source)
{
    switch (source) {
    case FROM_ARG:
        return record->arg;
    case FROM_ARG_LOW:
        return record->arg & 0xffff;
    case FROM_ARG_HIGH:
        return record->arg >> 16;
    case FROM_A:
        return record->a;
    default:
        return record->b;
    }
}

/* A guest page fault goes on with htval and htinst. */
static bool is_guest_page_fault(uint32_t scause)
{
    return scause == 20 || scause == 21 || scause == 23;
}

/* Of an exit's fields, those that its cause has; an ecall's stval is 0. */
static void decode_exit(const struct trace_record *record, struct event *event)
{
    event->complete = is_guest_page_fault(record->arg);
    event->value[EXIT_SCAUSE] = record->arg;
    event->value[EXIT_SEPC] = record->a;
    event->value[EXIT_STVAL] = record->arg == TRACE_CAUSE_ECALL ? 0 : record->b;
    if (!event->complete)
        return;
    event->value[EXIT_HTVAL] = record->c;
    event->value[EXIT_HTINST] = record->d;
}

bool trace_decode(const struct trace_record *record, unsigned hart, uint64_t index,
                  struct event *event)
{
    const struct event_type *type =
        record->event < TRACE_EVENT_COUNT ? event_type(record->event) : NULL;

    if (!type || record->event == TRACE_HYPERCALL || record->event == TRACE_HYPERCALL_RET)
        return false;
    *event = (struct event){.type = type,
                            .time = record->time,
                            .index = index,
                            .hart = (uint8_t)hart,
                            .vm = record->vm,
                            .vcpu = record->vcpu};
    if (record->event == TRACE_KVM_EXIT) {
        decode_exit(record, event);
        return true;
    }
    for (unsigned i = 0; i < type->fields; i++)
        event->value[i] = take(record, sources[record->event][i]);
    return true;
}
