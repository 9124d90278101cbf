/* Folders below the system's own (/usr …) that jobs must not see: a course installed there. */
#ifndef HARNESS_GRADE_HIDE_H
#define HARNESS_GRADE_HIDE_H

#include <stdbool.h>

/* Hides the folder from every job from now on; any folder may be given, at most 8. */
void hide_add(const char *path);

/* The folders, resolved, that lie below one of the system's own; ends with NULL. */
const char *const *hide_list(void);

/* Whether the path is hidden itself; whether something below it is. */
bool hide_covers(const char *path);
bool hide_is_below(const char *path);

#endif
