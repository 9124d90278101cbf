/* A VM's RAM: promised when it is made, backed when it is touched, reached by one checked copy. */
#include "memory/guest_memory.h"
#include "abi/monitor.h"
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "lib/string.h"
#include "memory/gstage_fill.h"
#include "metal/metal.h"
#include "trap/panic.h"
#include "vm/vm.h"

#define SMALL_COPY (2 * PAGE_SIZE)

static uint64_t promised; /* pages, to all VMs, tables included */
static bool small_leaves; /* option leaf=4k */

/* Pages that a VM of `bytes` can need at most: its RAM, second-stage tables down to 4 KiB
 * leaves, the root, and a page for each vCPU. */
static uint64_t pages_at_most(uint64_t bytes)
{
    uint64_t pages = bytes / PAGE_SIZE;
    uint64_t leaf_tables = bytes / gstage_leaf_bytes(1) + 1;
    uint64_t middle_tables = bytes / gstage_leaf_bytes(2) + 2;

    return pages + leaf_tables + middle_tables + 4 + BUNDLE_MAX_VCPUS;
}

uint64_t guest_memory_available(void)
{
    uint64_t all = page_count(OWNER_FREE);

    for (unsigned i = 0; i < VM_MAX; i++)
        all += page_count(OWNER_VM_FIRST + i) + page_count(OWNER_TABLES_FIRST + i);
    return (all - promised) * PAGE_SIZE;
}

bool guest_memory_init(struct vm *vm, uint64_t bytes)
{
    uint64_t pages = pages_at_most(bytes);

    if (pages * PAGE_SIZE > guest_memory_available())
        return false;
    if (gstage_init(&vm->gstage, OWNER_TABLES_FIRST + vm->id, vm->id) != GSTAGE_OK)
        return false;
    promised += pages;
    vm->memory = bytes;
    return true;
}

/* What a VM gives back is what it got: each frame is mapped once, and no table is left over. */
static void check_frames(const struct vm *vm, uint64_t pages)
{
    uint64_t mapped = vm->report->resident / PAGE_SIZE;
    uint64_t tables = page_count(OWNER_TABLES_FIRST + vm->id);

    if (pages != mapped)
        panic("VM %u has %lu pages, and %lu are mapped: a frame is lost, or of another owner",
              vm->id, pages, mapped);
    if (tables > vm->report->vcpus)
        panic("VM %u: its tables are freed, and %lu pages are left, for %u vCPUs: a table is lost",
              vm->id, tables, vm->report->vcpus);
}

uint64_t guest_memory_release(struct vm *vm)
{
    uint64_t pages = page_count(OWNER_VM_FIRST + vm->id);

    gstage_destroy(&vm->gstage);
    check_frames(vm, pages);
    page_free_all(OWNER_VM_FIRST + vm->id);
    promised -= pages_at_most(vm->memory);
    vm->memory = 0;
    vm->report->resident = 0;
    vm->report->tables = 0;
    return pages;
}

bool guest_memory_holds(const struct vm *vm, uint64_t gpa, uint64_t bytes)
{
    uint64_t offset = gpa - BUNDLE_GUEST_RAM_BASE; /* below the base: more than any memory */

    return offset <= vm->memory && bytes <= vm->memory - offset;
}

/* Maps a zeroed frame as the leaf of that level around gpa, and counts it in the VM's report.
 * False: not all of it would be the VM's RAM, something is mapped there already, or no frame so
 * large is free; nothing was done. Inline, so that it is made for each level. */
static inline __attribute__((always_inline)) bool fill_leaf(struct vm *vm, uint64_t gpa,
                                                            unsigned level)
{
    uint64_t bytes = gstage_leaf_bytes(level);
    unsigned order = 9 * level;
    struct gstage_place place;

    gpa &= ~(bytes - 1);
    if (!guest_memory_holds(vm, gpa, bytes))
        return false;
    if (!gstage_find_vacant(&vm->gstage, gpa, &place) || place.level < level)
        return false;
    uint64_t frame = page_alloc_zeroed(order, OWNER_VM_FIRST + vm->id);
    if (!frame)
        return false;
    if (!gstage_put_leaf(&vm->gstage, &place, gpa, frame, level, GSTAGE_RWX)) {
        page_free(frame, order, OWNER_VM_FIRST + vm->id);
        return false;
    }
    instruction_fence(); /* another VM's code may have been in the frame */
    vm->report->resident += bytes;
    if (level < place.level)
        vm->report->tables = page_count(OWNER_TABLES_FIRST + vm->id) * PAGE_SIZE;
    return true;
}

/* guest_memory_fill with a small leaf, if nothing is there. If something is, the hart has
 * remembered that there was nothing. */
static __attribute__((noinline)) bool fill_small(struct vm *vm, uint64_t gpa)
{
    struct gstage_leaf there;

    if (!guest_memory_holds(vm, gpa, 1))
        return false;
    if (fill_leaf(vm, gpa, 0))
        return true;
    if (!gstage_walk(&vm->gstage, gpa, &there))
        panic("VM %u was promised the page at gpa 0x%lx, and there is none (%lu free)", vm->id, gpa,
              page_count(OWNER_FREE));
    gstage_forget(&vm->gstage);
    return true;
}

bool guest_memory_fill(struct vm *vm, uint64_t gpa)
{
    if (!small_leaves && fill_leaf(vm, gpa, 1))
        return true;
    return fill_small(vm, gpa);
}

/* The hypervisor's address of the guest's byte at gpa, which is the VM's RAM. It backs what was
 * never touched by one small page: zeroing 2 MiB for a device tree would take most of a boot. */
static uint8_t *host_address(struct vm *vm, uint64_t gpa, size_t bytes)
{
    struct gstage_leaf leaf;

    if (!gstage_walk(&vm->gstage, gpa, &leaf)) {
        if (bytes > SMALL_COPY)
            guest_memory_fill(vm, gpa);
        else
            fill_small(vm, gpa);
        if (!gstage_walk(&vm->gstage, gpa, &leaf))
            panic("VM %u: gpa 0x%lx is not mapped after it was filled", vm->id, gpa);
    }
    return (uint8_t *)(leaf.pa + (gpa - leaf.gpa));
}

/* How many of `bytes` at gpa lie in its page. */
static size_t within_page(uint64_t gpa, size_t bytes)
{
    size_t left = PAGE_SIZE - gpa % PAGE_SIZE;

    return bytes < left ? bytes : left;
}

bool guest_memory_read(struct vm *vm, uint64_t gpa, void *to, size_t bytes)
{
    if (!guest_memory_holds(vm, gpa, bytes))
        return false;
    while (bytes) {
        size_t part = within_page(gpa, bytes);
        memcpy(to, host_address(vm, gpa, bytes), part);
        to = (uint8_t *)to + part;
        gpa += part;
        bytes -= part;
    }
    return true;
}

bool guest_memory_write(struct vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
    if (!guest_memory_holds(vm, gpa, bytes))
        return false;
    while (bytes) {
        size_t part = within_page(gpa, bytes);
        memcpy(host_address(vm, gpa, bytes), from, part);
        from = (const uint8_t *)from + part;
        gpa += part;
        bytes -= part;
    }
    return true;
}

/* Option vmids=N: use no more than N of the machine's VMIDs (a power of two), so that they soon run
 * out. Returns the bits of those that are used. */
static unsigned vmid_bits(void)
{
    uint64_t most = option_number("vmids", UINT64_MAX);
    unsigned bits = hart_vmid_bits();

    while (bits > 0 && 1ull << bits > most)
        bits--;
    return bits;
}

/* Option leaf=4k: back guests with 4 KiB pages only. */
static void memory_init(void)
{
    struct board_range ranges[BOARD_MAX_RANGES + 3];
    struct page_range free[BOARD_MAX_RANGES + 3];
    unsigned count = board_free_ranges(ranges, BOARD_MAX_RANGES + 3);
    char leaf[4];

    for (unsigned i = 0; i < count; i++)
        free[i] = (struct page_range){ranges[i].base, ranges[i].bytes};
    if (!page_init(free, count))
        panic("the machine has too little RAM for the tables of its page frames");
    vmid_init(vmid_bits());
    if (!option_text("leaf", leaf, sizeof(leaf)))
        return;
    small_leaves = strcmp(leaf, "4k") == 0;
    if (!small_leaves && strcmp(leaf, "2m") != 0)
        panic("option leaf=%s: 4k or 2m is expected", leaf);
}

HV_INIT(INIT_FRAMES, memory_init);
HV_OPTION("leaf");
HV_OPTION("vmids");
