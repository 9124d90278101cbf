/* Figures about the system and its processes, for programs that show them. */
#include "boot/csr.h"
#include "boot/hart.h"
#include "lib/string.h"
#include "platform/platform.h"
#include "process/process.h"
#include "sbi/sbi.h"
#include "syscall/syscall.h"
#include "time/steal.h"
#include "time/timer.h"

static uint64_t count_processes(void)
{
    uint64_t count = 0;
    for (int i = 0; i < MAX_PROCESSES; i++)
        count += processes[i].state != STATE_FREE;
    return count;
}

static long sys_stat(struct process *process, const uint64_t *arguments)
{
    struct system_status status = {
        .uptime_us = timer_microseconds(time_now() - timer_origin),
        .idle_us = timer_microseconds(this_hart()->idle_time),
        .steal_us = steal_nanoseconds() / 1000,
        .ticks = timer_interrupts,
        .switches = this_hart()->switches,
        .pages = page_total_count(),
        .free_pages = page_free_count(),
        .processes = count_processes(),
        .implementation = (uint64_t)sbi_call(SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0).value,
        .has_steal = steal_is_told(),
        .has_sstc = platform.sstc,
    };
    bool copied = user_copy_out(&process->space, arguments[0], &status, sizeof(status));
    return copied ? 0 : -EFAULT;
}
SYSCALL(SYS_STAT, sys_stat);

static uint64_t cpu_time(const struct process *process)
{
    uint64_t running = process->state == STATE_RUNNING ? time_now() - process->switched_in : 0;
    return timer_microseconds(process->cpu_time + running);
}

static struct process *process_at(uint64_t index)
{
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state != STATE_FREE && !index--)
            return &processes[i];
    }
    return NULL;
}

static long sys_process(struct process *process, const uint64_t *arguments)
{
    const struct process *shown = process_at(arguments[0]);
    if (!shown)
        return -ENOENT;
    struct process_status status = {
        .pid = shown->pid,
        .parent = shown->parent ? shown->parent->pid : 0,
        .group = shown->group,
        .state = (int32_t)shown->state,
        .cpu_us = cpu_time(shown),
        .resident = space_resident(&shown->space),
    };
    memcpy(status.name, shown->name, sizeof(status.name));
    bool copied = user_copy_out(&process->space, arguments[1], &status, sizeof(status));
    return copied ? 0 : -EFAULT;
}
SYSCALL(SYS_PROCESS, sys_process);
