/* For the author of a check: a draft of expectations from a run, and the run's events. */
#ifndef CHECK_BLESS_H
#define CHECK_BLESS_H

#include "check/jobs.h"

/* Runs the check once and prints a draft item. Returns the status to exit with. */
int bless(const struct check *check, const struct jobs_options *options);

/* Runs the check once and prints its events, told and seen, as expectations see them. */
int print_events(const struct check *check, const struct jobs_options *options);

#endif
