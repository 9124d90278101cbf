/*
 * What may be in a frame that becomes a guest's: what coach packed for that page, zero where it
 * packed nothing, and for a page that the VM had before in this life what it held then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "model/memory.h"

MODEL_RULE(zeroed, "memory.zero-when-given", "contract",
           "A page of memory for which nothing was packed is zero when it becomes the guest's.",
           "page not scrubbed");
MODEL_RULE(as_packed, "memory.packed-when-given", "contract",
           "A page for which something was packed holds exactly that when it becomes the guest's, "
           "and is zero around it.",
           "guest is not what was packed");
MODEL_RULE(kept, "memory.kept-when-moved", "contract",
           "A page that a guest had and that comes back, in whatever frame, holds what it held.",
           "guest's memory was changed");

static const uint8_t zeroes[MEMORY_PAGE];

uint64_t memory_digest(const uint8_t *page, unsigned skip, unsigned bytes)
{
    const uint64_t prime = 0x9e3779b97f4a7c15ull;
    uint64_t lane[4] = {1, 2, 3, 4}, word[4];

    for (unsigned at = 0; at < MEMORY_PAGE; at += sizeof(word)) {
        memcpy(word, page + at, sizeof(word));
        if (bytes && at < skip + bytes && skip < at + sizeof(word))
            for (unsigned i = 0; i < 4; i++)
                if (at + 8 * i < skip + bytes && skip < at + 8 * i + 8)
                    word[i] = 0;
        for (unsigned i = 0; i < 4; i++)
            lane[i] = (lane[i] ^ word[i]) * prime ^ lane[i] >> 29;
    }
    uint64_t digest = lane[0];
    for (unsigned i = 1; i < 4; i++)
        digest = (digest ^ lane[i]) * prime ^ digest >> 31;
    return digest ? digest : 1;
}

/* Lays a section's bytes over the page at that guest-physical address. true: there were some. */
static bool lay(const struct model *model, const struct bundle_section *section, uint64_t address,
                uint8_t *page)
{
    uint64_t from = section->gpa > address ? section->gpa : address;
    uint64_t to = section->gpa + section->bytes;
    uint64_t end = address + MEMORY_PAGE;

    if (to > end)
        to = end;
    if (from >= to || section->offset > model->setup.bundle_bytes ||
        section->bytes > model->setup.bundle_bytes - section->offset)
        return false;
    memcpy(page + (from - address),
           (const uint8_t *)model->setup.bundle + section->offset + (from - section->gpa),
           to - from);
    return true;
}

bool memory_content_packed(const struct model *model, int vm, uint64_t address, uint8_t *page,
                           bool *something)
{
    const struct bundle_vm *packed = model->vm[vm].packed;
    bool code = lay(model, &packed->image, address, page);
    bool other =
        lay(model, &packed->dtb, address, page) | lay(model, &packed->initrd, address, page);

    if (something)
        *something = code || other;
    return code;
}

/* How what is found there came there, where that can be told. */
static const char *origin(const struct memory *memory, uint64_t page, const uint8_t *bytes)
{
    const uint64_t seed = memory->model->setup.fill_seed;
    uint64_t word;

    memcpy(&word, bytes + MEMORY_PAGE - 8, sizeof(word));
    return seed && word == model_fill_word(seed, page + MEMORY_PAGE - 8) ? ", as at power-on" : "";
}

static const char *difference(const uint8_t *page, const uint8_t *expected, char *text,
                              size_t bytes, uint64_t address)
{
    unsigned at = 0;
    uint64_t is, want;

    while (memcmp(page + at, expected + at, 8) == 0)
        at += 8;
    memcpy(&is, page + at, 8);
    memcpy(&want, expected + at, 8);
    snprintf(text, bytes, "0x%" PRIx64 " holds 0x%" PRIx64 ", not 0x%" PRIx64, address + at, is,
             want);
    return text;
}

static void judge_left(struct memory *memory, const struct memory_event *event, uint64_t page,
                       uint64_t address, const struct memory_left *left)
{
    const uint8_t *bytes = memory_ram(memory, page);

    MODEL_EXERCISED(kept);
    if (memory_digest(bytes, left->skip, left->bytes) == left->digest)
        return;
    MODEL_TEXT(
        seen, "guest-physical 0x%" PRIx64 " is now in frame 0x%" PRIx64 " and holds something else",
        address, page);
    model_broken(memory->model, &kept, event->hart, event->vcpu, event->code,
                 "what the page held when it was taken from the guest", seen);
}

void memory_content_judge(struct memory *memory, const struct memory_event *event, int vm,
                          uint64_t page, uint32_t place, bool executable)
{
    const struct model *model = memory->model;
    const struct memory_guest *guest = &memory->guest[vm];
    uint64_t address = BUNDLE_GUEST_RAM_BASE + place * MEMORY_PAGE;
    const uint8_t *is = memory_ram(memory, page);
    uint8_t expected[MEMORY_PAGE];
    bool something;

    if (guest->left && guest->left[place].digest) {
        judge_left(memory, event, page, address, &guest->left[place]);
        return;
    }
    memset(expected, 0, sizeof(expected));
    bool code = memory_content_packed(model, vm, address, expected, &something);
    if (something)
        MODEL_EXERCISED(as_packed);
    else
        MODEL_EXERCISED(zeroed);
    if (code && executable)
        tlb_code_given(memory, vm, memory_frame_at(memory, page)->stored);
    if (memcmp(is, something ? expected : zeroes, MEMORY_PAGE) == 0)
        return;
    char text[120];
    MODEL_TEXT(seen, "%s (frame 0x%" PRIx64 "%s)",
               difference(is, expected, text, sizeof(text), address), page,
               origin(memory, page, is));
    model_broken(memory->model, something ? &as_packed : &zeroed, event->hart, event->vcpu,
                 event->code, something ? "what coach packed for that page" : "zero", seen);
    memory->guest[vm].lost = true;
}
