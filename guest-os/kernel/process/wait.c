/* exit and wait: how a process ends of its own will, and how its parent learns about it. */
#include "process/process.h"
#include "syscall/syscall.h"

static long sys_exit(struct process *process, const uint64_t *arguments)
{
    (void)process;
    process_end(ENDED_EXIT, (int)arguments[0]);
}
SYSCALL(SYS_EXIT, sys_exit);

/* A child of the process that has ended, or NULL; *any: it has children at all. */
static struct process *find_zombie(const struct process *parent, bool *any)
{
    *any = false;
    for (int i = 0; i < MAX_PROCESSES; i++) {
        if (processes[i].state == STATE_FREE || processes[i].parent != parent)
            continue;
        *any = true;
        if (processes[i].state == STATE_ZOMBIE)
            return &processes[i];
    }
    return NULL;
}

/* A bad address is an error before a child is reaped, so that the child's status is not lost. */
static long sys_wait(struct process *process, const uint64_t *arguments)
{
    uint64_t to = arguments[0];
    for (;;) {
        bool any;
        struct process *child = find_zombie(process, &any);
        if (child && to && !user_copy_out(&process->space, to, &child->end, sizeof(child->end)))
            return -EFAULT;
        if (child) {
            int pid = child->pid;
            process_discard(child);
            return pid;
        }
        if (!any)
            return -ECHILD;
        process_block(process);
        if (process->killed)
            return -EINTR;
    }
}
SYSCALL(SYS_WAIT, sys_wait);
