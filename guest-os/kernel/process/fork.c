/* fork: a second process that goes on where the first one is. */
#include "lib/string.h"
#include "process/process.h"
#include "syscall/syscall.h"

static void call_end_hooks(struct process *process)
{
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->end)
            (*hooks)->end(process);
    }
}

static bool call_fork_hooks(struct process *child, struct process *parent)
{
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->fork && !(*hooks)->fork(child, parent))
            return false;
    }
    return true;
}

/* Makes child a copy of parent, but for the memory that both will share. */
static bool copy_process(struct process *child, struct process *parent)
{
    *child->frame = *parent->frame;
    child->frame->x[REG_A0] = 0;
    memcpy(child->name, parent->name, sizeof(child->name));
    return space_clone(&child->space, &parent->space) && call_fork_hooks(child, parent);
}

static long sys_fork(struct process *parent, const uint64_t *arguments)
{
    (void)arguments;
    struct process *child = process_create(parent);
    if (!child)
        return -EAGAIN;
    if (!copy_process(child, parent)) {
        call_end_hooks(child);
        process_discard(child);
        return -ENOMEM;
    }
    child->state = STATE_READY;
    return child->pid;
}
SYSCALL(SYS_FORK, sys_fork);
