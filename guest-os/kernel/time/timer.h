/* The one timer of the hart. Times are ticks of the time CSR. */
#ifndef TIME_TIMER_H
#define TIME_TIMER_H

#include <stdint.h>

#define TIMER_NEVER UINT64_MAX

/* Makes the timer interrupt pending from `deadline` on, in place of what was set before. */
void timer_set(uint64_t deadline);

/* Conversions; timer_microseconds() rounds down, timer_ticks() up. */
uint64_t timer_microseconds(uint64_t ticks);
uint64_t timer_ticks(uint64_t microseconds);

/* When the kernel set up its timer: the origin of uptime. */
extern uint64_t timer_origin;

/* Timer interrupts taken so far. */
extern uint64_t timer_interrupts;

#endif
