/*
 * Physical pages with reference counts. A page is one frame of 4 KiB, handed out zeroed, at an
 * address where the kernel sees it (it maps RAM at its physical addresses).
 */
#ifndef MEMORY_PAGE_H
#define MEMORY_PAGE_H

#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 4096ul
#define PAGE_MASK (PAGE_SIZE - 1)

#define PAGE_DOWN(address) ((address) & ~PAGE_MASK)
#define PAGE_UP(address)   (((address) + PAGE_MASK) & ~PAGE_MASK)

/* Returns a page full of zeros with one reference to it, or NULL if there is none left. */
void *page_alloc(void);

/* Adds a reference to a page that page_alloc() gave. */
void page_share(void *page);

/* Drops a reference to a page; the last one gives it back. */
void page_free(void *page);

/* The number of references to a page that page_alloc() gave. */
unsigned page_references(const void *page);

/* Pages that page_alloc() can still give, and pages that it had at the start. */
size_t page_free_count(void);
size_t page_total_count(void);

#endif
