/* shutdown: a program ends the machine. */
#include "sbi/stop.h"
#include "syscall/syscall.h"

static long sys_shutdown(struct process *process, const uint64_t *arguments)
{
    (void)process;
    machine_stop(arguments[0]);
}
SYSCALL(SYS_SHUTDOWN, sys_shutdown);
