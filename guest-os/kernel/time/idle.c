/*
 * What a hart does when no process can run: it sleeps until the first sleeper is to wake, or
 * until the console is to be asked again, and takes no ticks meanwhile.
 */
#include "boot/csr.h"
#include "boot/hart.h"
#include "file/terminal.h"
#include "process/process.h"
#include "time/sleep.h"
#include "time/timer.h"

/* How often an idle machine asks the console, if a line is awaited, and if not (Ctrl-C). */
#define AWAITED_MICROSECONDS   20000
#define UNAWAITED_MICROSECONDS 100000

static void idle(void)
{
    uint64_t began = time_now();
    uint64_t pause = terminal_is_awaited() ? AWAITED_MICROSECONDS : UNAWAITED_MICROSECONDS;
    uint64_t deadline = began + timer_ticks(pause);
    uint64_t wake = sleep_next_wake();
    timer_set(wake < deadline ? wake : deadline);
    wait_for_interrupt();
    this_hart()->idle_time += time_now() - began;
}
RIDER_IDLE(idle);
