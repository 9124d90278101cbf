/*
 * The kernel's own half of every address space: RAM at its physical addresses, the image in
 * pages that are writable or executable and never both, and a window of stacks with holes
 * between them.
 *
 *     0x00_0000_0000   user memory, up to USER_TOP           different in each space
 *     0x00_8000_0000   RAM and the image                     the same in all
 *     0xffff_ffc0_…    kernel stacks, one slot a process     the same in all
 */
#ifndef MEMORY_KERNEL_MAP_H
#define MEMORY_KERNEL_MAP_H

#include <stdbool.h>

#include "memory/sv39.h"

#define USER_TOP 0x80000000ul /* a multiple of 1 GiB: spaces differ in whole root entries */

#define STACK_WINDOW     0xffffffc000000000ul
#define STACK_SLOT_BYTES 0x4000ul /* two pages of hole below two of stack */
#define STACK_PAGES      2

/* The address space without a user part; its root is never freed. */
extern pte_t *kernel_root;

/* Gives root the kernel's half. root: a page of zeros. */
void kernel_map_copy(pte_t *root);

/* Translates by root from the next instruction on, and forgets older translations. */
void kernel_map_switch(const pte_t *root);

/*
 * Backs stack slot number `slot` with pages. Returns the top of the stack, or 0 if there is not
 * enough memory. The slot must be empty.
 */
uint64_t kernel_stack_create(unsigned slot);

/* Gives back the pages of a slot. Nobody may be running on that stack. */
void kernel_stack_destroy(unsigned slot);

#endif
