/*
 * Noninterference, run: a check whose items ask for it is run once more, with other secrets in the
 * VMs whose arguments hold [[SECRET]] and another pattern in RAM at power-on; what each watching VM
 * showed in both is compared (secrets.h).
 */
#ifndef CHECK_TWO_RUNS_H
#define CHECK_TWO_RUNS_H

#include "check/machine.h"

/* Runs the check of *first again and fills first->facts.secrets; nothing is done where no VM
 * watches. 0; or -1 with *error when nothing ran. */
int two_runs(struct machine *first, struct error *error);

#endif
