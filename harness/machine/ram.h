/*
 * The machine's RAM, seen through its file (memory-backend-file, share=on), read-only, while the
 * machine runs or after it has ended. A file that is gone, cut short or shrinks under the reader
 * is an error of the run, never a SIGBUS.
 */
#ifndef MACHINE_RAM_H
#define MACHINE_RAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

#define RAM_BASE 0x80000000ull /* physical address of the virt board's RAM */

struct ram {
    const uint8_t *byte; /* mapped, page-aligned */
    uint64_t base;       /* physical address of byte[0] */
    uint64_t bytes;      /* mapped length */
    int file;            /* descriptor, -1: the memory is not from a file */
    bool mapped;         /* ram_close unmaps it */
    bool own_file;       /* ram_close closes it */
};

/*
 * Maps bytes of the file that backs the RAM, from physical address base (struct qemu: ram_fd,
 * QEMU_RAM_BASE, ram_bytes). The descriptor stays the caller's and must outlive *ram.
 * 0, or -1 with *error: shorter than that, not mappable.
 */
int ram_open(struct ram *ram, int file, uint64_t base, uint64_t bytes, struct error *error);

/* The same by path, in its whole length; ram_close closes the file. */
int ram_open_path(struct ram *ram, const char *path, uint64_t base, struct error *error);

/* A copy of memory that the caller holds, as RAM from base; for tests and saved machines. */
void ram_from_memory(struct ram *ram, const void *memory, uint64_t base, uint64_t bytes);

/*
 * Pointer to length bytes from physical address, or NULL when any of them lies outside the RAM
 * (wrap-around included). The memory may change under the reader: copy before judging twice.
 */
const void *ram_at(const struct ram *ram, uint64_t address, uint64_t length);

/* True while the file still holds all that is mapped. Call before a long walk. */
bool ram_alive(const struct ram *ram);

/* Copies; false when any byte lies outside the RAM or the file has shrunk (safe in both). */
bool ram_copy(const struct ram *ram, uint64_t address, void *to, uint64_t length);

void ram_close(struct ram *ram);

/*
 * Runs function(argument) with a guard: when the file shrinks under a read, which the kernel
 * answers with SIGBUS, the guard ends function and reports false in place of dying.
 * Not nested; one thread at a time, since the signal's handler is the process's.
 */
bool ram_guarded(void (*function)(void *), void *argument);

#endif
