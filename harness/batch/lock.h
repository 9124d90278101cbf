/* One batch at a time in one OUT. */
#ifndef HARNESS_BATCH_LOCK_H
#define HARNESS_BATCH_LOCK_H

#include <stdbool.h>

#include "lib/error.h"

/*
 * Takes OUT's lock, which goes with this process, however it ends. The descriptor that holds it
 * (close-on-exec), or -1 with *error, which names the process that has it.
 */
int lock_take(const char *out, struct error *error);

/* Whether some process has OUT's lock. */
bool lock_is_held(const char *out);

#endif
