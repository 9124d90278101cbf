/*
 * With -icount, QEMU's main loop lets the virtual clock leap to the next timer when all harts are
 * idle. A hart that executes wfi is idle a moment before its last instructions are added to the
 * clock: a main loop that is still busy with what woke it before, late because others have the
 * processor, then leaps too far. So a hart waits here until the main loop sleeps in its poll,
 * which only the hart's own idleness ends, before it executes wfi, and after it has been woken.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "watch.h"

#define NAP_NS     20000
#define MOST_LOCKS 5000 /* naps in which the main loop waits for a lock: it is for us, to stop */

static int main_loop = -1; /* /proc/…/syscall: what the main thread is blocked in */

enum { ELSEWHERE, IN_POLL, IN_LOCK };

static int where_it_is(void)
{
    char line[160];
    ssize_t length = pread(main_loop, line, sizeof(line) - 1, 0);

    if (length <= 0)
        return IN_POLL; /* this system does not tell */
    line[length] = '\0';
    char *end;
    long call = strtol(line, &end, 10);
    if (end == line)
        return ELSEWHERE; /* "running" */
#ifdef SYS_poll
    if (call == SYS_poll)
        return IN_POLL;
#endif
    return call == SYS_ppoll ? IN_POLL : call == SYS_futex ? IN_LOCK : ELSEWHERE;
}

void settle(void)
{
    static const struct timespec nap = {.tv_nsec = NAP_NS};
    unsigned locked = 0;
    int where;

    while (main_loop >= 0 && locked < MOST_LOCKS && (where = where_it_is()) != IN_POLL) {
        locked = where == IN_LOCK ? locked + 1 : 0;
        nanosleep(&nap, NULL);
    }
}

void settle_open(void)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", (int)getpid());
    main_loop = open(path, O_RDONLY | O_CLOEXEC);
}

void on_wfi(unsigned hart, void *data)
{
    (void)data;
    contract_wfi(hart);
    settle();
}
