/* The end of a run, judged from the monitor in RAM and from how QEMU ended. */
#include "run/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/monitor.h"
#include "monitor/summary.h"
#include "run/evidence.h"
#include "run/page.h"
#include "run/stuck.h"

static void tell_panic(const struct evidence *evidence, const struct panic_report *report)
{
    char place[256];
    complain("the hypervisor panicked: %s", report->message);
    for (int i = 0; i < PANIC_BACKTRACE && report->backtrace[i] != 0; i++) {
        symbols_describe(evidence->symbols, panic_place(report, i), place, sizeof(place));
        fprintf(stderr, "    %#" PRIx64 " %s\n", report->backtrace[i], place);
    }
}

static bool panicked(const struct evidence *evidence)
{
    struct panic_report report;
    uint64_t at;
    if (symbols_find(evidence->symbols, "panic_report", &at, NULL) &&
        panic_read(&evidence->ram, at, &report)) {
        tell_panic(evidence, &report);
        return true;
    }
    if (evidence->has_monitor && evidence->monitor.panicked != 0) {
        complain("the hypervisor panicked, and left no report");
        return true;
    }
    return false;
}

static int save_trace(const struct evidence *evidence, uint64_t header, struct error *error)
{
    uint64_t monitor = 0;
    if (evidence->options->trace_file == NULL)
        return 0;
    symbols_find(evidence->symbols, "monitor", &monitor, NULL);
    return trace_save(evidence->options->trace_file, &evidence->ram, header, monitor, error);
}

static int read_trace(struct evidence *evidence, struct error *error)
{
    struct event_list events = {0};
    struct trace_reader reader;
    uint64_t header;
    if (!symbols_find(evidence->symbols, "trace_header", &header, NULL))
        return error_fault(error, "the hypervisor has no symbol trace_header");
    int result = trace_reader_open(&reader, &evidence->ram, header, error);
    if (result == 0) {
        reader.still = true;
        result = trace_reader_poll(&reader, &events, error);
    }
    if (result == 0) {
        event_list_sort(&events);
        trace_summarise(&events, -1, &evidence->times);
        evidence->trace_lost = events.lost;
        evidence->has_times = true;
        page_timeline(evidence, &events);
        result = save_trace(evidence, header, error);
    }
    event_list_free(&events);
    return result;
}

static uint64_t elapsed(const struct evidence *evidence)
{
    uint64_t boot = evidence->monitor.boot_ticks;
    uint64_t board = evidence->outcome->board_ticks;
    return board > boot ? board - boot : monitor_elapsed(&evidence->monitor);
}

void evidence_summary(const struct evidence *evidence, enum run_summary form, FILE *out)
{
    struct summary summary = {.monitor = &evidence->monitor,
                              .elapsed = evidence->elapsed,
                              .times = evidence->has_times ? &evidence->times : NULL,
                              .trace_lost = evidence->trace_lost,
                              .isolation = evidence->outcome->isolation};
    const struct vm_list *vms = &evidence->options->vms;
    for (unsigned i = 0; i < vms->count; i++)
        summary.image[i] = vms->vm[i].image;
    if (form == RUN_SUMMARY_TEXT)
        summary_print(out, &summary);
    else if (form == RUN_SUMMARY_JSON)
        summary_json(out, &summary);
}

static void tell_summary(const struct evidence *evidence)
{
    if (evidence->options->summary == RUN_SUMMARY_TEXT)
        fputc('\n', stdout);
    evidence_summary(evidence, evidence->options->summary, stdout);
    fflush(stdout);
}

/* A line for each VM that ended badly; how many did. */
static unsigned tell_bad_ends(const struct monitor *monitor)
{
    unsigned count = 0;
    for (unsigned i = 0; i < monitor->vm_count; i++) {
        const struct monitor_vm *vm = &monitor->vm[i];
        if (vm->state == VM_STATE_FREE || vm->end == VM_END_NONE || vm_ended_well(vm))
            continue;
        struct buffer end = {0};
        vm_end_describe(vm, &end);
        complain("VM \"%s\" ended badly: %s", vm->name, buffer_string(&end));
        buffer_free(&end);
        count++;
    }
    return count;
}

static unsigned still_there(const struct monitor *monitor)
{
    unsigned count = 0;
    for (unsigned i = 0; i < monitor->vm_count; i++)
        count += monitor->vm[i].state != VM_STATE_FREE && monitor->vm[i].end == VM_END_NONE;
    return count;
}

static int tell_death(const struct evidence *evidence)
{
    struct buffer how = {0}, complaint = {0};
    const struct process_end *end = &evidence->outcome->process;
    process_end_describe(end, &how);
    qemu_complaint(evidence->qemu, &complaint);
    if (!end->exited)
        complain("QEMU died under way: %s", buffer_string(&how));
    else if (complaint.length != 0)
        complain("QEMU gave up (%s): %s", buffer_string(&how), buffer_string(&complaint));
    else
        complain("the hypervisor stopped the machine before its VMs had ended (QEMU's %s); its "
                 "console says why",
                 buffer_string(&how));
    buffer_free(&how);
    buffer_free(&complaint);
    return COACH_FAULT;
}

static int tell_time(const struct evidence *evidence)
{
    char *time = format_string("%.6g s", (double)evidence->options->for_ns / 1e9);
    if (evidence->has_monitor)
        complain("the time of %s is over; %u of %u VMs had not ended", time,
                 still_there(&evidence->monitor), evidence->monitor.vm_count);
    else
        complain("the time of %s is over, and the hypervisor has not booted yet", time);
    free(time);
    return COACH_TIMEOUT;
}

static int tell_wall(const struct evidence *evidence)
{
    bool spent = evidence->outcome->end == RELAY_SPENT;
    uint64_t ns = spent ? evidence->options->processor_ns : evidence->options->wall_ns;
    complain("given up after %.6g s of %s time: the machine's clock got no further than %.6g s; "
             "a guest that loops in faults makes no time pass, so run it without --icount and look "
             "with --gdb, or give a machine that is only slow more by --wall",
             (double)ns / 1e9, spent ? "processor" : "real",
             (double)evidence->outcome->board_ticks / QEMU_TIMEBASE_HZ);
    return COACH_FAULT;
}

static int verdict(const struct evidence *evidence)
{
    unsigned bad = evidence->has_monitor ? tell_bad_ends(&evidence->monitor) : 0;
    switch (evidence->outcome->end) {
    case RELAY_SIGNAL:
        complain("stopped by %s", strsignal(evidence->outcome->signal));
        return 128 + evidence->outcome->signal;
    case RELAY_TIME:
        return tell_time(evidence);
    case RELAY_STUCK:
        stuck_describe(evidence);
        return COACH_FAILED;
    case RELAY_WALL:
    case RELAY_SPENT:
        return tell_wall(evidence);
    case RELAY_OUTPUT_GONE:
        complain("nobody reads standard output any more; the machine was stopped");
        return COACH_FAULT;
    case RELAY_KEY:
        complain("the hypervisor did not heed Ctrl-A x; the machine was stopped");
        return COACH_FAULT;
    case RELAY_ENDED:
        break;
    }
    if (!evidence->has_monitor || evidence->monitor.finished != 1)
        return tell_death(evidence);
    return bad == 0 ? COACH_OK : COACH_FAILED;
}

static int tell(struct evidence *evidence)
{
    struct error error = {0};
    uint64_t at;
    evidence->has_monitor = symbols_find(evidence->symbols, "monitor", &at, NULL) &&
                            monitor_read(&evidence->ram, at, &evidence->monitor, &error) == 0;
    int trace_result = 0;
    if (evidence->has_monitor && evidence->options->trace)
        trace_result = read_trace(evidence, &error);
    if (evidence->has_monitor) {
        evidence->elapsed = elapsed(evidence);
        tell_summary(evidence);
    }
    if (trace_result != 0)
        error_report(&error);
    int status = panicked(evidence) ? COACH_FAILED : verdict(evidence);
    if (status != COACH_OK && evidence->outcome->isolation &&
        evidence->outcome->isolation->taken.stuck)
        taken_describe(evidence);
    if (page_write(evidence) != 0 && status == COACH_OK)
        return COACH_FAULT;
    return status == COACH_OK && trace_result != 0 ? (int)error.status : status;
}

int run_report(const struct qemu *qemu, const char *hypervisor, const struct run_options *options,
               const struct run_outcome *outcome)
{
    struct error error = {0};
    struct evidence *evidence = allocate(1, sizeof(*evidence));
    int status = COACH_FAULT;
    evidence->options = options;
    evidence->outcome = outcome;
    evidence->qemu = qemu;
    evidence->symbols = symbols_open(hypervisor, &error);
    if (evidence->symbols == NULL) {
        error_report(&error);
    } else if (ram_open(&evidence->ram, qemu->ram_fd, QEMU_RAM_BASE, qemu->ram_bytes, &error) !=
               0) {
        error_report(&error);
    } else {
        status = tell(evidence);
        ram_close(&evidence->ram);
    }
    if (evidence->symbols != NULL)
        symbols_close(evidence->symbols);
    free(evidence);
    return status;
}
