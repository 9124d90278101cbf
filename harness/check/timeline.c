/* Spans from told events; see timeline.h. */
#include "check/timeline.h"

#include <stdio.h>

#define MOST_SPANS 1200
#define TICK_NS    100
/* Stays in the guest closer together than this are drawn as one. */
#define JOIN_TICKS 20

/* A vCPU's stay on a hart, still open. */
struct stay {
    bool open;
    uint64_t begin, end; /* end: of the last stay that was joined */
};

static uint64_t ns(const struct facts *facts, uint64_t ticks)
{
    return ticks > facts->first_tick ? (ticks - facts->first_tick) * TICK_NS : 0;
}

static void lane_name(const struct facts *facts, unsigned vm, char *to, size_t bytes)
{
    snprintf(to, bytes, "vm %s", facts->check->scenario.vm[vm].name);
}

static void close_stay(const struct facts *facts, unsigned vm, unsigned vcpu, struct stay *stay,
                       struct result_check *to)
{
    if (!stay->open)
        return;
    char lane[48], label[32];
    lane_name(facts, vm, lane, sizeof lane);
    snprintf(label, sizeof label, "vCPU %u runs", vcpu);
    result_span_add(to, lane, label, 'r', ns(facts, stay->begin), ns(facts, stay->end));
    stay->open = false;
}

static char mark_kind(const struct event *event)
{
    switch (event->type->kind) {
    case TRACE_KVM_EXIT:
        return 'x';
    case TRACE_IRQ_INJECT:
    case TRACE_TRAP_INJECT:
    case TRACE_TIMER_FIRE:
        return 'i';
    case TRACE_VM_EXIT:
    case TRACE_VM_KILL:
    case TRACE_VM_DESTROY:
        return 'e';
    default:
        return 0;
    }
}

static void mark(const struct facts *facts, unsigned vm, const struct event *event, char kind,
                 struct result_check *to)
{
    char lane[48], label[200];
    lane_name(facts, vm, lane, sizeof lane);
    event_print_fields(label, sizeof label, event);
    result_span_add(to, lane, label, kind, ns(facts, event->time), ns(facts, event->time));
}

void timeline(const struct facts *facts, struct result_check *to)
{
    struct stay stays[BUNDLE_MAX_VMS][BUNDLE_MAX_VCPUS] = {0};
    for (size_t i = 0; i < facts->events && to->span_count < MOST_SPANS; i++) {
        const struct event *event = facts->event[i];
        int vm = event->vm == TRACE_NO_VM ? -1 : facts->vm_of[event->vm];
        if (event->type->seen || vm < 0)
            continue;
        char kind = mark_kind(event);
        if (kind)
            mark(facts, (unsigned)vm, event, kind, to);
        if (event->vcpu >= BUNDLE_MAX_VCPUS)
            continue;
        struct stay *stay = &stays[vm][event->vcpu];
        if (event->type->kind == TRACE_KVM_ENTRY) {
            if (stay->open && event->time > stay->end + JOIN_TICKS)
                close_stay(facts, (unsigned)vm, event->vcpu, stay, to);
            if (!stay->open)
                *stay = (struct stay){true, event->time, event->time};
        } else if (event->type->kind == TRACE_KVM_EXIT) {
            stay->end = event->time;
        }
    }
    for (unsigned vm = 0; vm < facts->check->scenario.vms; vm++)
        for (unsigned vcpu = 0; vcpu < BUNDLE_MAX_VCPUS; vcpu++)
            close_stay(facts, vm, vcpu, &stays[vm][vcpu], to);
}
