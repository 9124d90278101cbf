/* The command line of `coach run`. */
#include "run/options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "lib/quantity.h"

enum {
    KEY_FOR = 0x100,
    KEY_WALL,
    KEY_ICOUNT,
    KEY_REPORT,
    KEY_TRACE,
    KEY_TRACE_RECORDS,
    KEY_CPU,
    KEY_HYPERVISOR,
    KEY_SCHED,
    KEY_SLICE,
    KEY_CONSOLE,
    KEY_APPEND,
    KEY_SEED,
    KEY_HARTS,
    KEY_SUMMARY,
    KEY_DRY_RUN,
    KEY_STUCK,
    KEY_GDB,
    KEY_WAIT,
    KEY_BUNDLE,
};

static const struct argp_option choices[] = {
    {0, 0, 0, 0, "Guests:", 1},
    {"vm", 'v', "KEY=VALUE,...", 0,
     "Add a VM: image=FILE[,memory=64M][,vcpus=1][,initrd=FILE][,args=TEXT][,weight=1][,cap=0]"
     "[,name=NAME][,manual=yes]; a comma in a value is doubled, or the value is quoted; without "
     "this option each FILE argument is a VM",
     1},
    {"bundle", KEY_BUNDLE, "FILE", 0, "Boot this bundle of `coach pack` as it is", 1},
    {0, 0, 0, 0, "Machine:", 2},
    {"memory", 'm', "SIZE", 0, "RAM of the machine (default: enough for the VMs)", 2},
    {"harts", KEY_HARTS, "N", 0, "Harts of the machine (1)", 2},
    {"cpu", KEY_CPU, "MODEL", 0, "CPU as QEMU names it (rv64); rv64,sstc=off", 2},
    {"icount", KEY_ICOUNT, 0, 0, "Count instructions: the same run every time", 2},
    {"seed", KEY_SEED, "N", 0, "Seed of the machine's random numbers, with --icount (1)", 2},
    {0, 0, 0, 0, "Hypervisor:", 3},
    {"hypervisor", KEY_HYPERVISOR, "ELF", 0, "Boot this one (default: built beside coach)", 3},
    {"sched", KEY_SCHED, "fair|rr", 0, "Scheduling policy", 3},
    {"slice", KEY_SLICE, "TIME", 0, "Longest turn of a vCPU, such as 10ms", 3},
    {"console", KEY_CONSOLE, "all|focus", 0, "Whose output is shown", 3},
    {"append", KEY_APPEND, "TEXT", 0, "More options for the hypervisor", 3},
    {0, 0, 0, 0, "Run:", 4},
    {"for", KEY_FOR, "TIME", 0,
     "End after TIME (2s, 500ms): machine time with --icount, else wall-clock; when input is no "
     "terminal, 60s unless given, 0: no end",
     4},
    {"wall", KEY_WALL, "TIME", 0,
     "Give up after TIME of real time, whatever the machine's clock says (with --icount ten times "
     "--for and 60s of QEMU's processor time; 0: never)",
     4},
    {"stop-when-stuck", KEY_STUCK, 0, 0,
     "End, and say where, once the machine gets nowhere: it traps at one place for ever, or the "
     "hypervisor loops",
     4},
    {"trace", KEY_TRACE, "FILE", OPTION_ARG_OPTIONAL,
     "Record events, and save them to FILE for `coach trace`", 4},
    {"trace-records", KEY_TRACE_RECORDS, "N", 0, "Room for N events a hart (a power of two)", 4},
    {"report", KEY_REPORT, "FILE", 0,
     "Write an HTML report: how each VM fared, memory by owner, with --trace who ran when", 4},
    {"summary", KEY_SUMMARY, "text|json|none", 0, "What to print at the end (text)", 4},
    {"gdb", KEY_GDB, "SOCKET", 0, "Let a gdb connect to this unix socket", 4},
    {"wait", KEY_WAIT, 0, 0, "With --gdb: do not run before gdb says so", 4},
    {"dry-run", KEY_DRY_RUN, 0, 0, "Only print the command that starts the machine", 4},
    {0},
};

static void fail(const struct error *error)
{
    exit(error_report(error));
}

static void take_choice(const char *option, const char *value, const char *first,
                        const char *second, const char **field)
{
    struct error error = {0};
    if (strcmp(value, first) != 0 && strcmp(value, second) != 0) {
        error_set(&error, "%s \"%s\": expected %s or %s", option, value, first, second);
        fail(&error);
    }
    *field = value;
}

static void take_number(const char *option, const char *value, uint64_t least, uint64_t most,
                        uint64_t *field)
{
    struct error error = {0};
    if (number_parse(option, value, least, most, field, &error) != 0)
        fail(&error);
}

static void take_duration(const char *option, const char *value, uint64_t *field)
{
    struct error error = {0};
    if (duration_parse(value, field, &error) != 0) {
        error_prefix(&error, "%s", option);
        fail(&error);
    }
}

static void take_memory(const char *value, uint64_t *field)
{
    struct error error = {0};
    if (size_parse(value, field, &error) == 0 && *field == 0)
        error_set(&error, "the machine needs memory, such as 256M");
    if (error.text[0] != '\0') {
        error_prefix(&error, "--memory");
        fail(&error);
    }
}

static void take_records(const char *value, uint64_t *field)
{
    struct error error = {0};
    take_number("--trace-records", value, 1, 1u << 24, field);
    if ((*field & (*field - 1)) != 0) {
        error_set(&error, "--trace-records %s: expected a power of two", value);
        fail(&error);
    }
}

static void take_summary(const char *value, enum run_summary *field)
{
    static const char *const names[] = {"text", "json", "none"};
    struct error error = {0};
    for (int i = 0; i < 3; i++) {
        if (strcmp(value, names[i]) == 0) {
            *field = (enum run_summary)i;
            return;
        }
    }
    error_set(&error, "--summary \"%s\": expected text, json or none", value);
    fail(&error);
}

static void take_vm(struct run_options *options, const char *text)
{
    struct error error = {0};
    if (vm_list_add(&options->vms, text, &error) != 0)
        fail(&error);
}

/* An argument without option is the image of a VM with all defaults. */
static void take_image(struct run_options *options, const char *path)
{
    struct error error = {0};
    struct vm_list *list = &options->vms;
    if (list->count == BUNDLE_MAX_VMS) {
        error_set(&error, "%s: at most %d VMs", path, BUNDLE_MAX_VMS);
        fail(&error);
    }
    list->vm[list->count++] = (struct vm_spec){
        .image = copy_string(path), .memory = VM_DEFAULT_MEMORY, .vcpus = 1, .weight = 1};
}

static void take_slice(const char *value, uint64_t *field)
{
    uint64_t ns;
    struct error error = {0};
    take_duration("--slice", value, &ns);
    *field = ns / 1000;
    if (*field < 1 || *field > 10000000) {
        error_set(&error, "--slice %s: expected 1us to 10s", value);
        fail(&error);
    }
}

static int take_machine(int key, char *value, struct run_options *options)
{
    switch (key) {
    case 'm':
        take_memory(value, &options->memory);
        return 0;
    case KEY_HARTS:
        take_number("--harts", value, 1, 16, &options->harts);
        return 0;
    case KEY_CPU:
        options->cpu = value;
        return 0;
    case KEY_ICOUNT:
        options->icount = true;
        return 0;
    case KEY_SEED:
        take_number("--seed", value, 0, UINT32_MAX, &options->seed);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int take_hypervisor(int key, char *value, struct run_options *options)
{
    switch (key) {
    case KEY_HYPERVISOR:
        options->hypervisor = value;
        return 0;
    case KEY_SCHED:
        take_choice("--sched", value, "fair", "rr", &options->scheduler);
        return 0;
    case KEY_SLICE:
        take_slice(value, &options->slice_us);
        return 0;
    case KEY_CONSOLE:
        take_choice("--console", value, "all", "focus", &options->console);
        return 0;
    case KEY_APPEND:
        options->append = value;
        return 0;
    default:
        return take_machine(key, value, options);
    }
}

static error_t take(int key, char *value, struct argp_state *state)
{
    struct run_options *options = state->input;
    switch (key) {
    case 'v':
        take_vm(options, value);
        return 0;
    case ARGP_KEY_ARG:
        take_image(options, value);
        return 0;
    case KEY_FOR:
        take_duration("--for", value, &options->for_ns);
        return 0;
    case KEY_STUCK:
        options->stop_when_stuck = true;
        return 0;
    case KEY_WALL:
        take_duration("--wall", value, &options->wall_ns);
        return 0;
    case KEY_TRACE:
        options->trace = true;
        options->trace_file = value;
        return 0;
    case KEY_TRACE_RECORDS:
        take_records(value, &options->trace_records);
        return 0;
    case KEY_REPORT:
        options->report_file = value;
        return 0;
    case KEY_SUMMARY:
        take_summary(value, &options->summary);
        return 0;
    case KEY_DRY_RUN:
        options->dry_run = true;
        return 0;
    case KEY_GDB:
        options->gdb_socket = value;
        return 0;
    case KEY_BUNDLE:
        options->bundle = value;
        return 0;
    case KEY_WAIT:
        options->wait_for_gdb = true;
        return 0;
    default:
        return take_hypervisor(key, value, options);
    }
}

void run_options_parse(int argc, char **argv, struct run_options *options)
{
    static const struct argp parser = {
        choices,
        take,
        "[FILE...]",
        "Boots guests under the hypervisor and tells at the end how each fared.\v"
        "On a terminal, Ctrl-A and a key: 0-9 that VM, n the next, h the hypervisor's own "
        "console, ? help, x end (twice: at once).\n\n"
        "Exit status: 0 all VMs ended well (exit code 0 or an orderly shutdown); 1 some VM ended "
        "badly; 2 wrong use or bad input; 3 the hypervisor panicked, QEMU died or --wall ran out; "
        "124 the time of --for ran out.",
        0,
        0,
        0};
    argp_parse(&parser, argc, argv, 0, NULL, options);
}
