/* `coach audit`: who can reach which memory, on a machine that runs, or on a saved one. */
#include <argp.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/command.h"
#include "bundle/pack.h"
#include "command.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "lib/terminal.h"

#define DEFAULT_FOR_NS (1000ull * 1000000)
#define DEFAULT_EVERY  (10ull * 1000000)

#define MOST_DESCRIPTORS 256

enum {
    KEY_HYPERVISOR = 0x100,
    KEY_APPEND,
    KEY_FOR,
    KEY_EVERY,
    KEY_PID,
    KEY_RAM,
    KEY_HGATP,
    KEY_GDB,
    KEY_MAP
};

static const struct argp_option options[] = {
    {0, 0, 0, 0,
     "A machine to run (deterministic, audited at each first entry and on the way):", 1},
    {"vm", 'v', "KEY=VALUE,...", 0, "Add a VM, as for `coach run`", 1},
    {"memory", 'm', "SIZE", 0, "RAM of the machine (256M)", 1},
    {"cpu", 'c', "MODEL", 0, "CPU as QEMU names it (rv64)", 1},
    {"append", KEY_APPEND, "TEXT", 0, "Options for the hypervisor", 1},
    {"for", KEY_FOR, "TIME", 0, "Machine time to run at most (1s)", 1},
    {"every", KEY_EVERY, "N", 0, "Audit also every N instructions (10000000; 0: not)", 1},
    {0, 0, 0, 0, "Or one that runs already, or has been saved:", 2},
    {"pid", KEY_PID, "PID", 0, "The `coach run` that runs it", 2},
    {"ram", KEY_RAM, "FILE", 0, "Or the file that backs its RAM", 2},
    {"hgatp", KEY_HGATP, "VALUE", 0,
     "A second stage to audit (may be repeated; without: every VM's, found in RAM)", 2},
    {"gdb", KEY_GDB, "SOCKET", 0,
     "Ask the debugger's stub there for each hart's hgatp; the machine stands meanwhile", 2},
    {0, 0, 0, 0, "Both:", 3},
    {"hypervisor", KEY_HYPERVISOR, "ELF", 0, "The hypervisor (default: built beside coach)", 3},
    {"map", KEY_MAP, "text|svg|none", 0, "How to draw who owns what (text)", 3},
    {"output", 'o', "FILE", 0, "Write the map to FILE (- is standard output)", 3},
    {0},
};

static void need(int status, const char *option, struct error *error)
{
    if (status == 0)
        return;
    error_prefix(error, "%s", option);
    exit(error_report(error));
}

static void take_map(struct audit_arguments *arguments, const char *value, struct argp_state *state)
{
    if (strcmp(value, "text") == 0)
        arguments->map = AUDIT_MAP_TEXT;
    else if (strcmp(value, "svg") == 0)
        arguments->map = AUDIT_MAP_SVG;
    else if (strcmp(value, "none") == 0)
        arguments->map = AUDIT_MAP_NONE;
    else
        argp_error(state, "--map=%s: expected text, svg or none", value);
}

static void take_hgatp(struct audit_arguments *arguments, const char *value,
                       struct argp_state *state)
{
    char *end;
    uint64_t hgatp = strtoull(value, &end, 16);

    if (end == value || *end || arguments->hgatps == AUDIT_VMS)
        argp_error(state, "--hgatp=%s: expected a hexadecimal number, at most %d of them", value,
                   AUDIT_VMS);
    arguments->hgatp[arguments->hgatps++] = hgatp;
}

/* The process's RAM of a machine is a nameless file. */
static int find_ram(struct audit_arguments *arguments, const char *value, struct error *error)
{
    uint64_t pid;
    char link[64];

    if (number_parse("process", value, 1, INT32_MAX, &pid, error) != 0)
        return -1;
    for (unsigned fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        snprintf(arguments->ram_of_pid, sizeof(arguments->ram_of_pid), "/proc/%s/fd/%u", value, fd);
        ssize_t length = readlink(arguments->ram_of_pid, link, sizeof(link) - 1);
        link[length > 0 ? length : 0] = '\0';
        if (strncmp(link, "/memfd:ram", strlen("/memfd:ram")) != 0)
            continue;
        arguments->ram = arguments->ram_of_pid;
        return 0;
    }
    return error_set(error, "process %s runs no machine that can be looked at", value);
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct audit_arguments *arguments = state->input;
    struct error error;

    switch (key) {
    case 'v':
        need(vm_list_add(&arguments->vms, value, &error), "--vm", &error);
        return 0;
    case 'm':
        need(size_parse(value, &arguments->memory, &error), "--memory", &error);
        return 0;
    case 'c':
        arguments->cpu = value;
        return 0;
    case KEY_APPEND:
        arguments->append = value;
        return 0;
    case KEY_FOR:
        need(duration_parse(value, &arguments->for_ns, &error), "--for", &error);
        return 0;
    case KEY_EVERY:
        need(number_parse("instructions", value, 0, UINT64_MAX, &arguments->every, &error),
             "--every", &error);
        return 0;
    case KEY_PID:
        need(find_ram(arguments, value, &error), "--pid", &error);
        return 0;
    case KEY_RAM:
        arguments->ram = value;
        return 0;
    case KEY_HGATP:
        take_hgatp(arguments, value, state);
        return 0;
    case KEY_GDB:
        arguments->gdb = value;
        return 0;
    case KEY_HYPERVISOR:
        arguments->hypervisor = value;
        return 0;
    case KEY_MAP:
        take_map(arguments, value, state);
        return 0;
    case 'o':
        arguments->output = value;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "\"%s\": no such argument; VMs are given by --vm", value);
        return EINVAL;
    case ARGP_KEY_END:
        if (!arguments->ram == !arguments->vms.count)
            argp_error(state, "either --vm (run a machine) or --ram or --pid (look at one)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_map(const struct audit_arguments *arguments, const struct audit_input *input,
                     const struct audit_report *report, struct error *error)
{
    struct buffer map = {0};
    const char *path = arguments->output ? arguments->output : "-";

    if (arguments->map == AUDIT_MAP_TEXT)
        audit_map_text(input, report, &map);
    if (arguments->map == AUDIT_MAP_SVG)
        audit_map_svg(input, report, &map);
    int status = map.length ? file_write(path, map.data, map.length, error) : 0;
    buffer_free(&map);
    return status;
}

int audit_show(const struct audit_arguments *arguments, const struct audit_input *input,
               const struct audit_report *report, struct error *error)
{
    struct buffer text = {0};
    enum colour colour = report->holds ? COLOUR_GREEN : COLOUR_RED;

    if (write_map(arguments, input, report, error) != 0)
        return -1;
    audit_sentence(input, report, &text);
    printf("%s%s%s\n", colour_begin(stdout, colour), buffer_string(&text), colour_end(stdout));
    for (size_t i = 1; i < report->findings && i < 10; i++) {
        text.length = 0;
        audit_describe(input, &report->finding[i], &text);
        printf("  %s\n", buffer_string(&text));
    }
    if (report->findings > 10)
        printf("  … and %zu more\n", report->findings - 10);
    buffer_free(&text);
    return 0;
}

static int audit_command(int argc, char **argv)
{
    static const struct argp argp = {
        options,
        parse_option,
        NULL,
        "Audits isolation: walks every second stage, all levels, every leaf, and holds it against "
        "who owns what.\v"
        "Exit status: 0 isolation holds; 1 it is broken; 2 wrong use; 3 it could not be told.",
        NULL,
        NULL,
        NULL};
    struct audit_arguments arguments = {
        .memory = 256ull << 20, .cpu = "rv64", .for_ns = DEFAULT_FOR_NS, .every = DEFAULT_EVERY};
    struct error error;
    bool holds = false;

    argp_parse(&argp, argc, argv, 0, NULL, &arguments);
    char *beside = arguments.hypervisor ? NULL : hypervisor_beside();
    if (beside)
        arguments.hypervisor = beside;
    int status = arguments.ram ? audit_saved(&arguments, &holds, &error)
                               : audit_running(&arguments, &holds, &error);
    vm_list_free(&arguments.vms);
    free(beside);
    if (status != 0)
        return error_report(&error);
    return holds ? COACH_OK : COACH_FAILED;
}

COACH_COMMAND(audit, audit_command, "audit the isolation of a machine's VMs and draw its memory");
