/*
 * What the files of the memory model share: what stands in each frame of RAM as far as guests are
 * concerned, and every second stage that was entered with, as it was at the last entry. The
 * hypervisor's stores to a known table tell that something changes; what it is now is read at the
 * next entry of the VM, so that work in between, in any order, is the hypervisor's own affair.
 */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include "model/parts.h"
#include "model/tlb.h"

#define MEMORY_PAGE      4096ull
#define MEMORY_PAGE_BITS 12
#define MEMORY_ROOTS     64 /* of one VM, in one life */
#define MEMORY_AREAS     4  /* of one vCPU: what it let the hypervisor write to */

#define MEMORY_V    1ull
#define MEMORY_R    2ull
#define MEMORY_X    8ull
#define MEMORY_RWX  14ull
#define MEMORY_U    16ull
#define MEMORY_PPN  0xfffffffffffull
#define MEMORY_BARE 0u
/* Of an entry, what is not a translation's: A and D, which the hart itself may set, and RSW. */
#define MEMORY_FREE_BITS 0x3c0ull

/* A page table of a second stage, with its entries as they were at the last entry of its VM. */
struct memory_table {
    uint64_t physical, base; /* base: guest-physical address of what its first entry covers */
    unsigned level, entries; /* level 0: its leaves are of 4 KiB */
    unsigned links;          /* entries, and roots, that lead to it */
    int vm;
    bool root, gone;
    uint64_t dirty[32]; /* a bit an entry: it was stored to since */
    struct memory_table *next;
    uint64_t entry[];
};

struct memory_frame {
    struct memory_table *table; /* of which it is a part; NULL: of none */
    uint64_t stored;            /* event in which the hypervisor last stored there; 0: never */
    uint32_t place;             /* with maps: page of the VM's RAM */
    uint16_t maps;              /* leaves by which the VM reaches it; 0: no guest's */
    int8_t vm;                  /* with maps: whose */
    uint32_t suspect;           /* 1 + place in the VM's suspects; 0: it is in none */
};

/* An unexplained store into a frame that a guest holds. It is judged when the VM is entered. */
struct memory_suspect {
    uint64_t page, code, digest; /* digest of the page without the words from skip on */
    unsigned hart, skip, bytes;
};

/* What a page held when it was taken from the VM, so that it comes back the same. */
struct memory_left {
    uint64_t digest; /* 0: it was never taken */
    uint16_t skip, bytes;
};

struct memory_change {
    struct memory_table *table;
    unsigned index;
};

/* Another VM was given what this one's tables still led to. It is no fault unless this one runs
 * again. */
struct memory_robbed {
    uint64_t page, address; /* guest-physical, here */
    int level;              /* -1: a page of memory; else a table of that level */
    int by;
    uint64_t code;
};

struct memory_guest {
    uint64_t root[MEMORY_ROOTS]; /* hgatp without VMID */
    unsigned roots;
    struct memory_table *tables, *gone; /* gone: freed once no change names them */
    struct memory_change *change;
    size_t changes, change_room;
    bool stored; /* to a table, since memory_take_out */
    struct memory_suspect *suspect;
    size_t suspects, suspect_room;
    struct memory_left *left; /* a page of RAM each; NULL: nothing was ever taken */
    struct memory_robbed *robbed;
    size_t robberies, robbed_room;
    uint64_t entries; /* of this life */
    bool lost; /* its second stage cannot be followed: nothing more is said about it in this life */
};

/* Guest-physical ranges that the hypervisor may store to. */
struct memory_area {
    uint64_t from, to;
    unsigned becomes; /* the place to which it goes once the call has succeeded; 0: none */
};

struct memory {
    struct model *model;
    uint64_t pages, events;
    struct memory_frame *frame;
    struct memory_guest guest[MODEL_VMS];
    struct memory_area area[MODEL_VMS][MODEL_VCPUS][MEMORY_AREAS];
    struct tlb tlb;
    bool forgetting; /* what goes now does not come back */
};

/* Who does what the model is told: for what it says of a broken rule. */
struct memory_event {
    unsigned hart;
    const struct model_vcpu *vcpu;
    uint64_t code;
};

/* memory_tree.c */

/* Brings what is known of the VM's second stages up to date, at an entry with hgatp. */
void memory_follow(struct memory *memory, const struct memory_event *event, int vm, uint64_t hgatp);
/* The same where the machine has ended: what others read of the VM's memory is judged, too. */
void memory_follow_end(struct memory *memory, int vm);
/* A store met tables: tells the TLB what it may have cached. */
void memory_table_stored(struct memory *memory, const struct memory_event *event, uint64_t physical,
                         unsigned bytes);
/* Takes out of the VM what its tables in RAM do not lead to any more. */
void memory_take_out(struct memory *memory, int vm);
/* Forgets all tables and frames of the VM. */
void memory_forget(struct memory *memory, int vm);
/* What the tables in RAM say now: the frame of a guest-physical address, or the table of that level
 * on the way to it; 0: there is none. */
uint64_t memory_walk(const struct memory *memory, uint64_t hgatp, uint64_t address, int level);

/* memory_link.c */

/* What an entry led to goes. */
void memory_unlink_entry(struct memory *memory, struct memory_table *table, unsigned index);
/* One link less to the table: with the last it goes. */
void memory_unlink_table(struct memory *memory, struct memory_table *table);
/* The entry is now `entry`, which is valid. false: a rule is broken. */
bool memory_link_entry(struct memory *memory, const struct memory_event *event,
                       struct memory_table *table, unsigned index, uint64_t entry);
/* A root that was not known. */
void memory_link_root(struct memory *memory, const struct memory_event *event, int vm,
                      uint64_t hgatp);

/* memory_frame.c */

/* A leaf appears or goes. false: a rule is broken. */
bool memory_hold(struct memory *memory, const struct memory_event *event, int vm, uint64_t address,
                 uint64_t physical, uint64_t bytes, uint64_t entry);
void memory_release(struct memory *memory, int vm, uint64_t physical, uint64_t bytes);
/* Is a guest of that VM inside on another hart? */
bool memory_runs_elsewhere(const struct memory *memory, unsigned hart, int vm);
/* A table appears. false: a rule is broken. */
bool memory_hold_table(struct memory *memory, const struct memory_event *event,
                       struct memory_table *table, uint64_t bytes);

/* memory_content.c */

/* Must a frame that becomes this page of the VM's RAM hold something, and does it? */
void memory_content_judge(struct memory *memory, const struct memory_event *event, int vm,
                          uint64_t page, uint32_t place, bool executable);
/* Lays what was packed for the page at that guest-physical address over it. true: there is code;
 * *something, unless NULL: there is anything. */
bool memory_content_packed(const struct model *model, int vm, uint64_t address, uint8_t *page,
                           bool *something);
/* Digest of a page without the bytes from skip on. Never 0. */
uint64_t memory_digest(const uint8_t *page, unsigned skip, unsigned bytes);

/* memory_store.c */
void memory_stored(struct memory *memory, const struct memory_event *event, uint64_t physical,
                   unsigned bytes);
/* The VM is entered: what was stored into its memory since? */
void memory_suspects_judge(struct memory *memory, const struct memory_event *event, int vm);
/* The same at the end, for VMs that were not entered again. */
void memory_suspects_end(struct memory *memory);
/* An exit or entry of a vCPU: which ranges of its memory it lets the hypervisor write to. */
void memory_areas_exit(struct memory *memory, const struct model_vcpu *vcpu);
void memory_areas_entry(struct memory *memory, const struct model_vcpu *vcpu,
                        const struct model_state *at, bool first);

/* memory_text.c: is the guest's code what was packed? Now and then at an entry; where the machine
 * stands. */
void memory_text_entry(struct memory *memory, const struct memory_event *event, uint64_t hgatp);
void memory_text_end(struct memory *memory);

static inline struct memory_frame *memory_frame_at(const struct memory *memory, uint64_t physical)
{
    uint64_t at = physical - memory->model->setup.ram_base;

    return at >> MEMORY_PAGE_BITS < memory->pages ? &memory->frame[at >> MEMORY_PAGE_BITS] : NULL;
}

static inline const uint8_t *memory_ram(const struct memory *memory, uint64_t physical)
{
    return memory->model->setup.ram + (physical - memory->model->setup.ram_base);
}

static inline uint64_t memory_page_at(const struct memory *memory, const struct memory_frame *frame)
{
    return memory->model->setup.ram_base + ((uint64_t)(frame - memory->frame) << MEMORY_PAGE_BITS);
}

/* The entry in RAM now. */
static inline uint64_t memory_entry_now(const struct memory *memory,
                                        const struct memory_table *table, unsigned index)
{
    const uint64_t *entry =
        (const uint64_t *)(const void *)memory_ram(memory, table->physical) + index;

    return __atomic_load_n(entry, __ATOMIC_RELAXED);
}

static inline uint64_t memory_target(uint64_t entry)
{
    return (entry >> 10 & MEMORY_PPN) << MEMORY_PAGE_BITS;
}

static inline uint64_t memory_span(unsigned level)
{
    return 1ull << (MEMORY_PAGE_BITS + 9 * level);
}

/* Levels of a mode of hgatp; 0: it has none, or is not known. */
static inline unsigned memory_levels(uint64_t hgatp)
{
    unsigned mode = (unsigned)(hgatp >> 60);

    return mode >= 8 && mode <= 10 ? mode - 5 : 0;
}

static inline uint64_t memory_root_of(uint64_t hgatp)
{
    return hgatp & (0xfull << 60 | MEMORY_PPN);
}

/* Makes room for one more in an array; false: no memory, or more than `most`. */
bool memory_grow(void **array, size_t *room, size_t count, size_t size, size_t most);

#endif
