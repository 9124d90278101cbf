/* The limits that coach was started under (setrlimit): which of them its work may have met. */
#ifndef HARNESS_LIB_LIMITS_H
#define HARNESS_LIB_LIMITS_H

#include "lib/error.h"

/*
 * Which limits are below what a build and a machine may need, what sets each, and what to do: half
 * a sentence. NULL: none is. To be freed.
 */
char *limits_advice(void);

/* Adds that to what *error says already, since a low limit may be its cause. Always returns -1. */
int limits_blame(struct error *error);

#endif
