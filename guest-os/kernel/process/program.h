/* Programs: what a file and its arguments become in an address space. */
#ifndef PROCESS_PROGRAM_H
#define PROCESS_PROGRAM_H

#include <stddef.h>

#include "process/process.h"

#define MAX_ARGUMENTS  32
#define ARGUMENT_BYTES 2048

/* Arguments on their way to a program: strings one after the other, with terminators. */
struct arguments {
    unsigned count;
    size_t used;
    char text[ARGUMENT_BYTES];
};

/* Appends a string. Returns false if there is no room for it. */
bool arguments_add(struct arguments *arguments, const char *text);

/*
 * Makes the process run the archive's program `path` from its beginning: replaces its space and
 * all registers in its frame, names it, and puts the arguments on its stack (a0: count, a1:
 * array of pointers, which a null pointer ends). The process must be NEW or running.
 * Returns 0, or a negative error (ENOENT, ENOEXEC, ENOMEM), and the process is as it was.
 */
int program_start(struct process *process, const char *path, const struct arguments *arguments);

#endif
