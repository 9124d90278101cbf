/*
 * Files that programs write: kept in memory, few and small, all in one directory. A file that
 * is removed while it is open stays until it is closed.
 */
#ifndef FILE_MEMORY_FILE_H
#define FILE_MEMORY_FILE_H

#include "file/file.h"

#define MEMORY_FILES      32
#define MEMORY_FILE_PAGES 16 /* the largest file: 64 KiB */

/* Removes a file by its name. Returns 0, -ENOENT, or -EROFS for a file of the archive. */
long memory_file_remove(const char *name);

#endif
