/*
 * The user part of an address space: a few regions that say what may be where, and the pages
 * that are there already. A page comes with the first access to it, from the program's file or
 * as zeros; after a fork it is shared until somebody writes.
 */
#ifndef MEMORY_SPACE_H
#define MEMORY_SPACE_H

#include <stddef.h>

#include "memory/page.h"
#include "memory/sv39.h"

#define SPACE_REGIONS 8

#define USER_STACK_TOP   0x7fff0000ul
#define USER_STACK_BYTES 0x40000ul    /* a hole of at least a page is below */
#define USER_HEAP_LIMIT  0x60000000ul /* where no heap grows beyond */

/* [start, end) in bytes; whole pages belong to it. permissions: PTE_R | PTE_W | PTE_X. */
struct region {
    uint64_t start, end;
    uint64_t permissions;
    uint64_t file_start; /* address of the first byte that comes from the file, */
    uint64_t file_bytes; /* so many do, and the rest is zero */
    const uint8_t *file; /* in the kernel, for as long as the kernel runs */
};

struct space {
    pte_t *root;
    struct region regions[SPACE_REGIONS];
    unsigned region_count;
    struct region *heap; /* one of the regions; grows by sbrk */
};

/* Makes an empty space. Returns false if there is no memory for its root. */
bool space_create(struct space *space);

/* Gives back all pages and tables of a space. The hart must not be translating by it. */
void space_destroy(struct space *space);

/*
 * Adds a region, which may be empty. Returns false, changing nothing, if it is not below USER_TOP
 * and above page 0, if nothing is permitted in it, if it is writable and executable or writable
 * and not readable, if it shares a page with another region, or if there are SPACE_REGIONS.
 */
bool space_add_region(struct space *space, const struct region *region);

/* The region that owns the page of address, or NULL. */
struct region *space_region(struct space *space, uint64_t address);

/*
 * Makes the page of address ready for an access (PTE_R, PTE_W or PTE_X) from user mode: fills
 * it if it is missing, copies it if it is shared and the access writes.
 * Returns the page, as the kernel sees it; NULL if the access is not allowed there or if there
 * is no memory (then *out_of_memory is set, which may be NULL).
 */
void *space_page(struct space *space, uint64_t address, uint64_t access, bool *out_of_memory);

/*
 * Gives `to`, which is empty, the same regions and the same pages as `from`. Writable pages are
 * shared until one side writes. Returns false, leaving `to` for space_destroy(), if there is no
 * memory for the tables.
 */
bool space_clone(struct space *to, struct space *from);

/* Drops the pages of [start, end), both multiples of PAGE_SIZE. */
void space_drop_pages(struct space *space, uint64_t start, uint64_t end);

/* The number of user pages that are there. */
size_t space_resident(const struct space *space);

/*
 * Copies between the kernel and user addresses of a space, with the checks and the effects that
 * the same access from user mode would have. Return false at the first address that is not
 * allowed; what came before it may have been copied.
 */
bool user_copy_in(struct space *space, void *to, uint64_t from, size_t bytes);
bool user_copy_out(struct space *space, uint64_t to, const void *from, size_t bytes);

/*
 * Copies a string with its terminator into to[size]. Returns its length; -1 if an address is
 * not allowed; size if there is no terminator among the first size bytes.
 */
long user_copy_string(struct space *space, char *to, uint64_t from, size_t size);

#endif
