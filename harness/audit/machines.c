/* The machines that `coach audit` looks at: one that it runs itself, or one by its RAM file. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "audit/command.h"
#include "audit/machine.h"
#include "bundle/pack.h"
#include "machine/observer.h"

#define TICK_NS (1000000000u / QEMU_TIMEBASE_HZ)

char *hypervisor_beside(void)
{
    char program[512];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    program[length > 0 ? length : 0] = '\0';
    return format_string("%s/hv/stagecoach.elf", dirname(program));
}

/* What is kept of a run's audits: the first that finds something, else the last. */
struct watch_state {
    struct audit_input input;
    struct audit_report report;
    bool audited;
    uint64_t audits, leaves;
};

static bool on_stop(const struct observer_view *view, void *argument)
{
    struct watch_state *state = argument;
    struct audit_input input;
    struct audit_report report;

    if (state->audited && !state->report.holds)
        return false;
    audit_from_machine(&input, view->ram, view->hypervisor, view->hgatps, view->hgatp_count);
    audit_keep_names(&input, &state->input);
    if (!input.trees || audit_run(&input, &report) != 0)
        return true;
    audit_free(&state->report);
    state->input = input;
    state->report = report;
    state->audited = true;
    state->audits++;
    state->leaves += report.leaves;
    return report.holds;
}

static int show_run(const struct audit_arguments *arguments, const struct observation *seen,
                    struct watch_state *state, bool *holds, struct error *error)
{
    if (seen->end == OBSERVER_DIED || seen->end == OBSERVER_WALL)
        return error_fault(error, "the machine did not run to its end: %s", seen->why);
    if (!state->audited)
        return error_fault(error, "no guest was ever entered: %s", seen->why);
    state->input.ram = &seen->ram;
    *holds = state->report.holds;
    if (audit_show(arguments, &state->input, &state->report, error) != 0)
        return -1;
    printf("%" PRIu64 " audits, %" PRIu64 " leaf entries in all; %s\n", state->audits,
           state->leaves, seen->why);
    return 0;
}

int audit_running(const struct audit_arguments *arguments, bool *holds, struct error *error)
{
    struct observer_options options = OBSERVER_OPTIONS_DEFAULT;
    struct pack_options pack = {.sstc = cpu_has_sstc(arguments->cpu)};
    struct vm_list vms = arguments->vms;
    struct watch_state state = {0};
    struct observation seen;

    if (vm_specs_name(vms.vm, vms.count, error) != 0)
        return -1;
    int bundle = bundle_pack_nameless(vms.vm, vms.count, &pack, error);
    if (bundle < 0)
        return -1;
    options.machine.hypervisor = arguments->hypervisor;
    options.machine.bundle_fd = bundle;
    options.machine.memory = arguments->memory;
    options.machine.cpu = arguments->cpu;
    options.machine.append = arguments->append;
    options.machine.deterministic = true;
    options.machine.console = QEMU_CONSOLE_NONE;
    options.told = false;
    options.checkpoint_instructions = arguments->every;
    options.limit_ticks = arguments->for_ns / TICK_NS;
    options.on_stop = on_stop;
    options.argument = &state;
    int status = observer_run(&options, &seen, error);
    close(bundle);
    if (status != 0)
        return -1;
    status = show_run(arguments, &seen, &state, holds, error);
    audit_free(&state.report);
    observation_free(&seen);
    return status;
}

static int connect_to(const char *path, struct error *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int end = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (strlen(path) >= sizeof(address.sun_path)) {
        close(end);
        return error_set(error, "--gdb %s: the path is too long for a socket", path);
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(end, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return end;
    error_set(error, "--gdb %s: %s", path, strerror(errno));
    close(end);
    return -1;
}

/* Adds the hgatp of each hart that has one. The machine stands from here on. */
static int ask_harts(struct gdb *gdb, uint64_t *hgatps, size_t *count, struct error *error)
{
    for (unsigned hart = 0; hart < TRACE_MAX_HARTS && *count < AUDIT_VMS; hart++) {
        if (!gdb_select(gdb, hart))
            break; /* there are no more harts */
        if (!gdb_read(gdb, "hgatp", &hgatps[*count]))
            return error_fault(error, "%s", gdb->error);
        if (hgatps[*count] >> 60 != MODE_BARE)
            (*count)++;
    }
    return 0;
}

/* An audit of a file that somebody else may cut short meanwhile. */
struct job {
    struct audit_input input;
    struct audit_report report;
    const struct ram *ram;
    const struct symbols *hypervisor;
    uint64_t hgatps[AUDIT_VMS];
    size_t count;
    bool search; /* for the second stages of VMs that no hart is in */
    int status;
};

static void run_job(void *argument)
{
    struct job *job = argument;

    if (job->search)
        job->count =
            audit_find_trees(job->ram, job->hypervisor, job->hgatps, job->count, AUDIT_VMS);
    audit_from_machine(&job->input, job->ram, job->hypervisor, job->hgatps, job->count);
    job->status = audit_run(&job->input, &job->report);
}

static int audit_ram(const struct audit_arguments *arguments, const struct ram *ram,
                     const uint64_t *hgatps, size_t count, bool *holds, struct error *error)
{
    struct job job = {.ram = ram, .count = count, .search = !arguments->hgatps, .status = -1};
    memcpy(job.hgatps, hgatps, count * sizeof(*hgatps));
    struct symbols *hypervisor = symbols_open(arguments->hypervisor, error);

    if (!hypervisor)
        return -1;
    job.hypervisor = hypervisor;
    bool whole = ram_guarded(run_job, &job);
    symbols_close(hypervisor);
    if (!whole)
        return error_fault(error, "%s: was cut short while it was read", arguments->ram);
    if (!job.input.trees)
        return error_set(error, "%s: no second stage of any VM was found", arguments->ram);
    if (job.status != 0)
        return error_fault(error, "out of memory");
    *holds = job.report.holds;
    int status = audit_show(arguments, &job.input, &job.report, error);
    audit_free(&job.report);
    return status;
}

int audit_saved(const struct audit_arguments *arguments, bool *holds, struct error *error)
{
    uint64_t hgatps[AUDIT_VMS];
    size_t count = arguments->hgatps;
    struct gdb *gdb = allocate(1, sizeof(*gdb));
    struct ram ram;
    int status = ram_open_path(&ram, arguments->ram, QEMU_RAM_BASE, error);
    int end = status == 0 && arguments->gdb ? connect_to(arguments->gdb, error) : -1;

    memcpy(hgatps, arguments->hgatp, sizeof(hgatps));
    if (status == 0 && arguments->gdb && end < 0)
        status = -1;
    if (status == 0 && end >= 0 && !gdb_open(gdb, end, 10000))
        status = error_fault(error, "%s", gdb->error);
    if (status == 0 && end >= 0)
        status = ask_harts(gdb, hgatps, &count, error);
    if (status == 0)
        status = audit_ram(arguments, &ram, hgatps, count, holds, error);
    if (end >= 0) {
        gdb_detach(gdb);
        gdb_close(gdb);
        close(end);
    }
    ram_close(&ram);
    free(gdb);
    return status;
}
