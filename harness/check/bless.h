/* --bless: a first draft of expectations from a run, for the author of a check to edit. */
#ifndef CHECK_BLESS_H
#define CHECK_BLESS_H

#include "check/jobs.h"

/* Runs the check once and prints a draft item. Returns the status to exit with. */
int bless(const struct check *check, const struct jobs_options *options);

#endif
