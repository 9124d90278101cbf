/* The bubblewrap command for a job, and the user that jobs run as. */
#ifndef HARNESS_GRADE_WRAP_H
#define HARNESS_GRADE_WRAP_H

#include "grade/sandbox.h"

/* The words that run the job in bubblewrap; they live as long as the (child) process. */
const char *const *wrap_command(const struct sandbox_job *job);

/*
 * The words to put before a machine's command line so that it runs in the tier: it may write
 * below `work` and read `readable` (NULL-ended). Descriptors pass through.
 */
const char *const *wrap_machine(enum sandbox_tier tier, const char *work,
                                const char *const *readable);

#endif
