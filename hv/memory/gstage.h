/*
 * Second-stage (G-stage) page tables, Sv39x4: guest-physical to physical addresses.
 * RISC-V privileged specification, hypervisor extension, "Guest physical address translation".
 *
 *     gpa  40        30 29      21 20      12 11         0     root: 2048 entries, 16 KiB,
 *         +------------+----------+----------+------------+          16 KiB aligned
 *         | VPN[2] 11b | VPN[1] 9 | VPN[0] 9 |   offset   |     leaves: level 2 = 1 GiB,
 *         +------------+----------+----------+------------+          level 1 = 2 MiB,
 *                                                                    level 0 = 4 KiB
 *     PTE  63 54 53          10 9 8 7 6 5 4 3 2 1 0
 *         +-----+--------------+---+-+-+-+-+-+-+-+-+   U is set in every leaf: the second
 *         |  0  |     PPN      |RSW|D|A|G|U|X|W|R|V|   stage checks as if for user mode.
 *         +-----+--------------+---+-+-+-+-+-+-+-+-+   A and D are preset; G is 0.
 *
 * This module keeps tables as data and fences what it takes away; which frame backs which page
 * is the business of memory/guest_memory.h.
 */
#ifndef HV_MEMORY_GSTAGE_H
#define HV_MEMORY_GSTAGE_H

#include "memory/page.h"
#include <stdbool.h>
#include <stdint.h>

#define PTE_V         0x01ull
#define PTE_R         0x02ull
#define PTE_W         0x04ull
#define PTE_X         0x08ull
#define PTE_U         0x10ull
#define PTE_G         0x20ull
#define PTE_A         0x40ull
#define PTE_D         0x80ull
#define PTE_PPN_SHIFT 10

#define GSTAGE_GPA_BITS  41
#define GSTAGE_GPA_LIMIT (1ull << GSTAGE_GPA_BITS)
#define GSTAGE_READ      PTE_R
#define GSTAGE_WRITE     PTE_W
#define GSTAGE_EXEC      PTE_X
#define GSTAGE_RWX       (PTE_R | PTE_W | PTE_X)

enum gstage_result {
    GSTAGE_OK = 0,
    GSTAGE_INVALID,   /* misaligned, out of range, level or permissions nonsense (W without R) */
    GSTAGE_MAPPED,    /* something is mapped there already */
    GSTAGE_UNMAPPED,  /* nothing is mapped there */
    GSTAGE_NO_MEMORY, /* no frame for a table; nothing was changed */
};

struct gstage {
    uint64_t root;  /* physical, 16 KiB aligned; 0: none */
    unsigned owner; /* page_owner of the tables */
    uint8_t vm;     /* for the trace */
    uint16_t vmid;  /* valid while vmid_generation is the current one */
    uint64_t vmid_generation;
    uint64_t hgatp; /* likewise */
};

struct gstage_leaf {
    uint64_t gpa;   /* of the leaf's first byte */
    uint64_t pa;    /* likewise */
    unsigned level; /* 0: 4 KiB, 1: 2 MiB, 2: 1 GiB */
    uint64_t bits;  /* of the PTE, 0 … 0xff */
};

static inline uint64_t gstage_leaf_bytes(unsigned level)
{
    return PAGE_SIZE << (9 * level);
}

/* Makes an empty root. NO_MEMORY if there is no 16 KiB block. */
enum gstage_result gstage_init(struct gstage *gstage, unsigned owner, uint8_t vm);
/* Frees all tables, root too. No vCPU may be using them. */
void gstage_destroy(struct gstage *gstage);

/* Maps one leaf of gstage_leaf_bytes(level). Prepares first (all tables that are missing), then
 * commits, which cannot fail: after an error nothing is changed and no table is left over.
 * permissions: GSTAGE_READ with WRITE, EXEC as wanted. Fences: the hart may remember that there
 * was nothing, since the architecture lets it cache invalid entries, too. */
enum gstage_result gstage_map(struct gstage *gstage, uint64_t gpa, uint64_t pa, unsigned level,
                              uint64_t permissions);

/* Removes the leaf at gpa, of exactly this level, fences, frees tables that became empty, and
 * tells what was removed if leaf is not NULL. */
enum gstage_result gstage_unmap(struct gstage *gstage, uint64_t gpa, unsigned level,
                                struct gstage_leaf *leaf);

/* Changes the permissions of the leaf at gpa in place, and fences. */
enum gstage_result gstage_protect(struct gstage *gstage, uint64_t gpa, unsigned level,
                                  uint64_t permissions);

/* Replaces a leaf of level 1 or 2 by a table of 512 leaves of the level below with the same
 * permissions, and fences. */
enum gstage_result gstage_split(struct gstage *gstage, uint64_t gpa);

/* Finds the leaf that translates gpa. False: none. */
bool gstage_walk(const struct gstage *gstage, uint64_t gpa, struct gstage_leaf *leaf);

/* Calls visit for each leaf in ascending order; stops when it returns false. */
void gstage_each(const struct gstage *gstage,
                 bool (*visit)(void *context, const struct gstage_leaf *), void *context);

/* Makes the hart forget all that it remembers of gstage's tables, also that an address was not
 * mapped. */
void gstage_forget(const struct gstage *gstage);

/*
 * VMIDs. The machine has 2^vmid_bits of them; when they run out, a new generation begins: all
 * are free again, and each is flushed from the hart's guest TLB, both stages, when it is next
 * lent.
 */
void vmid_init(unsigned vmid_bits);
/* Makes sure that gstage holds a VMID of the current generation. Returns the value of hgatp:
 * MODE = 8 (Sv39x4) | VMID | PPN of the root. */
uint64_t gstage_hgatp(struct gstage *gstage);
/* Puts gstage into force on this hart, before the context of one of its VM's vCPUs is loaded. */
void gstage_load(struct gstage *gstage);

#endif
