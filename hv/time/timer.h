/*
 * One-shot timers of a hart, kept in the order of their deadlines. The clock is armed for the
 * first; a timer's function runs in HS-mode with interrupts off and must not block.
 */
#ifndef HV_TIME_TIMER_H
#define HV_TIME_TIMER_H

#include "lib/list.h"
#include <stdint.h>

struct hart;

#define TIMER_NEVER UINT64_MAX

struct timer {
    struct list link;  /* on hart->timers while armed */
    uint64_t deadline; /* ticks of `time` */
    void (*fired)(struct timer *timer);
};

void timers_init(struct hart *hart);
void timer_init(struct timer *timer, void (*fired)(struct timer *timer));
/* Arms for deadline on this hart, in place of what was armed before. A deadline that has passed
 * fires as soon as possible; TIMER_NEVER disarms. */
void timer_arm(struct timer *timer, uint64_t deadline);
static inline void timer_disarm(struct timer *timer)
{
    if (timer->deadline != TIMER_NEVER)
        timer_arm(timer, TIMER_NEVER);
}
/* Fires all timers whose deadline is not after now, then arms the clock for the next. */
void timers_run(struct hart *hart, uint64_t now);

#endif
