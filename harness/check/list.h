/* The checks that there are, with their points. */
#ifndef CHECK_LIST_H
#define CHECK_LIST_H

#include "check/check.h"

/* Prints each check and its items on standard output. */
void check_list(struct check *const *checks, size_t count);

#endif
