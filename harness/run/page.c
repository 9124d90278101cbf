/* The result model of a run, for the HTML writer; see page.h. */
#include "run/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/monitor.h"
#include "result/write.h"
#include "trace/timeline.h"

struct result_run *page_new(const struct run_options *options, int argc, char **argv)
{
    if (options->report_file == NULL)
        return NULL;
    struct result_run *page = result_run_new("A run of Stagecoach");
    struct result_check *check = result_check_add(page, "run", "as the machine left it");
    struct buffer command = {0};
    buffer_text(&command, "coach run");
    for (int i = 1; i < argc; i++) {
        buffer_text(&command, " ");
        buffer_quoted(&command, argv[i]);
    }
    result_set(&check->replay, "%s", buffer_string(&command));
    check->seed = options->seed;
    buffer_free(&command);
    return page;
}

/* The VM's place in the monitor, or -1. */
static int vm_of(const struct monitor *monitor, unsigned id)
{
    for (unsigned i = 0; i < monitor->vm_count; i++)
        if (monitor->vm[i].state != VM_STATE_FREE && monitor->vm[i].id == id)
            return (int)i;
    return -1;
}

void page_timeline(const struct evidence *evidence, const struct event_list *events)
{
    const struct monitor *monitor = &evidence->monitor;
    if (evidence->outcome->page == NULL || events->count == 0)
        return;
    struct timeline *timeline =
        timeline_new(&evidence->outcome->page->checks[0], monitor->boot_ticks,
                     events->event[events->count - 1].time);
    for (size_t i = 0; i < events->count; i++) {
        const struct event *event = &events->event[i];
        int vm = event->vm == TRACE_NO_VM ? -1 : vm_of(monitor, event->vm);
        if (vm >= 0 && vm < TIMELINE_LANES)
            timeline_take(timeline, (unsigned)vm, monitor->vm[vm].name, event);
    }
    timeline_finish(timeline);
    if (evidence->trace_lost != 0)
        result_run_note(evidence->outcome->page,
                        "The timeline begins late: %" PRIu64
                        " records had been overwritten; --trace-records gives the rings more room.",
                        evidence->trace_lost);
}

static void fault(struct result_item *item, enum verdict verdict, const char *what)
{
    result_judge(item, verdict);
    result_line(item, LINE_ACTUAL, "%s", what);
}

static void judge_machine(const struct evidence *evidence, struct result_check *to)
{
    const struct run_outcome *outcome = evidence->outcome;
    struct result_item *item =
        result_item_add(to, "machine", "The hypervisor saw every VM to its end", 0);
    item->evidence = EVIDENCE_SEEN;
    if (outcome->end == RELAY_TIME)
        fault(item, VERDICT_FAIL, "the time of --for ran out before");
    else if (outcome->end == RELAY_WALL)
        fault(item, VERDICT_HARNESS_FAULT, "given up after the real time of --wall");
    else if (outcome->end == RELAY_SPENT)
        fault(item, VERDICT_FAIL, "given up: QEMU used up its processor time");
    else if (outcome->end == RELAY_SIGNAL || outcome->end == RELAY_OUTPUT_GONE)
        fault(item, VERDICT_HARNESS_FAULT, "the run was cut short from outside");
    else if (outcome->end == RELAY_STUCK)
        fault(item, VERDICT_FAIL, "the machine got nowhere");
    else if (!evidence->has_monitor || evidence->monitor.finished != 1)
        fault(item, VERDICT_FAIL,
              "it panicked or stopped the machine before; the console says why");
}

static void judge_vm(const struct monitor_vm *vm, struct result_check *to)
{
    struct buffer end = {0};
    vm_end_describe(vm, &end);
    char *id = format_string("vm-%s", vm->name);
    char *title = format_string("VM %s: %s", vm->name, buffer_string(&end));
    struct result_item *item = result_item_add(to, id, title, 0);
    item->evidence = EVIDENCE_TOLD;
    if (vm->end == VM_END_NONE)
        result_judge(item, VERDICT_FAIL);
    else if (!vm_ended_well(vm))
        result_judge(item, VERDICT_GUEST_FAULT);
    free(title);
    free(id);
    buffer_free(&end);
}

static void judge_isolation(const struct audit_summary *isolation, struct result_check *to)
{
    if (isolation == NULL || !isolation->watched)
        return;
    char *title = format_string("Isolation: %" PRIu64 " leaf entries visited in %" PRIu64 " audits",
                                isolation->leaves, isolation->audits);
    struct result_item *item = result_item_add(to, "isolation", title, 0);
    item->evidence = EVIDENCE_SEEN;
    to->leaves_visited = isolation->leaves;
    if (!isolation->holds)
        fault(item, VERDICT_FAIL, isolation->text);
    free(title);
}

static void add_summary(const struct evidence *evidence, struct result_check *to)
{
    size_t bytes = 0;
    FILE *out = open_memstream(&to->summary, &bytes);
    if (out == NULL)
        return;
    evidence_summary(evidence, RUN_SUMMARY_TEXT, out);
    fclose(out);
}

static void tell_where(const struct evidence *evidence)
{
    const struct audit_summary *isolation = evidence->outcome->isolation;
    if (evidence->options->summary != RUN_SUMMARY_TEXT)
        return;
    printf("\nreport: %s", evidence->options->report_file);
    if (isolation != NULL && isolation->watched)
        printf(" (%s: %" PRIu64 " leaf entries visited)",
               isolation->holds ? "isolation holds" : "isolation is broken", isolation->leaves);
    putchar('\n');
    fflush(stdout);
}

int page_write(const struct evidence *evidence)
{
    struct result_run *page = evidence->outcome->page;
    if (page == NULL)
        return 0;
    struct result_check *check = &page->checks[0];
    judge_machine(evidence, check);
    for (unsigned i = 0; evidence->has_monitor && i < evidence->monitor.vm_count; i++)
        if (evidence->monitor.vm[i].state != VM_STATE_FREE)
            judge_vm(&evidence->monitor.vm[i], check);
    judge_isolation(evidence->outcome->isolation, check);
    if (evidence->has_monitor) {
        check->virtual_ns = evidence->elapsed * (1000000000 / QEMU_TIMEBASE_HZ);
        add_summary(evidence, check);
    }
    char *where = format_string("html=%s", evidence->options->report_file);
    int result = result_emit(page, where);
    free(where);
    if (result == 0)
        tell_where(evidence);
    return result;
}
