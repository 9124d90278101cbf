/*
 * Memory and its translations as a part of the model: tells each event to the files of memory*.c
 * and tlb*.c, in their order.
 */
#include "model/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

MODEL_RULE(in_text, "memory.code-in-text", "contract",
           "In HS-mode runs the text of the hypervisor's image, in M-mode the firmware, nothing "
           "else.",
           "code outside the hypervisor's image");
MODEL_RULE(dma, "memory.dma", "contract", "No device is told to write into a guest's memory.",
           "a device wrote into a guest's memory");

static void begin(struct model *model, void *state)
{
    struct memory *memory = state;

    memory->model = model;
    memory->pages = model->setup.ram_bytes / MEMORY_PAGE;
    memory->frame = calloc(memory->pages, sizeof(*memory->frame));
    if (!memory->frame)
        memory->pages = 0;
    memory->tlb.svvptc = tlb_has_svvptc(memory);
    memory->events = 1; /* 0 is never */
}

static void life(struct model *model, void *state, struct model_vm *vm)
{
    struct memory *memory = state;
    struct memory_guest *guest = &memory->guest[vm->index];

    (void)model;
    memory_forget(memory, (int)vm->index);
    free(guest->left);
    guest->left = NULL;
    guest->suspects = 0;
    guest->lost = false;
    guest->entries = 0;
    memset(memory->area[vm->index], 0, sizeof(memory->area[vm->index]));
    memset(memory->tlb.code_since[vm->index], 0, sizeof(memory->tlb.code_since[vm->index]));
    tlb_remote_life(memory, (int)vm->index);
}

static void take_exit(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                      const struct model_state *at)
{
    struct memory *memory = state;

    (void)model;
    memory->events++;
    memory_areas_exit(memory, vcpu);
    tlb_exit(memory, hart, vcpu, at);
    tlb_switch_exit(memory, hart, vcpu, at);
    tlb_remote_exit(memory, vcpu);
}

static void take_entry(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                       const struct model_state *at, bool first)
{
    struct memory *memory = state;
    const struct memory_event event = {hart, vcpu, at->code};

    (void)model;
    memory->events++;
    if (!vcpu || !memory->pages)
        return;
    memory_follow(memory, &event, (int)vcpu->vm, at->csr.hgatp);
    memory_suspects_judge(memory, &event, (int)vcpu->vm);
    memory_text_entry(memory, &event, at->csr.hgatp);
    memory_areas_entry(memory, vcpu, at, first);
    tlb_switch_entry(memory, &event, at);
    tlb_remote_entry(memory, &event, at);
    tlb_entry(memory, &event, at);
    tlb_code_entry(memory, &event);
}

static void take_entered(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                         const struct model_state *at)
{
    struct memory *memory = state;

    (void)model;
    if (vcpu && memory->pages && !memory->guest[vcpu->vm].lost)
        tlb_trial_begin(memory, hart, at->csr.hgatp, (int)vcpu->vm);
}

static void take_leaving(struct model *model, void *state, unsigned hart,
                         const struct model_state *at)
{
    (void)model;
    tlb_trial_end(state, hart, at);
}

static void take_store(struct model *model, void *state, unsigned hart, uint64_t code,
                       uint64_t physical, unsigned bytes)
{
    struct memory *memory = state;
    const struct memory_event event = {hart, NULL, code};
    struct memory_frame *frame = memory_frame_at(memory, physical);

    (void)model;
    if (!frame)
        return;
    frame->stored = memory->events;
    if (frame->maps)
        memory_stored(memory, &event, physical, bytes);
    if (frame->table)
        memory_table_stored(memory, &event, physical, bytes);
}

static bool watches(const struct model *model, void *state, uint64_t physical)
{
    const struct memory_frame *frame = memory_frame_at(state, physical);

    (void)model;
    return frame && ((frame->maps && !frame->suspect) || frame->table);
}

static void take_dma(struct model *model, void *state, unsigned hart, uint64_t code,
                     uint64_t physical, uint64_t bytes)
{
    struct memory *memory = state;
    uint64_t from = bytes ? physical & ~(MEMORY_PAGE - 1) : model->setup.ram_base;
    uint64_t to = bytes ? physical + bytes : from + model->setup.ram_bytes;

    MODEL_EXERCISED(dma);
    for (uint64_t at = from; at >= from && at < to; at += MEMORY_PAGE) {
        const struct memory_frame *frame = memory_frame_at(memory, at);

        if (!frame || !frame->maps)
            continue;
        MODEL_TEXT(expected, "%" PRIu64 " bytes, none of them in a guest's memory", bytes);
        MODEL_TEXT(seen, "a device writes to 0x%" PRIx64 ", %s 0x%" PRIx64 " is VM %s's", physical,
                   bytes ? "and" : "or elsewhere:", at, model->vm[frame->vm].packed->name);
        model_broken(model, &dma, hart, NULL, code, expected, seen);
        return;
    }
}

static void take_fence(struct model *model, void *state, unsigned hart, uint64_t code,
                       enum model_fence fence, const uint64_t *address, const uint64_t *id)
{
    struct memory *memory = state;

    (void)model, (void)code;
    memory->events++;
    tlb_fence(memory, hart, fence, address, id);
}

static void take_access(struct model *model, void *state, unsigned hart, uint64_t code)
{
    (void)model;
    tlb_access(state, hart, code);
}

static void take_csr(struct model *model, void *state, unsigned hart, uint64_t code, unsigned csr,
                     uint64_t value)
{
    struct memory *memory = state;
    const struct memory_event event = {hart, NULL, code};

    (void)model;
    memory->events++;
    tlb_csr_written(memory, &event, csr, value);
}

static void take_stray_code(struct model *model, void *state, unsigned hart, uint64_t physical)
{
    (void)state;
    MODEL_TEXT(expected, "code of the image, 0x%" PRIx64 " to 0x%" PRIx64, model->setup.text.from,
               model->setup.text.to);
    MODEL_TEXT(seen, "code at 0x%" PRIx64 " ran in HS-mode", physical);
    model_broken(model, &in_text, hart, NULL, physical, expected, seen);
}

static void take_end(struct model *model, void *state)
{
    MODEL_EXERCISED(in_text);
    for (unsigned hart = 0; hart < model->setup.harts && hart < MODEL_HARTS; hart++)
        tlb_trial_end(state, hart, NULL);
    for (unsigned vm = 0; vm < model->vms; vm++)
        memory_follow_end(state, (int)vm);
    memory_suspects_end(state);
    memory_text_end(state);
}

static void release(struct model *model, void *state)
{
    struct memory *memory = state;

    for (unsigned vm = 0; vm < model->vms; vm++) {
        struct memory_guest *guest = &memory->guest[vm];

        memory_forget(memory, (int)vm);
        free(guest->left);
        free(guest->suspect);
        free(guest->change);
        free(guest->robbed);
    }
    tlb_free(&memory->tlb);
    free(memory->frame);
}

MODEL_PART(memory_part) = {.bytes = sizeof(struct memory),
                           .begin = begin,
                           .end = take_end,
                           .release = release,
                           .exit = take_exit,
                           .entry = take_entry,
                           .leaving = take_leaving,
                           .entered = take_entered,
                           .store = take_store,
                           .watches = watches,
                           .dma = take_dma,
                           .fence = take_fence,
                           .guest_access = take_access,
                           .csr_written = take_csr,
                           .stray_code = take_stray_code,
                           .life = life};
