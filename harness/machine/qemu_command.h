/* QEMU's command line as a list of words; between qemu.c and qemu_command.c. */
#ifndef HARNESS_MACHINE_QEMU_COMMAND_H
#define HARNESS_MACHINE_QEMU_COMMAND_H

#include <stddef.h>

#define QEMU_PROGRAM "qemu-system-riscv64"

struct qemu_options;

struct words {
    char **list; /* NULL-terminated once there is one */
    size_t count;
};

/* The child's descriptors; -1: there is no such channel. */
struct channels {
    int ram, qmp, gdb, console, qtest, firmware;
};

/* Adds the whole command to *words; channels NULL: the machine for a person, on the terminal. */
void qemu_words(const char *binary, const struct qemu_options *options,
                const struct channels *channels, struct words *words);

void words_free(struct words *words);

#endif
