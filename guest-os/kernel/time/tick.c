/*
 * The tick: every 10 ms, while programs run, the kernel looks after what has no interrupt of
 * its own and lets the next process run. Preemption is no more than that.
 */
#include "boot/csr.h"
#include "boot/hart.h"
#include "boot/init.h"
#include "process/process.h"
#include "time/timer.h"

#define TICK_MICROSECONDS 10000

uint64_t timer_interrupts;

/* frame is NULL when the hart was idle; there is nobody to preempt then. */
static void timer_interrupt(struct trap_frame *frame, uint64_t stval)
{
    (void)stval;
    timer_interrupts++;
    timer_set(time_now() + timer_ticks(TICK_MICROSECONDS));
    process_poll();
    if (frame && process_ready_count())
        this_hart()->reschedule = 1;
}
TRAP(CAUSE_INTERRUPT | IRQ_S_TIMER, timer_interrupt);

static void tick_init(void)
{
    csr_set(sie, 1ul << IRQ_S_TIMER);
    timer_set(time_now() + timer_ticks(TICK_MICROSECONDS));
}
RIDER_INIT(INIT_PROCESS, tick_init);
