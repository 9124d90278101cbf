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
 * The 2 MiB region around the image is mapped in 4 KiB pages, the rest of the RAM in the largest
 * leaves that fit: 1 GiB, 2 MiB. So the tables are few, however large the RAM.
 */
#include "boot/board.h"
#include "boot/init.h"
#include "lib/string.h"
#include "memory/gstage.h" /* the PTE's bits are the same in both stages */
#include "memory/page.h"
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/panic.h"

#define TABLE_ENTRIES 512
#define TABLES_MAX    16
#define ROOT_LEVEL    2
#define LIMIT         (1ull << 38) /* of Sv39's lower half, in which an address is itself */

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

static uint64_t leaf_bytes(int level)
{
    return PAGE_SIZE << (9 * level);
}

/* The entry for address at level 0 (4 KiB), 1 (2 MiB) or 2 (1 GiB), tables made on the way. */
static uint64_t *entry_for(uint64_t address, int level)
{
    uint64_t *table = tables[0];

    for (int at = ROOT_LEVEL; at > level; at--) {
        uint64_t *entry = &table[address >> (12 + 9 * at) & (TABLE_ENTRIES - 1)];
        if (!(*entry & PTE_V))
            *entry = (uint64_t)table_new() >> 12 << PTE_PPN_SHIFT | PTE_V;
        table = (uint64_t *)(*entry >> PTE_PPN_SHIFT << 12);
    }
    return &table[address >> (12 + 9 * level) & (TABLE_ENTRIES - 1)];
}

/* The highest level whose leaf may begin at base and does not go beyond end. */
static int largest_level(uint64_t base, uint64_t end)
{
    int level = ROOT_LEVEL;

    while (level > 0 && (base % leaf_bytes(level) != 0 || end - base < leaf_bytes(level)))
        level--;
    return level;
}

static void map(uint64_t base, uint64_t bytes, uint64_t bits)
{
    uint64_t end = (base + bytes + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);

    if (end > LIMIT)
        panic("own page tables: 0x%lx to 0x%lx, but Sv39 ends at 0x%llx", base, end, LIMIT);
    base &= ~(PAGE_SIZE - 1);
    while (base < end) {
        int level = largest_level(base, end);
        *entry_for(base, level) = base >> 12 << PTE_PPN_SHIFT | bits | PTE_V;
        base += leaf_bytes(level);
    }
}

static void map_ram_around_image(void)
{
    uint64_t ram_end = board.ram.base + board.ram.bytes;
    uint64_t image_end = (uint64_t)__image_end;

    map(image_end, ram_end - image_end, READ_WRITE);
}

void mapping_use(void)
{
    csr_write(satp, SATP_SV39 | (uint64_t)tables[0] >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Replaces a leaf by a table of leaves of the level below, with the same permissions. */
static void split(uint64_t *entry, int level)
{
    uint64_t *table = table_new();

    for (uint64_t i = 0; i < TABLE_ENTRIES; i++)
        table[i] = *entry + (i * leaf_bytes(level - 1) >> 12 << PTE_PPN_SHIFT);
    *entry = (uint64_t)table >> 12 << PTE_PPN_SHIFT | PTE_V;
}

void mapping_guard(uint64_t page)
{
    for (int level = ROOT_LEVEL; level > 0; level--) {
        uint64_t *entry = entry_for(page, level);
        if (*entry & (PTE_R | PTE_X))
            split(entry, level);
    }
    *entry_for(page, 0) = 0;
    __asm__ volatile("sfence.vma" ::: "memory");
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
        map(board.uart, PAGE_SIZE, READ_WRITE);
    if (board.finisher)
        map(board.finisher, PAGE_SIZE, READ_WRITE);
    if (board.plic)
        map(board.plic, 0x400000, READ_WRITE);
    mapping_use();
}

HV_INIT(INIT_MEMORY, mapping_init);
