/* The run of a watched machine: started, listened to, called back, ended, and what was found. */
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/channel.h"
#include "machine/observer_parts.h"

#define TURN_MS 5 /* longest wait between two looks at the trace */
#define CALL_MS 120000
#define TICK_NS (1000000000ull / QEMU_TIMEBASE_HZ)

void observer_end(struct observer *observer, enum observer_end end, const char *format, ...)
{
    va_list arguments;

    if (observer->done)
        return;
    observer->done = true;
    observer->seen->end = end;
    va_start(arguments, format);
    vsnprintf(observer->seen->why, sizeof(observer->seen->why), format, arguments);
    va_end(arguments);
}

void observer_call(struct observer *observer, enum observer_stop stop, struct gdb *gdb,
                   unsigned hart, uint64_t pc, uint64_t hgatp)
{
    const struct observer_options *options = observer->options;
    struct observation *seen = observer->seen;
    struct observer_view view = {.stop = stop,
                                 .hart = hart,
                                 .instructions = observer->log.instructions,
                                 .ram = &seen->ram,
                                 .hypervisor = seen->hypervisor,
                                 .gdb = gdb,
                                 .pc = pc,
                                 .hgatp = hgatp,
                                 .hgatps = observer->log.hgatps,
                                 .hgatp_count = observer->log.hgatp_count};

    if (options->on_stop && !options->on_stop(&view, options->argument))
        observer_end(observer, OBSERVER_STOPPED, "stopped by the check");
}

static int read_hypervisor(struct observer *observer, struct error *error)
{
    const char *path = observer->options->machine.hypervisor;
    struct symbols *symbols = symbols_open(path, error);

    if (!symbols)
        return -1;
    observer->seen->hypervisor = symbols;
    symbols_extent(symbols, &observer->image_from, &observer->image_to);
    symbols_find(symbols, "trace_header", &observer->trace_header, NULL);
    symbols_find(symbols, "monitor", &observer->monitor, NULL);
    if (!symbols_find(symbols, "trap_vector", &observer->vector, NULL) && observer->options->traps)
        return error_set(error, "%s: no symbol trap_vector: traps cannot be watched", path);
    return 0;
}

static int start(struct observer *observer, struct error *error)
{
    const struct observer_options *options = observer->options;
    struct observation *seen = observer->seen;
    struct qemu_options machine = options->machine;

    machine.qmp = true;
    machine.gdb = options->breakpoint_count > 0;
    machine.stopped = true;
    if (options->limit_ticks)
        machine.deadline_ns = options->limit_ticks * TICK_NS;
    machine.deadline_ends = !machine.gdb;
    if (options->traps && observer_log_prepare(observer, &machine, error) != 0)
        return -1;
    if (qemu_start(&seen->qemu, &machine, error) != 0)
        return -1;
    if (options->traps && observer_log_start(observer, error) != 0)
        return -1;
    if (ram_open(&seen->ram, seen->qemu.ram_fd, QEMU_RAM_BASE, seen->qemu.ram_bytes, error) != 0)
        return -1;
    if (!qmp_open(&observer->qmp, seen->qemu.qmp_fd, CALL_MS))
        return error_fault(error, "%s", observer->qmp.error);
    if (machine.gdb && !observer_gdb_start(observer))
        return error_fault(error, "%s", observer->gdb.error);
    if (!machine.gdb && !qmp_command(&observer->qmp, "cont"))
        return error_fault(error, "%s", observer->qmp.error);
    return 0;
}

/* Until the hypervisor has set its header up, there is none, and no error. */
void observer_follow(struct observer *observer, bool last)
{
    struct observation *seen = observer->seen;
    struct error error;

    if (!observer->options->told || !observer->trace_header || seen->told_error[0])
        return;
    if (!observer->trace_open) {
        observer->trace_open =
            trace_reader_open(&observer->trace, &seen->ram, observer->trace_header, &error) == 0;
        if (!observer->trace_open && last)
            snprintf(seen->told_error, sizeof(seen->told_error), "%.*s",
                     (int)sizeof(seen->told_error) - 1, error.text);
    }
    if (!observer->trace_open)
        return;
    observer->trace.still = last;
    seen->timebase_hz = observer->trace.last.timebase_hz;
    if (trace_reader_poll(&observer->trace, &seen->told, &error) != 0)
        snprintf(seen->told_error, sizeof(seen->told_error), "%.*s",
                 (int)sizeof(seen->told_error) - 1, error.text);
}

static bool complains_of(const struct observer *observer, const char *words)
{
    struct buffer complaint = {0};

    qemu_complaint(&observer->seen->qemu, &complaint);
    bool found = strstr(buffer_string(&complaint), words) != NULL;
    buffer_free(&complaint);
    return found;
}

static bool nothing_is_armed(const struct observer *observer)
{
    return complains_of(observer, "no active timers");
}

/* By itself, not because the machine was switched off with a failure. */
static bool gave_up(const struct observer *observer)
{
    return complains_of(observer, "qemu-system") && !nothing_is_armed(observer);
}

/*
 * What QMP says is heard, and nothing is asked while the machine runs: under icount, whatever
 * wakes QEMU's main loop may let its clock leap before a hart that falls idle has accounted for
 * its last instructions, and every later timer then comes some ticks off.
 */
static void listen_to(struct observer *observer)
{
    const struct observer_options *options = observer->options;

    qmp_poll(&observer->qmp); /* when it has ended, its process tells how */
    if (observer->qmp.watchdog)
        observer_end(observer, OBSERVER_LIMIT, "still ran at its deadline");
    else if (!options->limit_ticks && nothing_is_armed(observer))
        observer_end(observer, OBSERVER_STUCK, "every hart waits and no timer is armed");
    else if (options->on_turn && !options->on_turn(options->argument))
        observer_end(observer, OBSERVER_STOPPED, "stopped by the check");
}

static void on_process_end(struct observer *observer)
{
    struct observation *seen = observer->seen;
    struct process_end end;

    if (qemu_wait(&seen->qemu, 1000, &end) != 1)
        return;
    seen->status = end.exited ? end.status : -end.signal;
    qmp_poll(&observer->qmp); /* its last events */
    if (observer->qmp.watchdog)
        observer_end(observer, OBSERVER_LIMIT, "still ran at its deadline");
    else if (strcmp(observer->qmp.shutdown_reason, "host-signal") == 0)
        observer_end(observer, OBSERVER_DIED, "QEMU was ended from outside");
    else if (!end.exited)
        observer_end(observer, OBSERVER_DIED, "QEMU was killed by signal %d", end.signal);
    else if (end.status == 0)
        observer_end(observer, OBSERVER_SHUTDOWN, "the machine was switched off");
    else if (end.status == 1 && gave_up(observer))
        observer_end(observer, OBSERVER_DIED, "QEMU gave up with status %d", end.status);
    else
        observer_end(observer, OBSERVER_FAILURE, "the machine was switched off with failure %d",
                     end.status);
}

static void run(struct observer *observer)
{
    struct qemu *qemu = &observer->seen->qemu;
    uint64_t begin = channel_now();

    while (!observer->done) {
        struct pollfd entry[3] = {
            {.fd = qemu->pid_fd, .events = POLLIN},
            {.fd = observer->gdb_open ? qemu->gdb_fd : -1, .events = POLLIN},
            {.fd = observer->notice, .events = POLLIN},
        };

        poll(entry, 3, TURN_MS);
        observer_follow(observer, false);
        if (entry[2].revents)
            observer_log_answer(observer);
        if (entry[1].revents && !observer->done)
            observer_gdb_stop(observer);
        if (entry[0].revents)
            on_process_end(observer);
        if (!observer->done)
            listen_to(observer);
        if (channel_now() - begin > observer->options->wall_ms)
            observer_end(
                observer, OBSERVER_WALL,
                "QEMU was not given its processor time within %u s: this backstop is for a "
                "machine that is busy with other things, or broken",
                observer->options->wall_ms / 1000);
    }
}

int observer_run(const struct observer_options *options, struct observation *seen,
                 struct error *error)
{
    struct observer *observer = allocate(1, sizeof(*observer));

    *seen = (struct observation){.timebase_hz = QEMU_TIMEBASE_HZ};
    seen->qemu = (struct qemu){.pid_fd = -1,
                               .ram_fd = -1,
                               .qmp_fd = -1,
                               .gdb_fd = -1,
                               .console_in_fd = -1,
                               .console_out_fd = -1,
                               .complaint_fd = -1};
    seen->ram.file = -1;
    observer->options = options;
    observer->seen = seen;
    observer->notice = -1;
    observer->log_pipe[0] = observer->log_pipe[1] = -1;
    observer->hold_pipe[0] = observer->hold_pipe[1] = -1;
    observer->model_fd = -1;
    pthread_mutex_init(&observer->lock, NULL);
    int status = read_hypervisor(observer, error);
    if (status == 0)
        status = start(observer, error);
    if (status == 0) {
        run(observer);
        observer_settle(observer);
    } else {
        struct error first = *error;

        observer_complaint(seen);
        bool killed = qemu_was_killed(&seen->qemu, &first);
        qemu_kill(&seen->qemu);
        observer_log_finish(observer);
        *error = first;
        if (seen->complaint[0] && !killed)
            error_fault(error, "%.200s (%.200s)", first.text, seen->complaint);
        observation_free(seen);
    }
    gdb_close(&observer->gdb);
    pthread_mutex_destroy(&observer->lock);
    free(observer);
    return status;
}
