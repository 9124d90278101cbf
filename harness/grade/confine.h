/* Confines the calling process for the rest of its life; for a child, between fork and exec. */
#ifndef HARNESS_GRADE_CONFINE_H
#define HARNESS_GRADE_CONFINE_H

#include "grade/sandbox.h"

/* The version of the kernel's Landlock, 0 if it has none. */
int confine_landlock_version(void);

/*
 * Sets resource limits, counting threads beside those that the user has already (the kernel counts
 * all of a user's against the limit). NULL, or the one that cannot be set, with errno.
 */
const char *confine_limits(const struct sandbox_limits *limits);

/*
 * Becomes sandbox_user() if root: no group, no capability, no way back. This and what follows
 * return 0, or -1 with errno set.
 */
int confine_user(void);

/*
 * Landlock: files below `readable` and the system's own can be read, below `work` written.
 * Needs confine_no_privileges before.
 */
int confine_files(const char *work, const char *const *readable);

/* No new privileges by exec. */
int confine_no_privileges(void);

/* seccomp: no network, tracing, mounting, namespaces, keys … */
int confine_calls(void);

#endif
