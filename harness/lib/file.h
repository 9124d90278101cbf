/* Whole files in and out: read at once, written so that a reader never finds half of one. */
#ifndef HARNESS_LIB_FILE_H
#define HARNESS_LIB_FILE_H

#include <stddef.h>

#include "lib/buffer.h"
#include "lib/error.h"

/* Bytes that are read at once, unless a smaller bound is given. */
#define FILE_READ_MOST (1u << 30)

/*
 * Opens a file for reading, never a pipe or a device, on which a reader could wait or read for
 * ever. The descriptor, or -1 with *error ("PATH: …").
 */
int file_open(const char *path, struct error *error);

/* Reads all of `path` to the end of `out`. 0, or -1 with the reason in *error ("PATH: …"). */
int file_read(const char *path, struct buffer *out, struct error *error);

/* As file_read, refusing files of more than `most` bytes. */
int file_read_bounded(const char *path, size_t most, struct buffer *out, struct error *error);

/*
 * Writes `bytes` to a temporary file beside `path` and renames it over it; after a failure
 * nothing is left and an old `path` is as it was. What is there and no regular file (a device, a
 * pipe, a link) is written to in place. "-" is standard output. 0, or -1 with *error.
 */
int file_write(const char *path, const void *data, size_t bytes, struct error *error);

/*
 * A file without a name in memory. A child that was passed its descriptor N (struct
 * process_files) finds it at /proc/self/fd/N; it vanishes with the last process that holds it.
 * The descriptor (close-on-exec), or -1 with *error.
 */
int file_nameless(const char *label, struct error *error);

/* Writes everything to a descriptor, however often it takes. 0, or -1 with errno set. */
int write_all(int fd, const void *data, size_t bytes);

/* Closes *fd unless it is -1, which it then is. */
void descriptor_close(int *fd);

/*
 * The path of a file that is built beside coach ("hv/stagecoach.elf" → "/…/build/hv/…"), to
 * free(). It need not exist.
 */
char *file_beside_program(const char *relative);

/*
 * Makes a folder of its own under $TMPDIR or /tmp; the string is to free(). It holds a file .owner.
 * folder_remove takes it away with all that it holds; so does the next program that makes one, once
 * this process is gone without having done so.
 */
char *folder_temporary(struct error *error);
void folder_remove(const char *path);

#endif
