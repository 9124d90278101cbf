/* `coach run`: packs the VMs, starts the machine, relays its console, tells how it ended. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "abi/monitor.h"
#include "audit/watch.h"
#include "command.h"
#include "machine/qemu.h"
#include "machine/qmp.h"
#include "machine/ram.h"
#include "run/keyboard.h"
#include "run/relay.h"
#include "run/report.h"
#include "run/session.h"
#include "symbols/symbols.h"

#define QMP_TIMEOUT_MS 600000 /* a backstop, for a busy host */

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
                          .limit_ns = session->options.icount ? 0 : session->options.for_ns,
                          .wall_ns = session->options.wall_ns,
                          .processor_ns = session->options.processor_ns,
                          .notice = session->watch ? audit_watch_notice(session->watch) : -1};
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
    if (end == RELAY_STUCK)
        outcome->stuck = audit_watch_stuck(session->watch);
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

static int report(struct session *session, const struct qemu *qemu, struct run_outcome *outcome)
{
    if (session->watch != NULL) {
        audit_watch_finish(session->watch, &session->isolation,
                           session->page ? &session->page->checks[0] : NULL);
        session->watch = NULL;
        outcome->isolation = &session->isolation;
    }
    outcome->page = session->page;
    return run_report(qemu, session->hypervisor, &session->options, outcome);
}

static int run_machine(struct session *session, struct qemu *qemu)
{
    struct qmp *qmp = allocate(1, sizeof(*qmp));
    struct run_outcome outcome;
    int status = -1;
    bool running = qmp_open(qmp, qemu->qmp_fd, QMP_TIMEOUT_MS) &&
                   (session->options.wait_for_gdb || qmp_command(qmp, "cont"));
    if (!running)
        explain_silence(session, qemu, qmp);
    else if (relay(session, qemu, qmp, &outcome) == 0)
        status = report(session, qemu, &outcome);
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
    if (session_prepare(session) != 0)
        return -1;
    if (session->options.dry_run)
        return dry_run(session);
    /* A run can do without being watched: the summary then says nothing of isolation. */
    session->watch = audit_watch_prepare(&session->machine, session->options.stop_when_stuck, NULL);
    int status = qemu_start(&qemu, &session->machine, &session->error);
    if (status == 0 && session->watch != NULL)
        status = audit_watch_begin(session->watch, &qemu, &session->error);
    if (status == 0)
        status = run_machine(session, &qemu);
    qemu_stop(&qemu);
    audit_watch_finish(session->watch, NULL, NULL);
    session->watch = NULL;
    return status;
}

static int run_command(int argc, char **argv)
{
    struct session *session = session_new(argc, argv);
    relay_hold_signals();
    int status = run(session);
    if (status < 0)
        status = error_report(&session->error);
    session_free(session);
    return status;
}

COACH_COMMAND(run, run_command, "boot guests under the hypervisor");
