/*
 * Tables of second stages come into the model, with all below them, and go. Each is at one place of
 * its VM's memory and is one VM's. Privileged ISA, 18.5.1: Guest Physical Address Translation.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/memory.h"

MODEL_RULE(followed, "memory.second-stage", "Privileged ISA 20240411, 18.2.10, 18.5.1",
           "A guest's second stage is a tree of tables in RAM, each at one place of it, whose root "
           "is aligned to 16 KiB.",
           "malformed page table");
static void malformed(struct memory *memory, const struct memory_event *event, int vm,
                      uint64_t address, const char *what)
{
    MODEL_TEXT(seen, "%s, on the way to guest-physical 0x%" PRIx64, what, address);
    model_broken(memory->model, &followed, event->hart, event->vcpu, event->code,
                 "a tree of tables, each in RAM and at one place", seen);
    memory->guest[vm].lost = true;
}

void memory_unlink_entry(struct memory *memory, struct memory_table *table, unsigned index)
{
    uint64_t entry = table->entry[index], target = memory_target(entry);

    table->entry[index] = 0;
    if (!(entry & MEMORY_V))
        return;
    if (entry & MEMORY_RWX) {
        memory_release(memory, table->vm, target, memory_span(table->level));
        return;
    }
    struct memory_frame *frame = memory_frame_at(memory, target);
    if (frame && frame->table && frame->table->vm == table->vm)
        memory_unlink_table(memory, frame->table);
}

void memory_unlink_table(struct memory *memory, struct memory_table *table)
{
    struct memory_guest *guest = &memory->guest[table->vm];

    if (table->gone || --table->links > 0)
        return;
    table->gone = true;
    for (unsigned i = 0; i < table->entries; i++)
        memory_unlink_entry(memory, table, i);
    for (uint64_t at = 0; at < table->entries * 8ull; at += MEMORY_PAGE) {
        struct memory_frame *frame = memory_frame_at(memory, table->physical + at);
        if (frame && frame->table == table)
            frame->table = NULL;
    }
    struct memory_table **link = &guest->tables;
    while (*link && *link != table)
        link = &(*link)->next;
    if (*link)
        *link = table->next;
    table->next = guest->gone;
    guest->gone = table;
}

/* Reads a new table into the model, with all below it. NULL: a rule is broken. */
static struct memory_table *link_new(struct memory *memory, const struct memory_event *event,
                                     int vm, uint64_t physical, uint64_t base, unsigned level,
                                     unsigned entries)
{
    struct memory_guest *guest = &memory->guest[vm];
    struct memory_table *table = calloc(1, sizeof(*table) + entries * sizeof(uint64_t));

    if (!table)
        return NULL;
    *table = (struct memory_table){.physical = physical,
                                   .base = base,
                                   .level = level,
                                   .entries = entries,
                                   .links = 1,
                                   .vm = vm,
                                   .root = entries > 512,
                                   .next = guest->tables};
    guest->tables = table;
    if (!memory_hold_table(memory, event, table, entries * sizeof(uint64_t)))
        return NULL;
    for (unsigned i = 0; i < entries; i++) {
        uint64_t entry = memory_entry_now(memory, table, i);
        if ((entry & MEMORY_V) && !memory_link_entry(memory, event, table, i, entry))
            return NULL;
    }
    return table;
}

static bool link_pointer(struct memory *memory, const struct memory_event *event,
                         const struct memory_table *table, uint64_t base, uint64_t target)
{
    struct memory_frame *frame = memory_frame_at(memory, target);

    if (!frame || table->level == 0) {
        malformed(memory, event, table->vm, base,
                  frame ? "a pointer at the last level" : "a table that is not in RAM");
        return false;
    }
    struct memory_table *below = frame->table;
    if (below && below->vm == table->vm && !below->gone) {
        if (below->base == base && below->level == table->level - 1 && !below->root) {
            below->links++;
            return true;
        }
        malformed(memory, event, table->vm, base, "a table that is at another place, too");
        return false;
    }
    return link_new(memory, event, table->vm, target, base, table->level - 1, 512) != NULL;
}

bool memory_link_entry(struct memory *memory, const struct memory_event *event,
                       struct memory_table *table, unsigned index, uint64_t entry)
{
    uint64_t base = table->base + index * memory_span(table->level);

    table->entry[index] = entry;
    if (entry & MEMORY_RWX)
        return memory_hold(memory, event, table->vm, base, memory_target(entry),
                           memory_span(table->level), entry);
    return link_pointer(memory, event, table, base, memory_target(entry));
}

void memory_link_root(struct memory *memory, const struct memory_event *event, int vm,
                      uint64_t hgatp)
{
    struct memory_guest *guest = &memory->guest[vm];
    uint64_t physical = (hgatp & MEMORY_PPN) << MEMORY_PAGE_BITS;
    unsigned levels = memory_levels(hgatp);

    MODEL_EXERCISED(followed);
    if (!levels || (hgatp & 3) || !memory_frame_at(memory, physical) ||
        !memory_frame_at(memory, physical + 3 * MEMORY_PAGE)) {
        malformed(memory, event, vm, 0,
                  levels ? "a root that is not aligned, or not in RAM"
                         : "no second stage (hgatp is Bare)");
        return;
    }
    if (guest->roots == MEMORY_ROOTS) {
        malformed(memory, event, vm, 0, "more than 64 roots of one VM");
        return;
    }
    struct memory_frame *frame = memory_frame_at(memory, physical);
    if (frame->table && frame->table->vm == vm) {
        malformed(memory, event, vm, 0, "a root that is a table of another root");
        return;
    }
    guest->root[guest->roots++] = memory_root_of(hgatp);
    link_new(memory, event, vm, physical, 0, levels - 1, 2048);
}
