/*
 * Page frames: who owns each frame of the board's RAM. A buddy allocator over blocks of
 * 2^order pages, from 4 KiB (order 0) to 1 GiB (order 18), every block aligned to its size.
 *
 * What leaves a VM is scrubbed before it is free; what goes to a VM is zero. A free block that
 * is known to be zero is marked clean, so that nothing is zeroed twice. Each frame has one owner
 * and only the owner can give it back. Metadata costs 2 bytes a frame, carved from the RAM.
 */
#ifndef HV_MEMORY_PAGE_H
#define HV_MEMORY_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE      4096ull
#define PAGE_SHIFT     12
#define PAGE_ORDER_MAX 18
#define ORDER_4K       0
#define ORDER_16K      2
#define ORDER_2M       9
#define ORDER_1G       18

/* Owners. A VM's frames and its second-stage tables are counted apart. */
enum page_owner {
    OWNER_FREE = 0,
    OWNER_HYPERVISOR = 1,
    OWNER_VM_FIRST = 16,     /* + VM number: memory given to the guest */
    OWNER_TABLES_FIRST = 32, /* + VM number: second-stage tables and vCPU state, for no guest */
    OWNER_LIMIT = 48
};

struct page_range {
    uint64_t base; /* physical */
    uint64_t bytes;
};

/* Takes the page-aligned ranges that are free RAM (count of them, ascending, not touching the
 * image, firmware, bundle or device tree); metadata is carved from the first that has room.
 * False: no range can hold it. */
bool page_init(const struct page_range *ranges, unsigned count);

/* A block of 2^order pages for owner; contents are anything. Returns its physical address,
 * which is also its address for the hypervisor (identity map); 0: none so large is free. */
uint64_t page_alloc(unsigned order, unsigned owner);
/* The same, all bytes zero; a clean block is preferred and not zeroed again. */
uint64_t page_alloc_zeroed(unsigned order, unsigned owner);

/* Returns a block, as it was allocated or a naturally aligned part of it. Scrubbed first unless
 * its owner is OWNER_HYPERVISOR. Panics if owner does not own all of it: that is a bug of the
 * hypervisor, never of a guest. */
void page_free(uint64_t address, unsigned order, unsigned owner);

/* Returns every frame of owner, scrubbed. Returns the number of frames. */
uint64_t page_free_all(unsigned owner);

unsigned page_owner_of(uint64_t address); /* OWNER_FREE also where no frame is managed */
uint64_t page_count(unsigned owner);      /* frames; OWNER_FREE: free ones */
uint64_t page_metadata_bytes(void);

#endif
