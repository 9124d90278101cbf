/* Steal time: how long the layer below ran others while this hart had work to do. */
#ifndef TIME_STEAL_H
#define TIME_STEAL_H

#include <stdbool.h>
#include <stdint.h>

/* Does the layer below tell? */
bool steal_is_told(void);

/* Nanoseconds since boot; 0 if nobody tells. */
uint64_t steal_nanoseconds(void);

#endif
