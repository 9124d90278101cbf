/* ps: lists the processes. */
#include "user/lib/user.h"

static const char *state_name(int state)
{
    switch (state) {
    case PROCESS_READY:
        return "ready";
    case PROCESS_RUNNING:
        return "running";
    case PROCESS_BLOCKED:
        return "blocked";
    case PROCESS_ZOMBIE:
        return "zombie";
    default:
        return "new";
    }
}

int main(void)
{
    struct process_status status;
    printf("  PID PARENT GROUP STATE    CPU ms PAGES NAME\n");
    for (long i = 0; process_stat(i, &status) == 0; i++)
        printf("%5d %6d %5d %-8s %6lu %5lu %s\n", status.pid, status.parent, status.group,
               state_name(status.state), status.cpu_us / 1000, status.resident, status.name);
    return 0;
}
