/* The told events of a check, each on the lane of its scenario's VM; see timeline.h. */
#include "check/timeline.h"

#include "trace/timeline.h"

void timeline(const struct facts *facts, struct result_check *to)
{
    struct timeline *timeline = timeline_new(to, facts->first_tick, facts->end_tick);
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        int vm = event->vm == TRACE_NO_VM ? -1 : facts->vm_of[event->vm];
        if (!event->type->seen && vm >= 0)
            timeline_take(timeline, (unsigned)vm, facts->check->scenario.vm[vm].name, event);
    }
    timeline_finish(timeline);
}
