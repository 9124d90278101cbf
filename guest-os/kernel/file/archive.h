/*
 * The archives that Rider reads programs and files from: cpio in the "newc" format (cpio(5)).
 * One is part of the image; an initrd, if there is one, is looked at first.
 */
#ifndef FILE_ARCHIVE_H
#define FILE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct archive_file {
    const char *name; /* without a leading "./" or "/" */
    const uint8_t *data;
    size_t bytes;
};

/* Finds the regular file with that name (without leading "/"). Returns false if there is none. */
bool archive_find(const char *name, struct archive_file *file);

/* Gives regular file number `index`, from 0 on, of all archives. Returns false past the last. */
bool archive_at(unsigned index, struct archive_file *file);

#endif
