/* One line of the overview's: why a submission does not have all points. */
#ifndef HARNESS_BATCH_REMARK_H
#define HARNESS_BATCH_REMARK_H

#include "result/result.h"

/*
 * The cause, to free(): why it is not graded; the compiler's first complaint; a file that was not
 * taken; the first item that failed, with its diagnosis. "" when all passed and all was taken.
 */
char *remark_of(const struct result_run *run);

#endif
