/* Scaffold, until lab 7 brings time/: timers can be armed, and never fire. */
#include "time/timer.h"

void timers_init(struct hart *hart)
{
    (void)hart;
}

void timer_init(struct timer *timer, void (*fired)(struct timer *timer))
{
    timer->deadline = TIMER_NEVER;
    timer->fired = fired;
}

void timer_arm(struct timer *timer, uint64_t deadline)
{
    timer->deadline = deadline;
}
