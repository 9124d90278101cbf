/*
 * One record becomes the events that it tells of: a kvm_exit of an ecall also is the hypercall, and
 * the kvm_entry that goes on behind the ecall also is its return.
 */
#include <inttypes.h>

#include "trace/ring.h"

#define ECALL_BYTES 4u

/* The call of that vCPU that is being served; NULL: no such vCPU can be. */
static struct trace_call *call_of(struct trace_calls *calls, const struct trace_record *record)
{
    if (record->vm >= MONITOR_MAX_VMS || record->vcpu >= BUNDLE_MAX_VCPUS)
        return NULL;
    return &calls->of[record->vm][record->vcpu];
}

/* After these a vCPU does not go on where it was. */
static void forget(struct trace_calls *calls, const struct trace_record *record)
{
    struct trace_call *call = call_of(calls, record);

    if (call)
        call->open = false;
    if (record->vcpu != TRACE_NO_VM || record->vm >= MONITOR_MAX_VMS)
        return;
    for (unsigned i = 0; i < BUNDLE_MAX_VCPUS; i++)
        calls->of[record->vm][i].open = false;
}

/* The events that share their time, hart, number and vCPU with this one. */
static struct event beside(const struct event *event, unsigned kind)
{
    struct event other = *event;

    other.type = event_type(kind);
    other.complete = 0;
    return other;
}

static bool add_exit(struct event_list *list, const struct trace_record *record,
                     const struct event *exit, struct trace_calls *calls)
{
    struct trace_call *call = call_of(calls, record);
    bool is_call = record->arg == TRACE_CAUSE_ECALL;

    if (call)
        *call = (struct trace_call){is_call, record->a, record->b};
    if (!event_list_add(list, exit))
        return false;
    if (!is_call)
        return true;
    struct event hypercall = beside(exit, TRACE_HYPERCALL);

    hypercall.value[0] = record->b;
    hypercall.value[1] = record->c;
    hypercall.value[2] = record->d;
    return event_list_add(list, &hypercall);
}

static bool add_entry(struct event_list *list, const struct trace_record *record,
                      const struct event *entry, struct trace_calls *calls)
{
    struct trace_call *call = call_of(calls, record);
    bool returns = call && call->open && record->a == call->sepc + ECALL_BYTES;

    if (call)
        call->open = false;
    if (returns) {
        struct event back = beside(entry, TRACE_HYPERCALL_RET);

        back.value[0] = call->eid;
        back.value[1] = record->b;
        back.value[2] = record->c;
        if (!event_list_add(list, &back))
            return false;
    }
    return event_list_add(list, entry);
}

static bool add(struct event_list *list, const struct trace_record *record,
                const struct event *event, struct trace_calls *calls)
{
    switch (record->event) {
    case TRACE_KVM_EXIT:
        return add_exit(list, record, event, calls);
    case TRACE_KVM_ENTRY:
        return add_entry(list, record, event, calls);
    case TRACE_VCPU_START:
    case TRACE_VCPU_STOP:
    case TRACE_VM_CREATE:
    case TRACE_VM_START:
    case TRACE_VM_KILL:
    case TRACE_VM_EXIT:
    case TRACE_VM_DESTROY:
        forget(calls, record);
        return event_list_add(list, event);
    default:
        return event_list_add(list, event);
    }
}

int trace_append(struct event_list *list, const struct trace_record *record, unsigned hart,
                 uint64_t index, struct trace_calls *calls, struct error *error)
{
    struct event event;

    if (!trace_decode(record, hart, index, &event))
        return error_set(error,
                         "trace: record %" PRIu64
                         " of hart %u has unknown event %u (vm %u, time %" PRIu64
                         "): the ring holds nonsense",
                         index, hart, record->event, record->vm, record->time);
    if (!add(list, record, &event, calls))
        return error_fault(error, "trace: out of memory after %zu events", list->count);
    return 0;
}
