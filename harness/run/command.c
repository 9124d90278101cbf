/* `coach run`: packs the VMs, starts the machine, relays its console, tells how it ended. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/monitor.h"
#include "audit/watch.h"
#include "bundle/pack.h"
#include "command.h"
#include "lib/file.h"
#include "lib/terminal.h"
#include "machine/qemu.h"
#include "machine/qmp.h"
#include "machine/ram.h"
#include "run/keyboard.h"
#include "run/options.h"
#include "run/relay.h"
#include "run/report.h"
#include "symbols/symbols.h"

#define QMP_TIMEOUT_MS 20000
#define PIPE_LIMIT_NS  60000000000ull /* in a pipe, unless --for says otherwise */
#define LEAST_MACHINE  (256ull << 20)
#define MACHINE_STEP   (64ull << 20)
#define FOR_UNSET      UINT64_MAX

/* One run from the command line to its status. */
struct session {
    struct audit_watch *watch; /* NULL: isolation is not watched */
    struct run_options options;
    struct qemu_options machine;
    struct buffer append;
    char *hypervisor;
    bool interactive;
    struct error error;
};

/* Enough for the VMs' memory, the bundle that they are copied from, and the hypervisor. */
static uint64_t machine_memory(const struct vm_list *vms, uint64_t bundle_bytes)
{
    uint64_t needed = bundle_bytes + MACHINE_STEP;
    for (unsigned i = 0; i < vms->count; i++)
        needed += vms->vm[i].memory;
    needed = (needed + MACHINE_STEP - 1) & ~(MACHINE_STEP - 1);
    return needed > LEAST_MACHINE ? needed : LEAST_MACHINE;
}

static int check_promises(const struct session *session, struct error *error)
{
    uint64_t promised = 0;
    const struct vm_list *vms = &session->options.vms;
    for (unsigned i = 0; i < vms->count; i++)
        promised += vms->vm[i].manual ? 0 : vms->vm[i].memory;
    if (promised >= session->options.memory)
        return error_set(error,
                         "the VMs ask for %" PRIu64 " MiB together, --memory gives the "
                         "machine %" PRIu64 " MiB",
                         promised >> 20, session->options.memory >> 20);
    return 0;
}

static void write_append(struct session *session)
{
    const struct run_options *options = &session->options;
    struct buffer *append = &session->append;
    const char *console = options->console;
    if (console == NULL && session->interactive)
        console = "focus";
    if (options->trace)
        buffer_text(append, "trace=on ");
    if (options->trace_records != 0)
        buffer_printf(append, "trace_records=%" PRIu64 " ", options->trace_records);
    if (options->scheduler != NULL)
        buffer_printf(append, "sched=%s ", options->scheduler);
    if (options->slice_us != 0)
        buffer_printf(append, "slice=%" PRIu64 " ", options->slice_us);
    if (console != NULL)
        buffer_printf(append, "console=%s ", console);
    if (options->append != NULL)
        buffer_text(append, options->append);
    while (append->length > 0 && append->data[append->length - 1] == ' ')
        append->data[--append->length] = '\0';
}

/* A ready bundle goes to the hypervisor unread: judging it is the hypervisor's business. */
static int take_bundle(struct session *session)
{
    struct run_options *options = &session->options;
    if (options->vms.count != 0)
        return error_set(&session->error, "--bundle brings its own VMs; leave out the others");
    session->machine.bundle = options->bundle;
    if (options->memory == 0)
        options->memory = LEAST_MACHINE;
    return 0;
}

static int pack(struct session *session)
{
    struct run_options *options = &session->options;
    if (options->bundle != NULL)
        return take_bundle(session);
    struct pack_options pack = {.sstc = cpu_has_sstc(options->cpu)};
    if (vm_specs_name(options->vms.vm, options->vms.count, &session->error) != 0)
        return -1;
    if (options->memory != 0 && check_promises(session, &session->error) != 0)
        return -1;
    int fd = bundle_pack_nameless(options->vms.vm, options->vms.count, &pack, &session->error);
    if (fd < 0)
        return -1;
    off_t bytes = lseek(fd, 0, SEEK_END);
    session->machine.bundle_fd = fd;
    if (options->memory == 0)
        options->memory = machine_memory(&options->vms, (uint64_t)bytes);
    return 0;
}

static void describe_machine(struct session *session)
{
    const struct run_options *options = &session->options;
    struct qemu_options *machine = &session->machine;
    write_append(session);
    machine->cpu = options->cpu;
    machine->memory = options->memory;
    machine->harts = (unsigned)options->harts;
    machine->hypervisor = session->hypervisor;
    machine->append = buffer_string(&session->append);
    machine->deterministic = options->icount;
    machine->seed = options->seed;
    machine->gdb_socket = options->gdb_socket;
    machine->deadline_ns = options->icount ? options->for_ns : 0;
    machine->deadline_ends = true;
    machine->stopped = true;
    machine->qmp = true;
    machine->console = QEMU_CONSOLE_PIPES;
}

/* The clock, once the machine stands still or has met its deadline; 0: it cannot be asked. */
static uint64_t stop_clock(const struct session *session, struct qmp *qmp)
{
    uint64_t ticks = 0;
    if (qmp->watchdog)
        return session->machine.deadline_ns / (1000000000 / QEMU_TIMEBASE_HZ);
    if (!qmp_command(qmp, "stop"))
        return 0;
    return qmp_board_time(qmp, &ticks) ? ticks : 0;
}

static int input_of(const struct session *session)
{
    if (session->interactive)
        return STDIN_FILENO;
    return isatty(STDIN_FILENO) ? -1 : STDIN_FILENO;
}

/* Where the monitor will stand in the machine's RAM; NULL for a hypervisor without one. */
static const volatile char *find_monitor(const struct session *session, const struct ram *ram)
{
    uint64_t at;
    struct symbols *symbols = symbols_open(session->hypervisor, NULL);
    if (symbols == NULL)
        return NULL;
    bool known = symbols_find(symbols, "monitor", &at, NULL);
    symbols_close(symbols);
    return known ? ram_at(ram, at, sizeof(struct monitor)) : NULL;
}

static int relay(struct session *session, struct qemu *qemu, struct qmp *qmp,
                 struct run_outcome *outcome)
{
    struct ram ram;
    if (ram_open(&ram, qemu->ram_fd, QEMU_RAM_BASE, qemu->ram_bytes, &session->error) != 0)
        return -1;
    struct relay relay = {.qemu = qemu,
                          .qmp = qmp,
                          .input = input_of(session),
                          .interactive = session->interactive,
                          .monitor_magic = find_monitor(session, &ram),
                          .limit_ns = session->options.icount ? 0 : session->options.for_ns};
    if (session->interactive) {
        fputs("Keys: Ctrl-A, then 0-9 VM, n next, h hypervisor, ? help, x end\n", stderr);
        keyboard_take(STDIN_FILENO);
    }
    int end = relay_run(&relay, &session->error);
    keyboard_give_back();
    ram_close(&ram);
    if (end < 0)
        return -1;
    *outcome = (struct run_outcome){.end = (enum relay_end)end, .signal = relay.signal};
    if (end == RELAY_ENDED)
        qemu_wait(qemu, -1, &outcome->process);
    else
        outcome->board_ticks = stop_clock(session, qmp);
    return 0;
}

/* QEMU that ends before it speaks QMP has said why on its standard error. */
static void explain_silence(struct session *session, struct qemu *qemu, const struct qmp *qmp)
{
    struct buffer complaint = {0};
    struct process_end end;
    qemu_wait(qemu, 1000, &end);
    qemu_complaint(qemu, &complaint);
    if (complaint.length != 0)
        error_fault(&session->error, "QEMU did not start: %s", buffer_string(&complaint));
    else
        error_fault(&session->error, "QEMU did not start: %s", qmp->error);
    buffer_free(&complaint);
}

static int run_machine(struct session *session, struct qemu *qemu)
{
    struct qmp *qmp = allocate(1, sizeof(*qmp));
    struct run_outcome outcome;
    struct audit_summary isolation;
    int status = -1;
    bool running = qmp_open(qmp, qemu->qmp_fd, QMP_TIMEOUT_MS) &&
                   (session->options.wait_for_gdb || qmp_command(qmp, "cont"));
    if (!running)
        explain_silence(session, qemu, qmp);
    else if (relay(session, qemu, qmp, &outcome) == 0) {
        if (session->watch != NULL) {
            audit_watch_finish(session->watch, &isolation);
            session->watch = NULL;
            outcome.isolation = &isolation;
        }
        status = run_report(qemu, session->hypervisor, &session->options, &outcome);
    }
    free(qmp);
    return status;
}

static int dry_run(const struct session *session)
{
    struct qemu_options machine = session->machine;
    struct buffer line = {0};
    machine.bundle_fd = -1;
    machine.bundle = "boot.bundle";
    qemu_command_line(&machine, &line);
    printf("# boot.bundle: coach pack -o boot.bundle, with the same --vm options\n%s\n",
           buffer_string(&line));
    buffer_free(&line);
    return COACH_OK;
}

static int run(struct session *session)
{
    struct qemu qemu;
    if (pack(session) != 0)
        return -1;
    describe_machine(session);
    if (session->options.dry_run)
        return dry_run(session);
    /* A run can do without being watched: the summary then says nothing of isolation. */
    session->watch = audit_watch_prepare(&session->machine, NULL);
    int status = qemu_start(&qemu, &session->machine, &session->error);
    if (status == 0 && session->watch != NULL)
        status = audit_watch_begin(session->watch, &qemu, &session->error);
    if (status == 0)
        status = run_machine(session, &qemu);
    qemu_stop(&qemu);
    audit_watch_finish(session->watch, NULL);
    session->watch = NULL;
    return status;
}

static void settle_defaults(struct session *session)
{
    struct run_options *options = &session->options;
    session->interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    session->hypervisor = options->hypervisor ? copy_string(options->hypervisor)
                                              : file_beside_program("hv/stagecoach.elf");
    if (options->for_ns == FOR_UNSET)
        options->for_ns = isatty(STDIN_FILENO) ? 0 : PIPE_LIMIT_NS;
    if (options->gdb_socket == NULL)
        options->wait_for_gdb = false;
}

static int run_command(int argc, char **argv)
{
    struct session *session = allocate(1, sizeof(*session));
    session->options =
        (struct run_options){.cpu = "rv64", .harts = 1, .seed = 1, .for_ns = FOR_UNSET};
    session->machine = (struct qemu_options)QEMU_OPTIONS_DEFAULT;
    run_options_parse(argc, argv, &session->options);
    settle_defaults(session);
    int status = run(session);
    if (status < 0)
        status = error_report(&session->error);
    if (session->machine.bundle_fd >= 0)
        close(session->machine.bundle_fd);
    vm_list_free(&session->options.vms);
    buffer_free(&session->append);
    free(session->hypervisor);
    free(session);
    return status;
}

COACH_COMMAND(run, run_command, "boot guests under the hypervisor");
