/*
 * Walks RISC-V page tables in a machine's RAM: second stage (Sv39x4), first stage (Sv39 … Sv57),
 * and first stage through second stage. Pure functions over RAM; no table is trusted.
 * Source: Privileged spec, "Sv39", "Two-Stage Address Translation", hgatp.
 */
#ifndef AUDIT_WALK_H
#define AUDIT_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine/ram.h"

#define PTE_V        0x001u
#define PTE_R        0x002u
#define PTE_W        0x004u
#define PTE_X        0x008u
#define PTE_U        0x010u
#define PTE_G        0x020u
#define PTE_A        0x040u
#define PTE_D        0x080u
#define PTE_RESERVED 0xffc0000000000000ull /* bits 63 … 54: N, PBMT, reserved */
#define PTE_PPN(pte) (((pte) >> 10) & 0xfffffffffffull)

#define HGATP_MODE(hgatp) ((unsigned)((hgatp) >> 60))
#define HGATP_VMID(hgatp) ((unsigned)((hgatp) >> 44) & 0x3fff)
#define HGATP_PPN(hgatp)  ((hgatp)&0xfffffffffffull)
#define MODE_BARE         0
#define MODE_SV39         8
#define MODE_SV48         9
#define MODE_SV57         10

/* What is wrong with one entry, whatever it maps; a set of bits. */
#define WALK_RESERVED      0x01u /* reserved bits are set */
#define WALK_W_WITHOUT_R   0x02u
#define WALK_MISALIGNED    0x04u /* a superpage whose low PPN bits are not 0 */
#define WALK_TOO_DEEP      0x08u /* a pointer at the last level */
#define WALK_POINTER_BITS  0x10u /* a pointer with D, A or U set */
#define WALK_TABLE_OUTSIDE 0x20u /* the table that it points to is not in RAM */

struct walk_leaf {
    uint64_t virtual;  /* guest-physical (second stage) or virtual; first byte */
    uint64_t physical; /* first byte */
    uint64_t bytes;    /* 4 KiB, 2 MiB, 1 GiB … */
    uint64_t pte;
    uint64_t pte_at; /* physical address of the entry */
    unsigned level;  /* 0: 4 KiB */
    unsigned wrong;  /* WALK_… */
};

struct walk_table {
    uint64_t physical; /* first byte */
    uint64_t bytes;    /* 4096; 16384 for the root of a second stage */
    unsigned level;
};

/* Called for each; false ends the walk. Any may be NULL. */
struct walk_visitor {
    bool (*leaf)(const struct walk_leaf *leaf, void *argument);
    bool (*table)(const struct walk_table *table, void *argument);
    /* An entry that is neither a leaf nor a usable pointer; leaf->wrong says why. */
    bool (*bad)(const struct walk_leaf *entry, void *argument);
    /* A pointer to a table that was visited at this level before and maps something: it is not
     * visited again, since tables that alias one another have no end of paths. */
    bool (*again)(const struct walk_leaf *entry, void *argument);
    void *argument;
};

struct walk_count {
    uint64_t leaves;  /* valid leaf entries visited */
    uint64_t entries; /* entries looked at */
    uint64_t tables;
};

enum walk_result {
    WALK_DONE,
    WALK_ENDED,        /* a visitor ended it */
    WALK_BARE,         /* mode 0: no translation */
    WALK_MODE,         /* a mode that does not exist or that the walker does not know */
    WALK_ROOT_ALIGN,   /* second stage: root not aligned to 16 KiB (walked all the same as the
                          hardware does: the low two bits of the PPN are taken as 0) */
    WALK_ROOT_OUTSIDE, /* the root is not in RAM */
    WALK_LOOP /* more tables than RAM has pages: tables point at each other; or no memory */
};

/* Walks the whole second-stage tree of an hgatp value, all levels, every entry. */
enum walk_result walk_second_stage(const struct ram *ram, uint64_t hgatp,
                                   const struct walk_visitor *visitor, struct walk_count *count);

/* Walks a whole first-stage tree whose tables lie at physical addresses (satp of the host). */
enum walk_result walk_first_stage(const struct ram *ram, uint64_t satp,
                                  const struct walk_visitor *visitor, struct walk_count *count);

enum walk_access { WALK_READ = PTE_R, WALK_WRITE = PTE_W, WALK_EXECUTE = PTE_X };

struct walk_translation {
    bool ok;
    uint64_t physical;              /* of the byte asked for */
    struct walk_leaf second, first; /* the leaves that translated it; bytes 0: none (bare) */
    uint64_t guest_physical;        /* after the first stage */
    const char *why;                /* not ok: "second stage: not mapped at level 0" … */
};

/* Translates one guest-physical address as the machine would (U must be set, A and D are free). */
struct walk_translation walk_translate_second(const struct ram *ram, uint64_t hgatp,
                                              uint64_t guest_physical, enum walk_access access);

/* Translates one guest-virtual address: vsatp's tables, themselves behind hgatp's. */
struct walk_translation walk_translate(const struct ram *ram, uint64_t vsatp, uint64_t hgatp,
                                       uint64_t virtual, enum walk_access access);

/* Copies from guest-physical memory. false: part of it is not mapped for reading. */
bool walk_copy(const struct ram *ram, uint64_t hgatp, uint64_t guest_physical, void *to,
               size_t bytes);

#endif
