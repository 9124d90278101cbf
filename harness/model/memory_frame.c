/*
 * Frames of RAM: which VM reaches each, and as what. A guest may reach the memory that it was
 * promised, each page of it in one frame that is no one else's, and nothing besides.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/memory.h"

MODEL_RULE(promised, "memory.promised-only", "contract",
           "A guest's second stage leads from the VM's promised memory to RAM, and from nowhere "
           "else to anywhere.",
           "mapped outside the VM's memory");
MODEL_RULE(hypervisor_hidden, "memory.hypervisor-hidden", "contract",
           "No guest reaches the firmware or the hypervisor's image.", "hypervisor page reachable");
MODEL_RULE(table_hidden, "memory.table-hidden", "contract",
           "No guest reaches a table of its own second stage.", "page-table page reachable");
MODEL_RULE(mapped_once, "memory.mapped-once", "contract",
           "A frame stands at one place of a VM's memory.", "page mapped twice");
MODEL_RULE(owned_now, "memory.frame-not-running-elsewhere", "contract",
           "A frame that becomes a VM's memory is not that of another VM that runs at the same "
           "time.",
           "page in two VMs");

static bool broken(struct memory *memory, const struct memory_event *event, int vm,
                   const struct model_rule *rule, const char *expected, const char *seen)
{
    model_broken(memory->model, rule, event->hart, event->vcpu, event->code, expected, seen);
    memory->guest[vm].lost = true;
    return false;
}

static bool overlaps(const struct model_range *range, uint64_t from, uint64_t bytes)
{
    return from < range->to && range->from < from + bytes;
}

/* Does the leaf lead from the VM's memory to RAM that is not the hypervisor's? */
static bool may_lead(struct memory *memory, const struct memory_event *event, int vm,
                     uint64_t address, uint64_t physical, uint64_t bytes)
{
    const struct model_setup *setup = &memory->model->setup;
    const struct bundle_vm *packed = memory->model->vm[vm].packed;
    uint64_t into = address - BUNDLE_GUEST_RAM_BASE;

    MODEL_EXERCISED(promised);
    MODEL_EXERCISED(hypervisor_hidden);
    if (into >= packed->memory || bytes > packed->memory - into ||
        physical - setup->ram_base >= setup->ram_bytes ||
        bytes > setup->ram_bytes - (physical - setup->ram_base)) {
        MODEL_TEXT(expected, "guest-physical 0x%llx to 0x%llx, in RAM", BUNDLE_GUEST_RAM_BASE,
                   BUNDLE_GUEST_RAM_BASE + packed->memory);
        MODEL_TEXT(seen, "0x%" PRIx64 " leads to 0x%" PRIx64 ", %" PRIu64 " KiB", address, physical,
                   bytes >> 10);
        return broken(memory, event, vm, &promised, expected, seen);
    }
    if (overlaps(&setup->firmware, physical, bytes) || overlaps(&setup->image, physical, bytes)) {
        MODEL_TEXT(seen, "guest-physical 0x%" PRIx64 " leads to 0x%" PRIx64, address, physical);
        return broken(memory, event, vm, &hypervisor_hidden, "a frame that is free for guests",
                      seen);
    }
    return true;
}

bool memory_runs_elsewhere(const struct memory *memory, unsigned hart, int vm)
{
    for (unsigned i = 0; i < MODEL_HARTS; i++) {
        const struct model_hart *other = &memory->model->hart[i];
        if (i != hart && other->inside && other->current && (int)other->current->vm == vm)
            return true;
    }
    return false;
}

static void rob(struct memory *memory, int vm, struct memory_robbed robbed)
{
    struct memory_guest *guest = &memory->guest[vm];

    if (memory_grow((void **)&guest->robbed, &guest->robbed_room, guest->robberies,
                    sizeof(*guest->robbed), 1u << 20))
        guest->robbed[guest->robberies++] = robbed;
}

/* Another VM's table has gone from there, or that VM may not run again as it stands. */
static void take_from_tables(struct memory *memory, const struct memory_event *event, int vm,
                             struct memory_frame *frame)
{
    struct memory_table *table = frame->table;
    int other = table->vm;

    memory_take_out(memory, other);
    table = frame->table;
    if (!table || memory->guest[other].lost)
        return;
    rob(memory, other,
        (struct memory_robbed){memory_page_at(memory, frame), table->base, (int)table->level, vm,
                               event->code});
}

/* The frame is another VM's memory, as that one was last entered. false: a rule is broken. */
static bool take_from_memory(struct memory *memory, const struct memory_event *event, int vm,
                             struct memory_frame *frame)
{
    int other = frame->vm;
    uint64_t page = memory_page_at(memory, frame);

    memory_take_out(memory, other);
    if (frame->maps == 0)
        return true;
    if (memory_runs_elsewhere(memory, event->hart, other)) {
        MODEL_TEXT(seen, "VM %s runs on another hart with the same frame 0x%" PRIx64,
                   memory->model->vm[other].packed->name, page);
        return broken(memory, event, vm, &owned_now, "a frame that no VM has", seen);
    }
    rob(memory, other,
        (struct memory_robbed){page, BUNDLE_GUEST_RAM_BASE + frame->place * MEMORY_PAGE, -1, vm,
                               event->code});
    frame->maps = 0;
    return true;
}

/* One page of a leaf. false: a rule is broken. */
static bool hold_page(struct memory *memory, const struct memory_event *event, int vm,
                      uint64_t page, uint32_t place, bool executable)
{
    struct memory_frame *frame = memory_frame_at(memory, page);

    MODEL_EXERCISED(table_hidden);
    MODEL_EXERCISED(mapped_once);
    MODEL_EXERCISED(owned_now);
    if (frame->table && frame->table->vm != vm)
        take_from_tables(memory, event, vm, frame);
    if (frame->table && frame->table->vm == vm) {
        MODEL_TEXT(seen, "guest-physical 0x%llx leads to 0x%" PRIx64 ", a table of level %u",
                   BUNDLE_GUEST_RAM_BASE + place * MEMORY_PAGE, page, frame->table->level);
        return broken(memory, event, vm, &table_hidden, "a frame that is no table", seen);
    }
    if (frame->maps && frame->vm != vm && !take_from_memory(memory, event, vm, frame))
        return false;
    if (frame->maps == 0) {
        memory_content_judge(memory, event, vm, page, place, executable);
        frame->vm = (int8_t)vm;
        frame->place = place;
        frame->suspect = 0;
    } else if (frame->place != place) {
        MODEL_TEXT(seen, "guest-physical 0x%llx and 0x%llx lead to 0x%" PRIx64,
                   BUNDLE_GUEST_RAM_BASE + frame->place * MEMORY_PAGE,
                   BUNDLE_GUEST_RAM_BASE + place * MEMORY_PAGE, page);
        return broken(memory, event, vm, &mapped_once, "one place for each frame", seen);
    }
    if (frame->maps < UINT16_MAX)
        frame->maps++;
    return true;
}

bool memory_hold(struct memory *memory, const struct memory_event *event, int vm, uint64_t address,
                 uint64_t physical, uint64_t bytes, uint64_t entry)
{
    uint32_t place = (uint32_t)((address - BUNDLE_GUEST_RAM_BASE) / MEMORY_PAGE);

    physical &= ~(bytes - 1); /* a misaligned leaf faults; the audit names it */
    if (!may_lead(memory, event, vm, address, physical, bytes))
        return false;
    for (uint64_t at = 0; at < bytes; at += MEMORY_PAGE)
        if (!hold_page(memory, event, vm, physical + at, place++, entry & MEMORY_X))
            return false;
    return true;
}

/* Notes what the page holds as it is taken from the VM. */
static void note_left(struct memory *memory, int vm, const struct memory_frame *frame)
{
    struct memory_guest *guest = &memory->guest[vm];
    uint64_t page = memory_page_at(memory, frame), pages;

    pages = memory->model->vm[vm].packed->memory / MEMORY_PAGE;
    if (!guest->left && !(guest->left = calloc(pages, sizeof(*guest->left))))
        return;
    struct memory_left *left = &guest->left[frame->place];
    if (frame->suspect) {
        const struct memory_suspect *suspect = &guest->suspect[frame->suspect - 1];

        *left = (struct memory_left){suspect->digest, (uint16_t)suspect->skip,
                                     (uint16_t)suspect->bytes};
    } else {
        *left = (struct memory_left){memory_digest(memory_ram(memory, page), 0, 0), 0, 0};
    }
}

void memory_release(struct memory *memory, int vm, uint64_t physical, uint64_t bytes)
{
    physical &= ~(bytes - 1);
    for (uint64_t at = 0; at < bytes; at += MEMORY_PAGE) {
        struct memory_frame *frame = memory_frame_at(memory, physical + at);

        if (!frame)
            return;
        if (frame->maps == 0 || frame->vm != vm || --frame->maps > 0)
            continue;
        if (!memory->forgetting)
            note_left(memory, vm, frame);
        frame->suspect = 0;
    }
}

bool memory_hold_table(struct memory *memory, const struct memory_event *event,
                       struct memory_table *table, uint64_t bytes)
{
    for (uint64_t at = 0; at < bytes; at += MEMORY_PAGE) {
        struct memory_frame *frame = memory_frame_at(memory, table->physical + at);

        if (frame->maps && frame->vm != table->vm &&
            !take_from_memory(memory, event, table->vm, frame))
            return false;
        MODEL_EXERCISED(table_hidden);
        if (frame->maps) {
            MODEL_TEXT(seen, "the table at 0x%" PRIx64 " is guest-physical 0x%llx, too",
                       table->physical, BUNDLE_GUEST_RAM_BASE + frame->place * MEMORY_PAGE);
            return broken(memory, event, table->vm, &table_hidden, "a table that no guest reaches",
                          seen);
        }
        if (frame->table && frame->table->vm != table->vm)
            take_from_tables(memory, event, table->vm, frame);
        frame->table = table;
    }
    return true;
}
