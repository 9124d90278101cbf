/*
 * Names for addresses and addresses for names: reads an ELF file's symbol table (libelf) and its
 * line table (libdw), of the hypervisor and of guests.
 */
#ifndef SYMBOLS_SYMBOLS_H
#define SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct symbols; /* opaque */

/* Opens an ELF file for RISC-V, 64 bits. NULL with *error otherwise. */
struct symbols *symbols_open(const char *path, struct error *error);
void symbols_close(struct symbols *symbols);

/* Address of the symbol; false: there is none. size may be NULL. */
bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *address,
                  uint64_t *size);

/*
 * Name of the function or object that holds the address and the distance into it; NULL: none.
 */
const char *symbols_name(const struct symbols *symbols, uint64_t address, uint64_t *offset);

/*
 * "function+0x1c hv/memory/gstage.c:88" into to; the parts that are not known are left out, and
 * without any the address in hexadecimal. Result: as snprintf.
 */
int symbols_describe(const struct symbols *symbols, uint64_t address, char *to, size_t bytes);

/* File and line of the address. false: unknown. The name lives as long as symbols. */
bool symbols_line(const struct symbols *symbols, uint64_t address, const char **file, int *line);

/* Lowest and highest+1 physical address of what the file loads (PT_LOAD, with bss). */
void symbols_extent(const struct symbols *symbols, uint64_t *from, uint64_t *to);

/* The same of what may be executed. */
void symbols_text(const struct symbols *symbols, uint64_t *from, uint64_t *to);

/* Lowest and highest+1 physical address of the largest section that is code and cannot be written;
 * 0 and 0: there is none. */
void symbols_code(const struct symbols *symbols, uint64_t *from, uint64_t *to);

/*
 * Calls found(address, instruction, argument) for each 32-bit instruction in an executable
 * segment with (instruction & mask) == match, at every 2-byte position.
 */
void symbols_scan(const struct symbols *symbols, uint32_t mask, uint32_t match,
                  void (*found)(uint64_t address, uint32_t instruction, void *argument),
                  void *argument);

#endif
