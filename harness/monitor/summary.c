/* The summary for people: three short tables, counted from the monitor alone. */
#include "monitor/summary.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/quantity.h"
#include "lib/terminal.h"
#include "monitor/missteps.h"
#include "monitor/monitor.h"

#define MOST_VM_COLUMNS   4
#define IDLE_WORTH_A_WORD 25 /* percent */

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static uint64_t nanoseconds(uint64_t ticks, uint64_t hz)
{
    return hz == 0 ? 0 : (uint64_t)((double)ticks * 1e9 / (double)hz);
}

static bool in_use(const struct monitor_vm *vm)
{
    return vm->state != VM_STATE_FREE;
}

/* Before there are VMs, in lab 1, tables of them have only a head. */
static bool any_in_use(const struct monitor *monitor)
{
    for (unsigned i = 0; i < monitor->vm_count; i++)
        if (in_use(&monitor->vm[i]))
            return true;
    return false;
}

static void print_head(FILE *stream, const char *text)
{
    fprintf(stream, "%s%s%s\n", colour_begin(stream, COLOUR_BOLD), text, colour_end(stream));
}

/* A quantity right-aligned in `width` columns. */
static void print_cell(FILE *stream, int width, char *text)
{
    fprintf(stream, " %*s", width, text);
    free(text);
}

/* "6M/64M": what is backed of what was promised; to free(). */
static char *memory_of(const struct monitor_vm *vm)
{
    char *backed = size_string(vm->resident), *promised = size_string(vm->memory);
    char *text = format_string("%s/%s", backed, promised);
    free(backed);
    free(promised);
    return text;
}

static enum colour colour_of(const struct monitor_vm *vm)
{
    if (vm->end == VM_END_NONE)
        return COLOUR_YELLOW;
    return vm_ended_well(vm) ? COLOUR_GREEN : COLOUR_RED;
}

static void print_end(FILE *stream, const struct monitor_vm *vm)
{
    struct buffer text = {0};
    vm_end_describe(vm, &text);
    fprintf(stream, "  %s%s%s\n", colour_begin(stream, colour_of(vm)), buffer_string(&text),
            colour_end(stream));
    buffer_free(&text);
}

static void print_vms(FILE *stream, const struct summary *summary)
{
    const struct monitor *monitor = summary->monitor;
    double wanted[MONITOR_MAX_VMS];
    uint64_t ticks = 0;
    monitor_wanted(monitor, summary->elapsed, wanted);
    for (unsigned i = 0; i < monitor->vm_count; i++)
        ticks += monitor->vm[i].cpu_ticks;
    if (!any_in_use(monitor))
        return;
    print_head(stream,
               "VM           vCPU  backed/of weight wanted    got CPU time   stolen  ended");
    for (unsigned i = 0; i < monitor->vm_count; i++) {
        const struct monitor_vm *vm = &monitor->vm[i];
        if (!in_use(vm))
            continue;
        fprintf(stream, "%-12s %4u", vm->name, vm->vcpus);
        print_cell(stream, 10, memory_of(vm));
        fprintf(stream, " %6u %5.1f%% %5.1f%%", vm->weight, 100 * wanted[i],
                percent(vm->cpu_ticks, ticks));
        print_cell(stream, 8, duration_string(nanoseconds(vm->cpu_ticks, monitor->timebase_hz)));
        print_cell(stream, 8, duration_string(nanoseconds(vm->steal_ticks, monitor->timebase_hz)));
        print_end(stream, vm);
    }
}

static void print_machine(FILE *stream, const struct summary *summary)
{
    const struct monitor *monitor = summary->monitor;
    char *ram = size_string(monitor->ram_bytes), *own = size_string(monitor->own_bytes);
    char *rings = size_string(monitor->trace_bytes), *left = size_string(monitor->free_bytes);
    fprintf(stream, "machine: %s of RAM, hypervisor %s, trace rings %s, free %s", ram, own, rings,
            left);
    if (summary->elapsed != 0) {
        double idle = percent(monitor->idle_ticks, summary->elapsed);
        char *time = duration_string(nanoseconds(summary->elapsed, monitor->timebase_hz));
        fprintf(stream, "; %s of machine time, idle %.1f %%", time, idle);
        free(time);
        /* Weights share out what somebody wants; a share that nobody takes is no unfairness. */
        if (monitor->vm_count > 1 && idle > IDLE_WORTH_A_WORD)
            fputs(",\n  so a VM that got less than it wanted had no more to do, or has a cap",
                  stream);
    }
    fputc('\n', stream);
    free(ram);
    free(own);
    free(rings);
    free(left);
}

/* One cause over all VMs. */
struct cause_count {
    unsigned index;
    uint64_t samples;
};

static int by_samples(const void *left, const void *right)
{
    const struct cause_count *a = left, *b = right;
    if (a->samples != b->samples)
        return a->samples < b->samples ? 1 : -1;
    return a->index < b->index ? -1 : 1;
}

static size_t count_causes(const struct monitor *monitor, struct cause_count *counts,
                           uint64_t *total)
{
    size_t used = 0;
    *total = 0;
    for (unsigned index = 0; index < MONITOR_CAUSES; index++) {
        uint64_t samples = 0;
        for (unsigned i = 0; i < monitor->vm_count; i++)
            samples += monitor->vm[i].exits[index];
        *total += samples;
        if (samples != 0)
            counts[used++] = (struct cause_count){index, samples};
    }
    qsort(counts, used, sizeof(*counts), by_samples);
    return used;
}

static void print_cause(FILE *stream, unsigned index)
{
    char number[32];
    uint32_t cause = monitor_cause(index);
    const char *name = cause_name(cause);
    snprintf(number, sizeof(number), "scause %#x", cause);
    fprintf(stream, "%-26s", name ? name : number);
}

static const struct trace_cause_line *times_of(const struct summary *summary, uint32_t cause)
{
    for (size_t i = 0; i < summary->times->lines; i++) {
        if (summary->times->line[i].scause == cause)
            return &summary->times->line[i];
    }
    return NULL;
}

static void print_times(FILE *stream, const struct summary *summary, uint32_t cause)
{
    uint64_t hz = summary->monitor->timebase_hz;
    const struct trace_cause_line *line = times_of(summary, cause);
    if (line == NULL || line->timed == 0) {
        fprintf(stream, " %7s %8s %8s %8s", "-", "-", "-", "-");
        return;
    }
    fprintf(stream, " %6.1f%%", percent(line->time, summary->times->time));
    print_cell(stream, 8, duration_string(nanoseconds(line->min, hz)));
    print_cell(stream, 8, duration_string(nanoseconds(line->max, hz)));
    print_cell(stream, 8, duration_string(nanoseconds(line->time, hz) / line->timed));
}

static void print_by_vm(FILE *stream, const struct monitor *monitor, unsigned index)
{
    for (unsigned i = 0; i < monitor->vm_count && i < MOST_VM_COLUMNS; i++)
        fprintf(stream, " %8" PRIu64, monitor->vm[i].exits[index]);
}

static void print_exit_head(FILE *stream, const struct summary *summary)
{
    struct buffer head = {0};
    buffer_printf(&head, "%-26s %8s %8s", "VM-EXIT", "Samples", "Samples%");
    if (summary->times != NULL)
        buffer_printf(&head, " %7s %8s %8s %8s", "Time%", "Min", "Max", "Avg");
    else
        for (unsigned i = 0; i < summary->monitor->vm_count && i < MOST_VM_COLUMNS; i++)
            buffer_printf(&head, " %8.8s", summary->monitor->vm[i].name);
    print_head(stream, head.data);
    buffer_free(&head);
}

static void print_exits(FILE *stream, const struct summary *summary)
{
    struct cause_count counts[MONITOR_CAUSES];
    uint64_t total;
    size_t causes = count_causes(summary->monitor, counts, &total);
    print_exit_head(stream, summary);
    for (size_t i = 0; i < causes; i++) {
        print_cause(stream, counts[i].index);
        fprintf(stream, " %8" PRIu64 " %7.1f%%", counts[i].samples,
                percent(counts[i].samples, total));
        if (summary->times != NULL)
            print_times(stream, summary, monitor_cause(counts[i].index));
        else
            print_by_vm(stream, summary->monitor, counts[i].index);
        fputc('\n', stream);
    }
    fprintf(stream, "%-26s %8" PRIu64 "\n", "total", total);
    if (summary->trace_lost != 0)
        fprintf(stream, "(times of the last records only: %" PRIu64 " were overwritten)\n",
                summary->trace_lost);
}

/* The one line here that is not told by the hypervisor but seen at the machine. */
static void print_isolation(FILE *stream, const struct audit_summary *isolation)
{
    if (!isolation->watched) {
        fprintf(stream, "isolation: no guest was entered, nothing to audit\n");
        return;
    }
    enum colour colour = isolation->holds ? COLOUR_GREEN : COLOUR_RED;
    fprintf(stream, "%s%s%s", colour_begin(stream, colour),
            isolation->holds ? "isolation holds" : isolation->text, colour_end(stream));
    fprintf(stream, ": %" PRIu64 " leaf entries of %zu VM%s visited in %" PRIu64 " audits\n",
            isolation->leaves, isolation->trees, isolation->trees == 1 ? "" : "s",
            isolation->audits);
}

void summary_print(FILE *stream, const struct summary *summary)
{
    print_vms(stream, summary);
    for (unsigned i = 0; i < summary->monitor->vm_count; i++)
        missteps_print(stream, &summary->monitor->vm[i], summary->image[i]);
    print_machine(stream, summary);
    if (summary->isolation != NULL)
        print_isolation(stream, summary->isolation);
    if (any_in_use(summary->monitor)) {
        fputc('\n', stream);
        print_exits(stream, summary);
    }
}
