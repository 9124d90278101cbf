/* After the run: the rest of log and trace, and what is found by holding them together. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "machine/observer_parts.h"

void observer_complaint(struct observation *seen)
{
    struct buffer complaint = {0};

    qemu_complaint(&seen->qemu, &complaint);
    snprintf(seen->complaint, sizeof(seen->complaint), "%s", buffer_string(&complaint));
    buffer_free(&complaint);
}

/* The signal that killed QEMU, also as a sandbox's own exit status tells it; 0: none. */
static int killer(const struct observation *seen)
{
    return seen->status < 0 ? -seen->status : seen->status > 128 ? seen->status - 128 : 0;
}

/* A signal that QEMU gives itself when it fails, as it may on what runs in it. */
static bool is_crash(int signal)
{
    return signal == SIGABRT || signal == SIGSEGV || signal == SIGFPE || signal == SIGILL ||
           signal == SIGTRAP;
}

static void end_is(struct observation *seen, enum observer_end end, const char *why)
{
    seen->end = end;
    snprintf(seen->why, sizeof(seen->why), "%s", why);
}

/*
 * What the whole log says of how QEMU ended. The plugin's marks tell QEMU's own exits from being
 * killed, and coach's deadline from an exit that the program asked for.
 */
static void settle_end(struct observer *observer)
{
    struct observation *seen = observer->seen;
    const struct traplog *log = &observer->log;
    bool ended = seen->end == OBSERVER_SHUTDOWN || seen->end == OBSERVER_FAILURE ||
                 seen->end == OBSERVER_DIED;
    int signal = killer(seen);

    if (!log->marks || log->error[0])
        return;
    if (ended && log->deadline)
        end_is(seen, OBSERVER_LIMIT, "still ran at its deadline");
    else if (log->armed && observer->qmp.watchdog)
        end_is(seen, OBSERVER_OVERRUN, "the board's watchdog was driven, which is the harness's");
    else if (!ended || log->exits || !signal)
        return;
    else if (is_crash(signal) && log->instructions)
        end_is(seen, OBSERVER_OVERRUN, "QEMU crashed on what the program did");
    else
        end_is(seen, OBSERVER_DIED, "QEMU was killed");
    if (signal && !log->exits && !log->deadline)
        snprintf(seen->why + strlen(seen->why), sizeof(seen->why) - strlen(seen->why),
                 " (signal %d, %s)", signal, strsignal(signal));
}

/* After the end: the rest of the log and of the trace, and the verdict on their truth. */
void observer_settle(struct observer *observer)
{
    struct observation *seen = observer->seen;

    qemu_kill(&seen->qemu);
    observer_log_finish(observer);
    settle_end(observer);
    observer_complaint(seen);
    seen->stray = observer->log.stray;
    seen->instructions = observer->log.instructions;
    seen->hgatp_count = observer->log.hgatp_count;
    memcpy(seen->hgatps, observer->log.hgatps, sizeof(seen->hgatps));
    observer_follow(observer, true);
    event_list_sort(&seen->told);
    if (observer->options->traps && observer->options->told && observer->trace_open &&
        !seen->seen_error[0] && !seen->told_error[0])
        truth_compare(&seen->told, &seen->seen, seen->end != OBSERVER_SHUTDOWN, &seen->truth);
    bool done = observer->done;
    observer_call(observer, OBSERVER_FINISHED, NULL, 0, 0, 0);
    observer->done = done;
}

bool observation_monitor(const struct observation *seen, struct monitor *monitor)
{
    uint64_t address;

    if (!seen->hypervisor || !symbols_find(seen->hypervisor, "monitor", &address, NULL) ||
        !ram_copy(&seen->ram, address, monitor, sizeof(*monitor)))
        return false;
    return memcmp(monitor->magic, MONITOR_MAGIC, sizeof(monitor->magic)) == 0 &&
           monitor->version == MONITOR_VERSION && monitor->vm_count <= MONITOR_MAX_VMS;
}

void observation_free(struct observation *seen)
{
    event_list_free(&seen->told);
    event_list_free(&seen->seen);
    ram_close(&seen->ram);
    qemu_stop(&seen->qemu);
    observer_model_free(seen);
    symbols_close(seen->hypervisor);
    seen->hypervisor = NULL;
}
