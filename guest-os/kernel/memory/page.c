/*
 * The allocator of pages. Freed pages form a list through their first words. Pages that were
 * never used are taken from the ranges in order and not touched before that: a hypervisor which
 * gives memory at the first touch gives no more than is used.
 */
#include "memory/page.h"

#include <stdbool.h>

#include "boot/init.h"
#include "lib/string.h"
#include "platform/platform.h"
#include "sbi/sbi.h"
#include "sbi/stop.h"

/* The most pieces that the reserved ranges can cut the memory into. */
#define PIECES (2 * PLATFORM_RANGES)

struct free_page {
    struct free_page *next;
};

static struct free_page *free_list;
static struct range pieces[PIECES]; /* never used yet: [start, end), both on page boundaries */
static unsigned piece_count;
static size_t free_pages, total_pages;

static uint64_t lowest;      /* physical address of the page with references[0] */
static uint64_t highest;     /* end of the last page */
static uint16_t *references; /* one a page */

static uint16_t *references_of(const void *page)
{
    uint64_t address = (uint64_t)page;
    if (address & PAGE_MASK || address < lowest || address >= highest)
        panic("%p is no page of RAM [%p, %p)", page, (void *)lowest, (void *)highest);
    return &references[(address - lowest) / PAGE_SIZE];
}

/* Takes the next page that was never used, or NULL. */
static void *take_unused(void)
{
    for (unsigned i = 0; i < piece_count; i++) {
        if (pieces[i].start == pieces[i].end)
            continue;
        void *page = (void *)pieces[i].start;
        pieces[i].start += PAGE_SIZE;
        return page;
    }
    return NULL;
}

static void *take_freed(void)
{
    struct free_page *page = free_list;
    if (page)
        free_list = page->next;
    return page;
}

void *page_alloc(void)
{
    void *page = take_freed();
    if (!page)
        page = take_unused();
    if (!page)
        return NULL;
    free_pages--;
    *references_of(page) = 1;
    return memset(page, 0, PAGE_SIZE);
}

void page_share(void *page)
{
    uint16_t *count = references_of(page);
    if (!*count || *count == UINT16_MAX)
        panic("page %p has %u references and gets another", page, *count);
    (*count)++;
}

void page_free(void *page)
{
    uint16_t *count = references_of(page);
    if (!*count)
        panic("page %p is freed and has no reference", page);
    if (--*count)
        return;
    struct free_page *freed = page;
    freed->next = free_list;
    free_list = freed;
    free_pages++;
}

unsigned page_references(const void *page)
{
    return *references_of(page);
}

size_t page_free_count(void)
{
    return free_pages;
}

size_t page_total_count(void)
{
    return total_pages;
}

static void add_piece(uint64_t start, uint64_t end)
{
    start = PAGE_UP(start);
    end = PAGE_DOWN(end);
    if (start >= end)
        return;
    if (piece_count == PIECES)
        panic("memory is in more than %d pieces", PIECES);
    pieces[piece_count++] = (struct range){start, end};
}

/* Cuts a reserved range out of piece number index; what is left above it becomes a new piece. */
static void cut_piece(unsigned index, const struct range *reserved)
{
    uint64_t start = PAGE_DOWN(reserved->start), end = PAGE_UP(reserved->end);
    struct range piece = pieces[index];
    if (end <= piece.start || start >= piece.end)
        return;
    pieces[index].end = start > piece.start ? start : piece.start;
    if (end < piece.end)
        add_piece(end, piece.end);
}

static void find_pieces(void)
{
    lowest = UINT64_MAX;
    for (unsigned i = 0; i < platform.memory_count; i++) {
        const struct range *memory = &platform.memory[i];
        add_piece(memory->start, memory->end);
        lowest = memory->start < lowest ? PAGE_UP(memory->start) : lowest;
        highest = memory->end > highest ? PAGE_DOWN(memory->end) : highest;
    }
    for (unsigned r = 0; r < platform.reserved_count; r++) {
        for (unsigned i = 0; i < piece_count; i++)
            cut_piece(i, &platform.reserved[r]);
    }
}

/* Takes the table of references, two bytes a page, from the first piece that has room for it. */
static void place_references(void)
{
    uint64_t bytes = PAGE_UP((highest - lowest) / PAGE_SIZE * sizeof(*references));
    for (unsigned i = 0; i < piece_count; i++) {
        if (pieces[i].end - pieces[i].start < bytes)
            continue;
        references = (uint16_t *)pieces[i].start;
        pieces[i].start += bytes;
        return;
    }
    panic("no room for a table of %lu bytes, two for each page of RAM", bytes);
}

static void page_init(void)
{
    find_pieces();
    place_references();
    for (unsigned i = 0; i < piece_count; i++)
        total_pages += (pieces[i].end - pieces[i].start) / PAGE_SIZE;
    free_pages = total_pages;
}
RIDER_INIT(INIT_MEMORY, page_init);
