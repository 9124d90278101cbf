/* Reading the monitor: checked, cleaned, and put in words. */
#include "monitor/monitor.h"

#include <inttypes.h>
#include <string.h>

#include "abi/sbi.h"
#include "abi/trace.h"

/* What a hostile or broken hypervisor left must not reach a terminal as control characters. */
static void clean(char *text, size_t room)
{
    text[room - 1] = '\0';
    for (char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
            *c = '?';
    }
}

int monitor_read(const struct ram *ram, uint64_t at, struct monitor *copy, struct error *error)
{
    if (!ram_copy(ram, at, copy, sizeof(*copy)))
        return error_fault(error, "the hypervisor's monitor at %#" PRIx64 " is outside of RAM", at);
    if (memcmp(copy->magic, MONITOR_MAGIC, sizeof(copy->magic)) != 0)
        return error_fault(error, "no monitor at %#" PRIx64 ": the hypervisor did not get so far",
                           at);
    if (copy->version != MONITOR_VERSION)
        return error_fault(error, "monitor of version %u, expected %d", copy->version,
                           MONITOR_VERSION);
    if (copy->vm_count > MONITOR_MAX_VMS)
        return error_fault(error, "monitor of %u VMs, at most %d are possible", copy->vm_count,
                           MONITOR_MAX_VMS);
    for (unsigned i = 0; i < MONITOR_MAX_VMS; i++) {
        clean(copy->vm[i].name, sizeof(copy->vm[i].name));
        clean(copy->vm[i].why, sizeof(copy->vm[i].why));
    }
    return 0;
}

bool panic_read(const struct ram *ram, uint64_t at, struct panic_report *copy)
{
    if (!ram_copy(ram, at, copy, sizeof(*copy)) ||
        memcmp(copy->magic, PANIC_MAGIC, sizeof(copy->magic)) != 0)
        return false;
    clean(copy->message, sizeof(copy->message));
    return true;
}

uint64_t panic_place(const struct panic_report *report, int index)
{
    bool exact = index == 0 && report->trapped != 0;
    return report->backtrace[index] - (exact ? 0 : 1);
}

bool vm_ended_well(const struct monitor_vm *vm)
{
    switch (vm->end) {
    case VM_END_EXIT:
        return vm->end_code == 0;
    case VM_END_SHUTDOWN:
        return vm->end_code == SBI_SRST_REASON_NONE;
    default:
        return vm->end == VM_END_KILLED;
    }
}

static void describe_shutdown(const struct monitor_vm *vm, struct buffer *out)
{
    if (vm->end_code == SBI_SRST_REASON_NONE)
        buffer_text(out, "shutdown");
    else if (vm->end_code == SBI_SRST_REASON_FAILURE)
        buffer_text(out, "shutdown after a failure");
    else
        buffer_printf(out, "shutdown, reason %" PRIu64, vm->end_code);
}

void vm_end_describe(const struct monitor_vm *vm, struct buffer *out)
{
    switch (vm->end) {
    case VM_END_NONE:
        buffer_text(out, vm->state == VM_STATE_PAUSED ? "paused" : "still running");
        return;
    case VM_END_EXIT:
        buffer_printf(out, "exit code %" PRIu64, vm->end_code);
        return;
    case VM_END_SHUTDOWN:
        describe_shutdown(vm, out);
        return;
    case VM_END_GUEST_FAULT:
        buffer_printf(out, "guest fault: %s", vm->why);
        return;
    case VM_END_KILLED:
        buffer_text(out, "ended by the operator");
        return;
    case VM_END_NO_MEMORY:
        buffer_text(out, "no memory left for it");
        return;
    case VM_END_STOPPED:
        buffer_text(out, "all of its vCPUs have stopped");
        return;
    default:
        buffer_printf(out, "end %u, which is unknown", vm->end);
    }
}

uint32_t monitor_cause(unsigned index)
{
    if (index < MONITOR_EXCEPTIONS)
        return index;
    return TRACE_CAUSE_INTERRUPT | (index - MONITOR_EXCEPTIONS);
}

uint64_t monitor_elapsed(const struct monitor *monitor)
{
    uint64_t last = monitor->boot_ticks;
    for (unsigned i = 0; i < monitor->vm_count; i++) {
        const struct monitor_vm *vm = &monitor->vm[i];
        if (vm->state != VM_STATE_FREE && vm->end == VM_END_NONE)
            return 0;
        if (vm->ended_ticks > last)
            last = vm->ended_ticks;
    }
    return last - monitor->boot_ticks;
}

static bool lives_at(const struct monitor_vm *vm, uint64_t tick)
{
    return vm->state != VM_STATE_FREE && vm->created_ticks <= tick &&
           (vm->end == VM_END_NONE || tick < vm->ended_ticks);
}

/* The first birth or end of a VM after `tick`, or `last`. */
static uint64_t next_change(const struct monitor *monitor, uint64_t tick, uint64_t last)
{
    uint64_t next = last;
    for (unsigned i = 0; i < monitor->vm_count; i++) {
        const struct monitor_vm *vm = &monitor->vm[i];
        if (vm->created_ticks > tick && vm->created_ticks < next)
            next = vm->created_ticks;
        if (vm->ended_ticks > tick && vm->ended_ticks < next)
            next = vm->ended_ticks;
    }
    return next;
}

/* Adds what each VM is entitled to in a time in which none is born or ends; its ticks, or 0. */
static double add_interval(const struct monitor *monitor, uint64_t from, uint64_t to, double *share)
{
    double weights = 0, ticks = (double)(to - from);
    for (unsigned i = 0; i < monitor->vm_count; i++)
        weights += lives_at(&monitor->vm[i], from) ? monitor->vm[i].weight : 0;
    for (unsigned i = 0; i < monitor->vm_count && weights > 0; i++) {
        const struct monitor_vm *vm = &monitor->vm[i];
        if (!lives_at(vm, from))
            continue;
        double part = vm->weight / weights;
        if (vm->cap != 0 && part > vm->cap / 100.0)
            part = vm->cap / 100.0;
        share[i] += part * ticks;
    }
    return weights > 0 ? ticks : 0;
}

/* The hypervisor has counted what came of all lives up to the last birth or end. */
void monitor_wanted(const struct monitor *monitor, uint64_t elapsed, double *share)
{
    double ticks = (double)monitor->claimed_ticks;
    uint64_t last = monitor->boot_ticks + elapsed, next;
    uint64_t counted = monitor->claims_until ? monitor->claims_until : monitor->boot_ticks;
    memset(share, 0, MONITOR_MAX_VMS * sizeof(*share));
    for (unsigned i = 0; i < monitor->vm_count; i++)
        share[i] = (double)monitor->vm[i].claim_ticks;
    for (uint64_t tick = counted; tick < last; tick = next) {
        next = next_change(monitor, tick, last);
        ticks += add_interval(monitor, tick, next, share);
    }
    for (unsigned i = 0; i < monitor->vm_count && ticks > 0; i++)
        share[i] /= ticks;
}
