/* Builds the kernel's half of every address space and turns translation on. */
#include "memory/kernel_map.h"

#include "boot/csr.h"
#include "boot/init.h"
#include "lib/string.h"
#include "memory/page.h"
#include "platform/platform.h"
#include "sbi/sbi.h"
#include "sbi/stop.h"

extern char __image_start[], __rodata_start[], __data_start[], __boot_stack_guard[],
    __boot_stack_bottom[], __image_end[];

pte_t *kernel_root;

static void map_or_panic(uint64_t start, uint64_t end, uint64_t bits)
{
    if (start < end && !sv39_map(kernel_root, start, start, end - start, bits | PTE_G))
        panic("no memory for the kernel's page tables");
}

static void map_image(void)
{
    uint64_t data_end = (uint64_t)__boot_stack_guard;
    map_or_panic((uint64_t)__image_start, (uint64_t)__rodata_start, PTE_R | PTE_X);
    map_or_panic((uint64_t)__rodata_start, (uint64_t)__data_start, PTE_R);
    map_or_panic((uint64_t)__data_start, data_end, PTE_R | PTE_W);
    map_or_panic((uint64_t)__boot_stack_bottom, (uint64_t)__image_end, PTE_R | PTE_W);
}

/* Maps a range of RAM, leaving out the image. What is reserved otherwise stays mapped: the
 * initrd is read in place, and firmware guards its own memory. */
static void map_ram(const struct range *memory)
{
    uint64_t start = PAGE_UP(memory->start), end = PAGE_DOWN(memory->end);
    uint64_t image_start = (uint64_t)__image_start, image_end = (uint64_t)__image_end;
    if (end <= image_start || start >= image_end) {
        map_or_panic(start, end, PTE_R | PTE_W);
        return;
    }
    map_or_panic(start, image_start, PTE_R | PTE_W);
    map_or_panic(image_end, end, PTE_R | PTE_W);
}

void kernel_map_copy(pte_t *root)
{
    unsigned first = USER_TOP / SV39_LEAF_BYTES(2);
    for (unsigned i = first; i < PTE_ENTRIES; i++)
        root[i] = kernel_root[i];
}

void kernel_map_switch(const pte_t *root)
{
    csr_write(satp, SATP_MODE_SV39 | (uint64_t)root >> 12);
    sfence_vma();
}

static uint64_t slot_stack(unsigned slot)
{
    return STACK_WINDOW + (slot + 1) * STACK_SLOT_BYTES - STACK_PAGES * PAGE_SIZE;
}

uint64_t kernel_stack_create(unsigned slot)
{
    uint64_t bottom = slot_stack(slot);
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        void *page = page_alloc();
        uint64_t address = bottom + i * PAGE_SIZE;
        if (page &&
            sv39_map(kernel_root, address, (uint64_t)page, PAGE_SIZE, PTE_R | PTE_W | PTE_G))
            continue;
        if (page)
            page_free(page);
        kernel_stack_destroy(slot);
        return 0;
    }
    sfence_vma();
    return bottom + STACK_PAGES * PAGE_SIZE;
}

void kernel_stack_destroy(unsigned slot)
{
    for (unsigned i = 0; i < STACK_PAGES; i++) {
        pte_t *entry = sv39_entry(kernel_root, slot_stack(slot) + i * PAGE_SIZE, 0, false);
        if (!entry || !(*entry & PTE_V))
            continue;
        page_free(pte_page(*entry));
        *entry = 0;
    }
    sfence_vma();
}

/* Each root shares the tables below the kernel's root entries, so these must exist before the
 * first copy is made: the stack window gets its table now. */
static void make_stack_window(void)
{
    if (!sv39_entry(kernel_root, STACK_WINDOW, 0, true))
        panic("no memory for the window of kernel stacks");
}

static void kernel_map_init(void)
{
    kernel_root = page_alloc();
    if (!kernel_root)
        panic("no memory for the kernel's root table");
    map_image();
    for (unsigned i = 0; i < platform.memory_count; i++) {
        if (platform.memory[i].start < USER_TOP || platform.memory[i].end > SV39_TOP)
            panic("RAM [%p, %p) is not within [%p, %p)", (void *)platform.memory[i].start,
                  (void *)platform.memory[i].end, (void *)USER_TOP, (void *)SV39_TOP);
        map_ram(&platform.memory[i]);
    }
    make_stack_window();
    kernel_map_switch(kernel_root);
}
RIDER_INIT(INIT_PAGING, kernel_map_init);
