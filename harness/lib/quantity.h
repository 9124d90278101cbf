/* Sizes and durations as people write them: 64M, 1G, 512K; 2s, 10ms, 500us. */
#ifndef HARNESS_LIB_QUANTITY_H
#define HARNESS_LIB_QUANTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buffer.h"
#include "lib/error.h"

/* "64M", "1G", "512K", "65536" (bytes; powers of 1024). 0, or -1 with *error. */
int size_parse(const char *text, uint64_t *bytes, struct error *error);

/* "2s", "1.5s", "10ms", "500us", "7ns", "3m" → nanoseconds; a bare number is seconds. */
int duration_parse(const char *text, uint64_t *nanoseconds, struct error *error);

/* A decimal or 0x number within [least, most]; `what` names it in the error. */
int number_parse(const char *what, const char *text, uint64_t least, uint64_t most, uint64_t *value,
                 struct error *error);

/* "64M", "1.5G", "12.3K", "900": at most five columns. Returned string is to free(). */
char *size_string(uint64_t bytes);
/* "1.234 s", "12.3 ms", "4.5 us". Returned string is to free(). */
char *duration_string(uint64_t nanoseconds);

#endif
