/* Spans and marks from told events; see timeline.h. */
#include "trace/timeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "abi/bundle.h"
#include "lib/buffer.h"

#define TICK_NS 100
#define CELLS   600 /* that a picture is wide */
/* Stays in the guest closer together than this are drawn as one, however short the run. */
#define JOIN_TICKS 20

/* A vCPU's stay on a hart, still open. */
struct stay {
    bool open;
    uint64_t begin, end; /* end: of the last stay that was joined */
};

struct lane {
    char name[48]; /* "vm alice" */
    struct stay stay[BUNDLE_MAX_VCPUS];
    uint64_t exit_from, inject_from; /* the next mark of that kind is drawn from this tick on */
};

struct timeline {
    struct result_check *to;
    uint64_t first, cell; /* ticks */
    struct lane lane[TIMELINE_LANES];
};

struct timeline *timeline_new(struct result_check *to, uint64_t first, uint64_t last)
{
    struct timeline *timeline = allocate(1, sizeof(*timeline));
    uint64_t cell = last > first ? (last - first) / CELLS : 0;
    timeline->to = to;
    timeline->first = first;
    timeline->cell = cell > JOIN_TICKS ? cell : JOIN_TICKS;
    return timeline;
}

static uint64_t ns(const struct timeline *timeline, uint64_t ticks)
{
    return ticks > timeline->first ? (ticks - timeline->first) * TICK_NS : 0;
}

static void close_stay(struct timeline *timeline, struct lane *lane, unsigned vcpu)
{
    struct stay *stay = &lane->stay[vcpu];
    char label[32];
    if (!stay->open)
        return;
    snprintf(label, sizeof(label), "vCPU %u runs", vcpu);
    result_span_add(timeline->to, lane->name, label, 'r', ns(timeline, stay->begin),
                    ns(timeline, stay->end));
    stay->open = false;
}

static void mark(struct timeline *timeline, const struct lane *lane, const struct event *event,
                 char kind)
{
    char label[200];
    event_print_fields(label, sizeof(label), event);
    result_span_add(timeline->to, lane->name, label, kind, ns(timeline, event->time),
                    ns(timeline, event->time));
}

/* Of the marks of one kind in a cell the first stands for all. */
static void mark_thinned(struct timeline *timeline, const struct lane *lane,
                         const struct event *event, char kind, uint64_t *from)
{
    if (event->time < *from)
        return;
    mark(timeline, lane, event, kind);
    *from = event->time + timeline->cell;
}

static void take_mark(struct timeline *timeline, struct lane *lane, const struct event *event)
{
    switch (event->type->kind) {
    case TRACE_KVM_EXIT:
        mark_thinned(timeline, lane, event, 'x', &lane->exit_from);
        return;
    case TRACE_IRQ_INJECT:
    case TRACE_TRAP_INJECT:
    case TRACE_TIMER_FIRE:
        mark_thinned(timeline, lane, event, 'i', &lane->inject_from);
        return;
    case TRACE_VM_EXIT:
    case TRACE_VM_KILL:
    case TRACE_VM_DESTROY:
        mark(timeline, lane, event, 'e');
        return;
    default:
        return;
    }
}

static void take_stay(struct timeline *timeline, struct lane *lane, const struct event *event)
{
    struct stay *stay = &lane->stay[event->vcpu];
    if (event->type->kind == TRACE_KVM_EXIT)
        stay->end = event->time;
    if (event->type->kind != TRACE_KVM_ENTRY)
        return;
    if (stay->open && event->time > stay->end + timeline->cell)
        close_stay(timeline, lane, event->vcpu);
    if (!stay->open)
        *stay = (struct stay){true, event->time, event->time};
}

void timeline_take(struct timeline *timeline, unsigned lane_number, const char *vm_name,
                   const struct event *event)
{
    struct lane *lane = &timeline->lane[lane_number];
    if (lane->name[0] == '\0')
        snprintf(lane->name, sizeof(lane->name), "vm %s", vm_name);
    take_mark(timeline, lane, event);
    if (event->vcpu < BUNDLE_MAX_VCPUS)
        take_stay(timeline, lane, event);
}

void timeline_finish(struct timeline *timeline)
{
    for (unsigned i = 0; i < TIMELINE_LANES; i++)
        for (unsigned vcpu = 0; vcpu < BUNDLE_MAX_VCPUS; vcpu++)
            close_stay(timeline, &timeline->lane[i], vcpu);
    free(timeline);
}
