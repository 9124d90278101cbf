/* getpid, kill and process groups. */
#include "process/process.h"
#include "syscall/syscall.h"

static long sys_getpid(struct process *process, const uint64_t *arguments)
{
    (void)arguments;
    return process->pid;
}
SYSCALL(SYS_GETPID, sys_getpid);

static bool alive(const struct process *process)
{
    return process && process->state != STATE_ZOMBIE && process->state != STATE_NEW;
}

/* The first process is not to be killed: the machine would stop. */
static long sys_kill(struct process *process, const uint64_t *arguments)
{
    (void)process;
    if ((int)arguments[0] == 1)
        return -EINVAL;
    struct process *victim = process_find((int)arguments[0]);
    if (!alive(victim))
        return -ESRCH;
    process_kill(victim);
    return 0;
}
SYSCALL(SYS_KILL, sys_kill);

/* Only for the caller and its children. */
static long sys_group(struct process *process, const uint64_t *arguments)
{
    int pid = (int)arguments[0], group = (int)arguments[1];
    struct process *target = pid ? process_find(pid) : process;
    if (!alive(target) || (target != process && target->parent != process))
        return -ESRCH;
    if (group < 0)
        return -EINVAL;
    target->group = group ? group : target->pid;
    return target->group;
}
SYSCALL(SYS_GROUP, sys_group);
