/*
 * A guest's code is compared with what was packed as long as the guest lives, not only when it is
 * given: so it shows whoever wrote it, by whatever way, under whatever second stage. Only what the
 * guest does not store to itself is compared: a section of its file that is code and no data.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/memory.h"

#define ENTRIES_BETWEEN 256 /* of the VM, from one comparison to the next */

MODEL_RULE(code_kept, "memory.code-kept", "contract",
           "A guest's code is what was packed as long as the VM lives.",
           "guest is not what was packed");

/* The part of the VM's code that is in the page at that guest-physical address. */
static struct model_range in_page(const struct memory *memory, int vm, uint64_t page)
{
    struct model_range part = memory->model->setup.guest_text[vm];

    if (part.from < page)
        part.from = page;
    if (part.to > page + MEMORY_PAGE)
        part.to = page + MEMORY_PAGE;
    return part;
}

/* false: it was changed, and that was said. */
static bool judge_page(struct memory *memory, const struct memory_event *event, int vm,
                       uint64_t hgatp, uint64_t page)
{
    const struct model *model = memory->model;
    const struct bundle_section *image = &model->vm[vm].packed->image;
    struct model_range part = in_page(memory, vm, page);
    uint64_t physical = memory_walk(memory, hgatp, page, -1);
    const struct memory_frame *frame = memory_frame_at(memory, physical);

    if (!physical || !frame || frame->maps == 0 || frame->vm != vm || part.from < image->gpa ||
        part.to > image->gpa + image->bytes)
        return true;
    const uint8_t *want =
        (const uint8_t *)model->setup.bundle + image->offset + (part.from - image->gpa);
    const uint8_t *is = memory_ram(memory, physical) + part.from % MEMORY_PAGE;
    uint64_t bytes = part.to - part.from, at = 0;

    MODEL_EXERCISED(code_kept);
    if (memcmp(is, want, bytes) == 0)
        return true;
    while (is[at] == want[at])
        at++;
    MODEL_TEXT(expected, "guest-physical 0x%" PRIx64 " holds 0x%02x, as packed", part.from + at,
               want[at]);
    MODEL_TEXT(seen, "0x%02x, at physical 0x%" PRIx64, is[at],
               physical + part.from % (uint64_t)MEMORY_PAGE + at);
    model_broken(memory->model, &code_kept, event->hart, event->vcpu, event->code, expected, seen);
    memory->guest[vm].lost = true;
    return false;
}

static void judge(struct memory *memory, const struct memory_event *event, int vm, uint64_t hgatp)
{
    const struct model_range *text = &memory->model->setup.guest_text[vm];
    uint64_t page = text->from & ~(MEMORY_PAGE - 1);

    while (page < text->to && judge_page(memory, event, vm, hgatp, page))
        page += MEMORY_PAGE;
}

void memory_text_entry(struct memory *memory, const struct memory_event *event, uint64_t hgatp)
{
    struct memory_guest *guest = &memory->guest[event->vcpu->vm];

    if (memory->model->setup.guest_text && !guest->lost && ++guest->entries % ENTRIES_BETWEEN == 0)
        judge(memory, event, (int)event->vcpu->vm, hgatp);
}

/* Of a VM that may be about to be taken apart the code may be gone. */
void memory_text_end(struct memory *memory)
{
    for (unsigned i = 0; i < memory->model->vms && memory->model->setup.guest_text; i++) {
        const struct model_vm *vm = &memory->model->vm[i];
        const struct memory_event event = {0, &vm->vcpu[0], 0};

        if (vm->seen && !vm->ending && !memory->guest[i].lost && !memory->guest[i].suspects &&
            !memory->guest[i].changes)
            judge(memory, &event, (int)i, vm->hgatp);
    }
}
