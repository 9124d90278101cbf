/*
 * The hypervisor's own address space (Sv39): virtual equals physical, nothing is both writable
 * and executable, and what is not needed is not mapped.
 *
 *     firmware below the image   not mapped
 *     .text                      R X
 *     .rodata                    R
 *     .data, .bss                R W
 *     pages under the stacks     not mapped: an overflow traps instead of corrupting
 *     all other RAM              R W, guests' memory among it: never X
 *     UART, PLIC, finisher       R W
 *
 * The 2 MiB region around the image is mapped in 4 KiB pages, the rest of the RAM in 2 MiB
 * leaves where it fits.
 */
#include "boot/board.h"
#include "boot/init.h"
#include "lib/string.h"
#include "memory/gstage.h" /* the PTE's bits are the same in both stages */
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/panic.h"

#define TABLE_ENTRIES 512
#define TABLES_MAX    16
#define PAGE          4096ull
#define MEGAPAGE      (512 * PAGE)

#define READ_WRITE (PTE_R | PTE_W | PTE_A | PTE_D)
#define READ_EXEC  (PTE_R | PTE_X | PTE_A | PTE_D)
#define READ_ONLY  (PTE_R | PTE_A | PTE_D)

extern char __image_start[], __text_end[], __rodata_end[], __image_end[];
extern char __stack_guard[], __emergency_stack_guard[];

static uint64_t tables[TABLES_MAX][TABLE_ENTRIES] __attribute__((aligned(4096)));
static unsigned tables_used;

static uint64_t *table_new(void)
{
    if (tables_used == TABLES_MAX)
        panic("own page tables: more than %d are needed; the board's RAM is too scattered",
              TABLES_MAX);
    return tables[tables_used++];
}

/* The entry for address at level 0 (4 KiB) or 1 (2 MiB), tables made on the way. */
static uint64_t *entry_for(uint64_t address, int level)
{
    uint64_t *table = tables[0];

    for (int at = 2; at > level; at--) {
        uint64_t *entry = &table[address >> (12 + 9 * at) & (TABLE_ENTRIES - 1)];
        if (!(*entry & PTE_V))
            *entry = (uint64_t)table_new() >> 12 << PTE_PPN_SHIFT | PTE_V;
        table = (uint64_t *)(*entry >> PTE_PPN_SHIFT << 12);
    }
    return &table[address >> (12 + 9 * level) & (TABLE_ENTRIES - 1)];
}

static void map(uint64_t base, uint64_t bytes, uint64_t bits)
{
    uint64_t end = (base + bytes + PAGE - 1) & ~(PAGE - 1);

    base &= ~(PAGE - 1);
    while (base < end) {
        bool large = base % MEGAPAGE == 0 && end - base >= MEGAPAGE;
        *entry_for(base, large ? 1 : 0) = base >> 12 << PTE_PPN_SHIFT | bits | PTE_V;
        base += large ? MEGAPAGE : PAGE;
    }
}

static void map_ram_around_image(void)
{
    uint64_t ram_end = board.ram.base + board.ram.bytes;
    uint64_t image_end = (uint64_t)__image_end;

    map(image_end, ram_end - image_end, READ_WRITE);
}

void mapping_init(void)
{
    table_new();
    map((uint64_t)__image_start, (uint64_t)(__text_end - __image_start), READ_EXEC);
    map((uint64_t)__text_end, (uint64_t)(__rodata_end - __text_end), READ_ONLY);
    map((uint64_t)__rodata_end, (uint64_t)(__image_end - __rodata_end), READ_WRITE);
    *entry_for((uint64_t)__stack_guard, 0) = 0;
    *entry_for((uint64_t)__emergency_stack_guard, 0) = 0;
    map_ram_around_image();
    if (board.uart)
        map(board.uart, PAGE, READ_WRITE);
    if (board.finisher)
        map(board.finisher, PAGE, READ_WRITE);
    if (board.plic)
        map(board.plic, 0x400000, READ_WRITE);
    csr_write(satp, SATP_SV39 | (uint64_t)tables[0] >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

HV_INIT(INIT_MEMORY, mapping_init);
