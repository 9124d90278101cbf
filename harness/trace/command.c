/* `coach trace`: prints, filters, sums up and exports a saved trace. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/monitor.h"
#include "command.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "trace/trace.h"

#define MOST_VMS 32

enum form { FORM_LINES, FORM_SUMMARY, FORM_JSONL, FORM_CHROME };

struct trace_arguments {
    const char *path, *output;
    enum form form;
    struct trace_filter filter;
    uint64_t from_ns, to_ns;
    uint64_t tail;
    const char *vms[MOST_VMS]; /* as they were named */
    size_t vm_count;
};

enum { KEY_FROM = 0x100, KEY_TO, KEY_EXPORT, KEY_EVENTS };

static const struct argp_option options[] = {
    {0, 0, 0, 0, "Which events:", 1},
    {"vm", 'v', "VM", 0,
     "Only those of VM, a number or a name (may be repeated; \"none\": about no VM)", 1},
    {"event", 'e', "NAME[,NAME...]", 0, "Only events of these names (may be repeated)", 1},
    {"from", KEY_FROM, "TIME", 0, "Not before TIME after the first event (10ms, 2s)", 1},
    {"to", KEY_TO, "TIME", 0, "Only before TIME after the first event", 1},
    {"tail", 'n', "N", 0, "Only the last N of them", 1},
    {0, 0, 0, 0, "What to do with them:", 2},
    {"summary", 's', 0, 0, "Sum up the exits by cause, as `perf kvm stat` does", 2},
    {"export", KEY_EXPORT, "jsonl|chrome", 0, "JSON, one object a line; or for Perfetto", 2},
    {"output", 'o', "FILE", 0, "Write to FILE (- is standard output)", 2},
    {"events", KEY_EVENTS, 0, 0, "List the names of all events and their fields", 3},
    {0},
};

/* One VM of --vm: its number, or its name in the machine that was saved with the trace. */
static int find_vm(const char *value, const struct monitor *monitor, struct trace_filter *filter,
                   struct error *error)
{
    struct error other;
    uint64_t number;

    if (strcmp(value, "none") == 0) {
        filter->no_vm = true;
        return 0;
    }
    for (uint32_t i = 0; monitor && i < monitor->vm_count && i < MONITOR_MAX_VMS; i++) {
        if (strcmp(monitor->vm[i].name, value) != 0 || monitor->vm[i].id >= 32)
            continue;
        filter->vms |= 1u << monitor->vm[i].id;
        return 0;
    }
    if (number_parse("--vm", value, 0, MONITOR_MAX_VMS - 1, &number, &other) != 0)
        return error_set(error, "--vm \"%s\": expected a VM's number or name, or none", value);
    filter->vms |= 1u << number;
    return 0;
}

static int find_vms(struct trace_arguments *arguments, const struct monitor *monitor,
                    struct error *error)
{
    int status = 0;

    for (size_t i = 0; i < arguments->vm_count && status == 0; i++)
        status = find_vm(arguments->vms[i], monitor, &arguments->filter, error);
    return status;
}

static void take_events(struct trace_arguments *arguments, char *value)
{
    char *rest = NULL;

    for (char *name = strtok_r(value, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        if (trace_filter_event(&arguments->filter, name))
            continue;
        complain("--event %s: no event of that name; `coach trace --events` lists them", name);
        exit(COACH_USAGE);
    }
}

static void take_time(const char *option, const char *value, uint64_t *ns)
{
    struct error error;

    if (duration_parse(value, ns, &error) == 0)
        return;
    error_prefix(&error, "%s", option);
    exit(error_report(&error));
}

static int list_events(void)
{
    for (unsigned kind = 0; kind < SEEN_END; kind++) {
        const struct event_type *type = event_type(kind);

        if (!type)
            continue;
        printf("%-18s", type->name);
        for (unsigned i = 0; i < type->fields; i++)
            printf(" %s", type->field[i].name);
        printf("\n");
    }
    return COACH_OK;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct trace_arguments *arguments = state->input;
    struct error error;

    switch (key) {
    case 'v':
        if (arguments->vm_count == MOST_VMS)
            argp_error(state, "--vm: at most %d times", MOST_VMS);
        arguments->vms[arguments->vm_count++] = value;
        return 0;
    case 'e':
        take_events(arguments, value);
        return 0;
    case KEY_FROM:
        take_time("--from", value, &arguments->from_ns);
        return 0;
    case KEY_TO:
        take_time("--to", value, &arguments->to_ns);
        return 0;
    case 'n':
        if (number_parse("--tail", value, 1, UINT32_MAX, &arguments->tail, &error) != 0)
            exit(error_report(&error));
        return 0;
    case 's':
        arguments->form = FORM_SUMMARY;
        return 0;
    case KEY_EXPORT:
        if (strcmp(value, "jsonl") != 0 && strcmp(value, "chrome") != 0)
            argp_error(state, "--export=%s: expected jsonl or chrome", value);
        arguments->form = strcmp(value, "jsonl") == 0 ? FORM_JSONL : FORM_CHROME;
        return 0;
    case 'o':
        arguments->output = value;
        return 0;
    case KEY_EVENTS:
        exit(list_events());
    case ARGP_KEY_ARG:
        if (arguments->path)
            argp_error(state, "one FILE is expected, \"%s\" is the second", value);
        arguments->path = value;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "a FILE is expected: `coach run --trace=FILE` saves one");
        return EINVAL;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Keeps what passes the filter, in place; then the last of it. */
static void narrow(struct event_list *list, const struct trace_arguments *arguments, uint64_t base)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        if (trace_filter_pass(&arguments->filter, &list->event[i], base))
            list->event[kept++] = list->event[i];
    }
    list->count = kept;
    if (!arguments->tail || kept <= arguments->tail)
        return;
    memmove(list->event, list->event + kept - arguments->tail,
            arguments->tail * sizeof(*list->event));
    list->count = arguments->tail;
}

static void print_lines(FILE *to, const struct event_list *list, uint64_t base, uint64_t hz)
{
    char line[512];

    for (size_t i = 0; i < list->count; i++) {
        event_print(line, sizeof(line), &list->event[i], base, hz);
        fputs(line, to);
        fputc('\n', to);
    }
}

static void write_form(FILE *to, const struct trace_arguments *arguments,
                       const struct event_list *list, uint64_t base, uint64_t hz,
                       const struct monitor *monitor)
{
    const char *names[256] = {0};
    struct trace_summary summary;

    for (uint32_t i = 0; monitor && i < monitor->vm_count && i < MONITOR_MAX_VMS; i++)
        names[monitor->vm[i].id & 0xff] = monitor->vm[i].name;
    switch (arguments->form) {
    case FORM_LINES:
        print_lines(to, list, base, hz);
        return;
    case FORM_SUMMARY:
        trace_summarise(list, -1, &summary);
        trace_print_summary(to, &summary, hz);
        return;
    case FORM_JSONL:
        trace_export_jsonl(to, list, hz);
        return;
    case FORM_CHROME:
        trace_export_chrome(to, list, hz, names);
        return;
    }
}

/* To memory first: what cannot be written in full is not written at all. */
static int write_output(const struct trace_arguments *arguments, const struct event_list *list,
                        uint64_t base, uint64_t hz, const struct monitor *monitor,
                        struct error *error)
{
    char *text = NULL;
    size_t bytes = 0;

    if (!arguments->output || strcmp(arguments->output, "-") == 0) {
        write_form(stdout, arguments, list, base, hz, monitor);
        if (fflush(stdout) != 0 || ferror(stdout))
            return error_fault(error, "standard output: cannot be written");
        return 0;
    }
    FILE *to = open_memstream(&text, &bytes);
    if (!to)
        return error_fault(error, "out of memory");
    write_form(to, arguments, list, base, hz, monitor);
    int status = fclose(to) == 0 ? file_write(arguments->output, text, bytes, error)
                                 : error_fault(error, "out of memory");
    free(text);
    return status;
}

static uint64_t to_ticks(uint64_t ns, uint64_t hz)
{
    return (uint64_t)((__uint128_t)ns * hz / 1000000000u);
}

static int show(struct trace_arguments *arguments, const struct buffer *file, struct error *error)
{
    struct event_list list = {0};
    static struct monitor monitor;
    uint64_t hz = 1;
    int status = trace_parse(file, &list, &hz, error);

    const struct monitor *saved = trace_monitor(file, &monitor) ? &monitor : NULL;
    if (status != 0)
        error_prefix(error, "%s", arguments->path);
    else
        status = find_vms(arguments, saved, error);
    if (list.lost)
        complain("%s: the oldest %" PRIu64 " records were overwritten before it was saved",
                 arguments->path, list.lost);
    uint64_t base = list.count ? list.event[0].time : 0;
    arguments->filter.from = to_ticks(arguments->from_ns, hz);
    arguments->filter.to = to_ticks(arguments->to_ns, hz);
    narrow(&list, arguments, base);
    if (status == 0)
        status = write_output(arguments, &list, base, hz, saved, error);
    event_list_free(&list);
    return status;
}

static int trace_command(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse_option,
        "FILE",
        "Shows a trace that `coach run --trace=FILE` has saved.\v"
        "A line is: [seconds since the first event] hart VM.vCPU event field=value ...\n"
        "Events are named as Linux names its KVM and scheduler tracepoints, causes as perf does.",
        NULL,
        NULL,
        NULL};
    struct trace_arguments arguments = {0};
    struct buffer file = {0};
    struct error error;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    if (arguments.to_ns && arguments.to_ns <= arguments.from_ns)
        return complain("--to is not after --from: no event can lie between"), COACH_USAGE;
    int status = file_read_bounded(arguments.path, 2ull << 30, &file, &error);
    if (status == 0)
        status = show(&arguments, &file, &error);
    buffer_free(&file);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(trace, trace_command, "print, filter, sum up and export a trace");
