/* After the run: the rest of log and trace, and what is found by holding them together. */
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

/* After the end: the rest of the log and of the trace, and the verdict on their truth. */
void observer_settle(struct observer *observer)
{
    struct observation *seen = observer->seen;
    bool cut = seen->end != OBSERVER_SHUTDOWN;

    qemu_kill(&seen->qemu);
    observer_log_finish(observer);
    observer_complaint(seen);
    seen->stray = observer->log.stray;
    seen->instructions = observer->log.instructions;
    seen->hgatp_count = observer->log.hgatp_count;
    memcpy(seen->hgatps, observer->log.hgatps, sizeof(seen->hgatps));
    observer_follow(observer, true);
    event_list_sort(&seen->told);
    if (observer->options->traps && observer->options->told && observer->trace_open &&
        !seen->seen_error[0] && !seen->told_error[0])
        truth_compare(&seen->told, &seen->seen, cut, &seen->truth);
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
    symbols_close(seen->hypervisor);
    seen->hypervisor = NULL;
}
