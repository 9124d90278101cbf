/*
 * Second stages as they were at the last entry, and what has become of them. Stores to a known
 * table are noted; at the next entry of the VM first everything that has gone is taken out, then
 * what is new comes in.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/life.h"
#include "model/memory.h"

#define MOST_CHANGES (1u << 20)

MODEL_RULE(not_robbed, "memory.frame-owned-once", "contract",
           "A frame of RAM is one VM's memory, or a table of one, while both may run.",
           "page in two VMs");

bool memory_grow(void **array, size_t *room, size_t count, size_t size, size_t most)
{
    if (count < *room)
        return true;
    size_t wanted = *room ? *room * 2 : 16;
    void *more = wanted <= most ? realloc(*array, wanted * size) : NULL;

    if (!more)
        return false;
    *array = more;
    *room = wanted;
    return true;
}

uint64_t memory_walk(const struct memory *memory, uint64_t hgatp, uint64_t address, int level)
{
    unsigned levels = memory_levels(hgatp);
    uint64_t at = (hgatp & MEMORY_PPN & ~3ull) << MEMORY_PAGE_BITS;

    for (int now = (int)levels - 1; now >= 0; now--) {
        uint64_t index = address / memory_span((unsigned)now);
        uint64_t entry;

        if (now == level)
            return at;
        index &= now == (int)levels - 1 ? 2047 : 511;
        if (!memory_frame_at(memory, at + index * sizeof(entry)))
            return 0;
        memcpy(&entry, memory_ram(memory, at + index * sizeof(entry)), sizeof(entry));
        if (!(entry & MEMORY_V))
            return 0;
        at = memory_target(entry);
        if (entry & MEMORY_RWX)
            return level >= 0 ? 0 : at + (address & (memory_span((unsigned)now) - 1));
    }
    return 0;
}

static bool is_dirty(const struct memory_table *table, unsigned index)
{
    return table->dirty[index / 64] >> index % 64 & 1;
}

static void free_tables(struct memory_table *table)
{
    while (table) {
        struct memory_table *next = table->next;
        free(table);
        table = next;
    }
}

void memory_forget(struct memory *memory, int vm)
{
    struct memory_guest *guest = &memory->guest[vm];

    memory->forgetting = true;
    while (guest->tables) {
        guest->tables->links = 1;
        memory_unlink_table(memory, guest->tables);
    }
    memory->forgetting = false;
    free_tables(guest->gone);
    guest->gone = NULL;
    guest->changes = 0;
    guest->roots = 0;
    guest->robberies = 0;
}

/* Does the leaf lead where it led, with other rights? It need not be read anew then. */
static bool is_same_frame(uint64_t before, uint64_t now)
{
    return (before & now & MEMORY_V) && (before & MEMORY_RWX) && (now & MEMORY_RWX) &&
           before >> 10 == now >> 10 && !(now & ~before & MEMORY_X);
}

/* Takes out what is not in RAM any more as it was. */
static void take_out(struct memory *memory, int vm)
{
    struct memory_guest *guest = &memory->guest[vm];

    guest->stored = false;
    for (size_t i = 0; i < guest->changes; i++) {
        struct memory_table *table = guest->change[i].table;
        unsigned index = guest->change[i].index;

        if (table->gone)
            continue;
        uint64_t before = table->entry[index], now = memory_entry_now(memory, table, index);
        if (is_same_frame(before, now))
            table->entry[index] = now;
        else if ((before ^ now) & ~MEMORY_FREE_BITS)
            memory_unlink_entry(memory, table, index);
    }
}

static bool is_empty(const struct memory_table *table)
{
    for (unsigned i = 0; i < table->entries; i++)
        if (table->entry[i] & MEMORY_V)
            return false;
    return true;
}

static void bring_in(struct memory *memory, const struct memory_event *event, int vm)
{
    struct memory_guest *guest = &memory->guest[vm];

    for (size_t i = 0; i < guest->changes && !guest->lost; i++) {
        struct memory_table *table = guest->change[i].table;
        unsigned index = guest->change[i].index;

        if (table->gone || !is_dirty(table, index))
            continue;
        table->dirty[index / 64] &= ~(1ull << index % 64);
        uint64_t entry = memory_entry_now(memory, table, index);
        if (!(table->entry[index] & MEMORY_V) && (entry & MEMORY_V))
            memory_link_entry(memory, event, table, index, entry);
    }
    guest->changes = 0;
    free_tables(guest->gone);
    guest->gone = NULL;
}

/* Frames and tables that others were given, and that this VM, which is about to run, still has. */
static void judge_robberies(struct memory *memory, const struct memory_event *event, int vm,
                            uint64_t hgatp)
{
    struct memory_guest *guest = &memory->guest[vm];

    for (size_t i = 0; i < guest->robberies; i++) {
        const struct memory_robbed *robbed = &guest->robbed[i];
        const struct memory_frame *frame = memory_frame_at(memory, robbed->page);

        if (frame->maps == 0 || frame->vm != robbed->by ||
            memory_walk(memory, hgatp, robbed->address, robbed->level) != robbed->page)
            continue;
        MODEL_TEXT(seen, "VM %s is entered with the same frame as %s",
                   memory->model->vm[vm].packed->name,
                   robbed->level < 0 ? "its memory" : "one of its tables");
        MODEL_TEXT(expected, "frame 0x%" PRIx64 " is VM %s's alone", robbed->page,
                   memory->model->vm[robbed->by].packed->name);
        model_broken(memory->model, &not_robbed, event->hart, event->vcpu, robbed->code, expected,
                     seen);
        guest->lost = true;
        break;
    }
    guest->robberies = 0;
}

static bool knows_root(struct memory *memory, int vm, uint64_t root)
{
    const struct memory_guest *guest = &memory->guest[vm];

    for (unsigned i = 0; i < guest->roots; i++)
        if (guest->root[i] == root)
            return true;
    return false;
}

void memory_take_out(struct memory *memory, int vm)
{
    struct memory_guest *guest = &memory->guest[vm];

    take_out(memory, vm);
    for (unsigned i = guest->roots; i-- > 0;) {
        uint64_t root = (guest->root[i] & MEMORY_PPN) << MEMORY_PAGE_BITS;
        struct memory_table *table = memory_frame_at(memory, root)->table;

        if (!table || table->vm != vm || !is_empty(table))
            continue;
        memory_unlink_table(memory, table);
        guest->root[i] = guest->root[--guest->roots];
    }
}

void memory_follow(struct memory *memory, const struct memory_event *event, int vm, uint64_t hgatp)
{
    struct memory_guest *guest = &memory->guest[vm];

    if (guest->lost)
        return;
    if (guest->robberies)
        judge_robberies(memory, event, vm, hgatp);
    MODEL_EXERCISED(not_robbed);
    if (guest->changes) {
        take_out(memory, vm);
        bring_in(memory, event, vm);
    }
    if (!guest->lost && !knows_root(memory, vm, memory_root_of(hgatp)))
        memory_link_root(memory, event, vm, hgatp);
}

void memory_follow_end(struct memory *memory, int vm)
{
    struct model_vm *of = &memory->model->vm[vm];
    struct memory_guest *guest = &memory->guest[vm];
    const struct memory_event event = {0, &of->vcpu[0], 0};

    if (!of->seen || guest->lost || !guest->changes || life_may_begin(memory->model, of) ||
        !model_owns(memory->model, (unsigned)vm, of->hgatp))
        return; /* it is taken apart, or made anew */
    take_out(memory, vm);
    bring_in(memory, &event, vm);
}

void memory_table_stored(struct memory *memory, const struct memory_event *event, uint64_t physical,
                         unsigned bytes)
{
    struct memory_table *table = memory_frame_at(memory, physical)->table;
    struct memory_guest *guest = &memory->guest[table->vm];
    unsigned first = (unsigned)((physical - table->physical) / 8);
    unsigned last = (unsigned)((physical + bytes - 1 - table->physical) / 8);

    guest->stored = true;
    for (unsigned i = first; i <= last && i < table->entries; i++) {
        tlb_changed(memory, event, table, i);
        if (is_dirty(table, i))
            continue;
        if (!memory_grow((void **)&guest->change, &guest->change_room, guest->changes,
                         sizeof(*guest->change), MOST_CHANGES)) {
            guest->lost = true;
            return;
        }
        table->dirty[i / 64] |= 1ull << i % 64;
        guest->change[guest->changes++] = (struct memory_change){table, i};
    }
    if (!guest->lost && memory_runs_elsewhere(memory, event->hart, table->vm)) {
        take_out(memory, table->vm); /* it may be used at once */
        bring_in(memory, event, table->vm);
    }
}
