/* Hints by diagnosis: what to look at, whichever item it is that fails. */
#ifndef CHECK_HINTS_H
#define CHECK_HINTS_H

#include "check/check.h"
#include "result/result.h"

/*
 * Gives a failed item the hint for its diagnosis, if there is one; else the author's, unless
 * evidence says that what is wrong is something else than what the author thought of.
 */
void hint_give(const struct item *item, struct result_item *result);

#endif
