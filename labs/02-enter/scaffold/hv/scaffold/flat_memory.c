/*
 * Scaffold, until lab 4 brings memory/: a VM's RAM is one run of frames, all of it mapped when
 * the VM is made. Nothing is ever added to the map or taken from it.
 */
#include "memory/guest_memory.h"
#include "boot/board.h"
#include "boot/init.h"
#include "lib/string.h"
#include "memory/page.h"
#include "metal/metal.h"
#include "trap/panic.h"
#include "vm/vm.h"

#define LARGE    (2ull << 20)
#define MODE     (8ull << 60)
#define ROOT_TOP (BUNDLE_GUEST_RAM_BASE >> 30)

static uint64_t ram_of[VM_MAX]; /* physical address of each VM's RAM */

static unsigned order_for(uint64_t bytes)
{
    unsigned order = ORDER_2M;

    while (PAGE_SIZE << order < bytes)
        order++;
    return order;
}

uint64_t guest_memory_available(void)
{
    return page_count(OWNER_FREE) * PAGE_SIZE;
}

bool guest_memory_init(struct vm *vm, uint64_t bytes)
{
    unsigned tables = OWNER_TABLES_FIRST + vm->id;

    if (bytes == 0 || bytes > 1ull << 30)
        return false;
    uint64_t ram = page_alloc_zeroed(order_for(bytes), OWNER_VM_FIRST + vm->id);
    uint64_t root = page_alloc_zeroed(ORDER_16K, tables);
    uint64_t below = page_alloc_zeroed(ORDER_4K, tables);
    if (!ram || !root || !below) {
        page_free_all(OWNER_VM_FIRST + vm->id);
        page_free_all(tables);
        return false;
    }
    ((uint64_t *)root)[ROOT_TOP] = below >> 12 << PTE_PPN_SHIFT | PTE_V;
    for (uint64_t at = 0; at < bytes; at += LARGE)
        ((uint64_t *)below)[at / LARGE] =
            (ram + at) >> 12 << PTE_PPN_SHIFT | GSTAGE_RWX | PTE_V | PTE_U | PTE_A | PTE_D;
    ram_of[vm->id] = ram;
    vm->gstage = (struct gstage){.root = root, .owner = tables, .vm = vm->id, .vmid = vm->id};
    vm->memory = bytes;
    vm->report->resident = bytes;
    return true;
}

uint64_t guest_memory_release(struct vm *vm)
{
    hfence_gvma_all();
    vm->gstage.root = 0;
    vm->memory = 0;
    vm->report->resident = 0;
    page_free_all(OWNER_TABLES_FIRST + vm->id);
    return page_free_all(OWNER_VM_FIRST + vm->id);
}

/* VMIDs have a life of their own from lab 4 on: until then nothing is remembered under any. */
void gstage_load(struct gstage *gstage)
{
    second_stage_load(MODE | (uint64_t)gstage->vmid << 44 | gstage->root >> 12);
    hfence_gvma_all();
    hfence_vvma_all();
}

bool guest_memory_holds(const struct vm *vm, uint64_t gpa, uint64_t bytes)
{
    uint64_t offset = gpa - BUNDLE_GUEST_RAM_BASE;

    return gpa >= BUNDLE_GUEST_RAM_BASE && offset <= vm->memory && bytes <= vm->memory - offset;
}

bool guest_memory_read(struct vm *vm, uint64_t gpa, void *to, size_t bytes)
{
    if (!guest_memory_holds(vm, gpa, bytes))
        return false;
    memcpy(to, (const void *)(ram_of[vm->id] + (gpa - BUNDLE_GUEST_RAM_BASE)), bytes);
    return true;
}

bool guest_memory_write(struct vm *vm, uint64_t gpa, const void *from, size_t bytes)
{
    if (!guest_memory_holds(vm, gpa, bytes))
        return false;
    memcpy((void *)(ram_of[vm->id] + (gpa - BUNDLE_GUEST_RAM_BASE)), from, bytes);
    return true;
}

static void memory_init(void)
{
    struct board_range ranges[BOARD_MAX_RANGES + 3];
    struct page_range free[BOARD_MAX_RANGES + 3];
    unsigned count = board_free_ranges(ranges, BOARD_MAX_RANGES + 3);

    for (unsigned i = 0; i < count; i++)
        free[i] = (struct page_range){ranges[i].base, ranges[i].bytes};
    if (!page_init(free, count))
        panic("the machine has too little RAM for the tables of its page frames");
}

HV_INIT(INIT_FRAMES, memory_init);
