/*
 * A run as spans on lanes, one lane a VM, for the HTML report: who ran when, exits, interrupts,
 * ends. Whatever stands closer together than a few hundredths of the picture is drawn as one, so
 * that the longest run fits on a page.
 *
 *     struct timeline *timeline = timeline_new(check, first, last);
 *     for each told event in the order of time: timeline_take(timeline, lane, name, event);
 *     timeline_finish(timeline);
 */
#ifndef TRACE_TIMELINE_H
#define TRACE_TIMELINE_H

#include "result/result.h"
#include "trace/event.h"

#define TIMELINE_LANES 16 /* VMs */

struct timeline; /* opaque */

/* first, last: where the picture begins and ends, in ticks of the `time` CSR. */
struct timeline *timeline_new(struct result_check *to, uint64_t first, uint64_t last);

/* One told event about the VM of that lane (below TIMELINE_LANES). Kinds that are not drawn pass.
 */
void timeline_take(struct timeline *timeline, unsigned lane, const char *vm_name,
                   const struct event *event);

/* Closes what is open, and frees the timeline. */
void timeline_finish(struct timeline *timeline);

#endif
