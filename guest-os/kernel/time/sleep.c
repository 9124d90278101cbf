/* sleep and uptime. */
#include "time/sleep.h"

#include "boot/csr.h"
#include "process/process.h"
#include "syscall/syscall.h"
#include "time/timer.h"

/* The longest sleep, ten years: nothing overflows. */
#define SLEEP_MOST (3652ul * 24 * 3600 * 1000000)

static bool sleeps(const struct process *process)
{
    return process->state == STATE_BLOCKED && process->wake_time;
}

uint64_t sleep_next_wake(void)
{
    uint64_t next = TIMER_NEVER;
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (sleeps(&processes[i]) && processes[i].wake_time < next)
            next = processes[i].wake_time;
    }
    return next;
}

static void wake_sleepers(void)
{
    uint64_t now = time_now();
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (sleeps(&processes[i]) && processes[i].wake_time <= now)
            processes[i].state = STATE_READY;
    }
}
RIDER_POLL(wake_sleepers);

static long sys_sleep(struct process *process, const uint64_t *arguments)
{
    if (arguments[0] > SLEEP_MOST)
        return -EINVAL;
    uint64_t deadline = time_now() + timer_ticks(arguments[0]);
    process->wake_time = deadline;
    while (time_now() < deadline && !process->killed)
        process_block(&process->wake_time);
    process->wake_time = 0;
    return process->killed ? -EINTR : 0;
}
SYSCALL(SYS_SLEEP, sys_sleep);

static long sys_uptime(struct process *process, const uint64_t *arguments)
{
    (void)process;
    (void)arguments;
    return (long)timer_microseconds(time_now() - timer_origin);
}
SYSCALL(SYS_UPTIME, sys_uptime);
