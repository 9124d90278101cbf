/* Processes that sleep. */
#ifndef TIME_SLEEP_H
#define TIME_SLEEP_H

#include <stdint.h>

/* When the first sleeper is to wake, in ticks of the time CSR; TIMER_NEVER: nobody sleeps. */
uint64_t sleep_next_wake(void);

#endif
