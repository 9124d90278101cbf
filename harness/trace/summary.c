/* Exits by cause, in the manner of `perf kvm stat`: samples, share, time from exit to entry. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

#define VMS   256
#define VCPUS 8

/* The exit of one vCPU that no entry has ended yet. */
struct open_exit {
    uint64_t time;
    struct trace_cause_line *line;
};

static struct trace_cause_line *line_of(struct trace_summary *summary, uint32_t scause)
{
    for (size_t i = 0; i < summary->lines; i++) {
        if (summary->line[i].scause == scause)
            return &summary->line[i];
    }
    if (summary->lines == TRACE_CAUSES)
        return NULL;
    struct trace_cause_line *line = &summary->line[summary->lines++];

    *line = (struct trace_cause_line){.scause = scause, .min = UINT64_MAX};
    return line;
}

static void close_exit(struct trace_summary *summary, struct open_exit *exit, uint64_t now)
{
    struct trace_cause_line *line = exit->line;

    if (!line || now < exit->time)
        return;
    uint64_t ticks = now - exit->time;

    line->time += ticks;
    line->timed++;
    line->min = ticks < line->min ? ticks : line->min;
    line->max = ticks > line->max ? ticks : line->max;
    summary->time += ticks;
    exit->line = NULL;
}

static int by_samples(const void *left, const void *right)
{
    const struct trace_cause_line *a = left, *b = right;

    if (a->samples != b->samples)
        return a->samples > b->samples ? -1 : 1;
    return a->scause < b->scause ? -1 : 1;
}

/* The lines move only at the end: open exits point at them meanwhile. */
void trace_summarise(const struct event_list *list, int vm, struct trace_summary *summary)
{
    struct open_exit *open = calloc(VMS * VCPUS, sizeof(*open));

    *summary = (struct trace_summary){0};
    for (size_t i = 0; open && i < list->count; i++) {
        const struct event *event = &list->event[i];

        if (event->vcpu >= VCPUS || (vm >= 0 && event->vm != vm))
            continue;
        struct open_exit *mine = &open[event->vm * VCPUS + event->vcpu];

        if (event->type->kind == TRACE_KVM_ENTRY)
            close_exit(summary, mine, event->time);
        if (event->type->kind != TRACE_KVM_EXIT)
            continue;
        *mine = (struct open_exit){event->time, line_of(summary, (uint32_t)event->value[0])};
        summary->samples++;
        if (mine->line)
            mine->line->samples++;
    }
    free(open);
    qsort(summary->line, summary->lines, sizeof(summary->line[0]), by_samples);
}

static double microseconds(uint64_t ticks, uint64_t hz)
{
    return (double)ticks * 1e6 / (double)(hz ? hz : 1);
}

static double percent(uint64_t part, uint64_t whole)
{
    return whole ? 100.0 * (double)part / (double)whole : 0;
}

void trace_print_summary(FILE *to, const struct trace_summary *summary, uint64_t hz)
{
    fprintf(to, "%26s %10s %9s %9s %12s %12s %12s\n", "VM-EXIT", "Samples", "Samples%", "Time%",
            "Min Time", "Max Time", "Avg time");
    for (size_t i = 0; i < summary->lines; i++) {
        const struct trace_cause_line *line = &summary->line[i];
        char name[40];

        event_print_value(name, sizeof(name), EVENT_CAUSE, line->scause);
        fprintf(to, "%26s %10" PRIu64 " %8.2f%% %8.2f%% %10.2fus %10.2fus %10.2fus\n", name,
                line->samples, percent(line->samples, summary->samples),
                percent(line->time, summary->time), microseconds(line->timed ? line->min : 0, hz),
                microseconds(line->max, hz),
                microseconds(line->time, hz) / (double)(line->timed ? line->timed : 1));
    }
    fprintf(to, "\nTotal Samples:%" PRIu64 ", Total events handled time:%.2fus.\n",
            summary->samples, microseconds(summary->time, hz));
}
