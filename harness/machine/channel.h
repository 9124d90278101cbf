/* Bounded, timed reading and writing on a connected socket; shared by the QMP and GDB clients. */
#ifndef MACHINE_CHANNEL_H
#define MACHINE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds of the monotonic clock: for backstops, never for verdicts. */
uint64_t channel_now(void);

/*
 * Reads what is there into to, waiting until deadline (channel_now) for the first byte.
 * Result: bytes read; 0: the deadline has passed; -1: the other side has closed, or an error.
 */
long channel_read(int socket, void *to, size_t bytes, uint64_t deadline);

/* Writes all of it before the deadline. 0, or -1. */
int channel_write(int socket, const void *data, size_t bytes, uint64_t deadline);

#endif
