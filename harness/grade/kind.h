/* What a file is, by its first bytes. */
#ifndef HARNESS_GRADE_KIND_H
#define HARNESS_GRADE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#define KIND_BYTES 512 /* that are looked at */

/* What is known of a file's kind. */
struct kind {
    const char *name; /* "a RAR archive"; NULL: nothing is known of it */
    bool packed;      /* it may hold a submission */
    bool taken;       /* … and coach can open it: a zip or tar file, plain or compressed */
};

/* The kind of what begins with these bytes: as many as there are, or KIND_BYTES of them. */
struct kind kind_of(const void *begin, size_t bytes);

/* Whether the name ends as an archive's does, ".zip" or ".tar.gz" say. */
bool kind_is_archive_name(const char *name);

#endif
