/*
 * The firmware's greeting (OpenSBI's some forty lines) kept from the reader, and shown after all
 * when the machine gets no further.
 */
#ifndef HARNESS_RUN_BANNER_H
#define HARNESS_RUN_BANNER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/buffer.h"

struct banner {
    struct buffer held; /* what has been kept back so far */
    bool passed;        /* the greeting is over, or there was none: all goes through */
};

/* Takes the machine's next output and adds to *out what a reader should see of it. */
void banner_filter(struct banner *banner, const char *bytes, size_t count, struct buffer *out);

/* The machine has ended: adds what was kept back and never followed by anything, frees it. */
void banner_end(struct banner *banner, struct buffer *out);

#endif
