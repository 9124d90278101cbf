/*
 * Stores by HS- and M-mode into what a guest holds. Some the guest has asked for, and it said where
 * to: a read of the debug console, a steal-time area. All others are suspect. They are judged when
 * the VM is entered again: a frame that it has lost meanwhile, or a VM that begins anew, was
 * scrubbed; one that it still has was tampered with.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "abi/sbi.h"
#include "model/life.h"
#include "model/memory.h"

#define MOST_SUSPECTS (1u << 20)
#define SBI_PMU       0x504D55
#define PMU_SNAPSHOT  7
#define STA_BYTES     64
#define NONE          UINT64_MAX
#define CALL_FROM_VS  10

MODEL_RULE(explained, "memory.store-explained", "contract; SBI 2.0, 12.2 and 16.1",
           "The hypervisor stores to a guest's memory only what the guest has asked for, where it "
           "asked for it: a read of the debug console, a steal-time area.",
           "the hypervisor changed a guest's memory");

/* Has the guest said that the hypervisor may store there? */
static bool is_asked_for(const struct memory *memory, int vm, uint64_t address, unsigned bytes)
{
    for (unsigned i = 0; i < MODEL_VCPUS; i++) {
        for (unsigned k = 0; k < MEMORY_AREAS; k++) {
            const struct memory_area *area = &memory->area[vm][i][k];
            if (address >= area->from && address + bytes <= area->to)
                return true;
        }
    }
    return false;
}

void memory_stored(struct memory *memory, const struct memory_event *event, uint64_t physical,
                   unsigned bytes)
{
    struct memory_frame *frame = memory_frame_at(memory, physical);
    struct memory_guest *guest = &memory->guest[frame->vm];
    unsigned into = (unsigned)(physical % MEMORY_PAGE);

    MODEL_EXERCISED(explained);
    if (frame->suspect || guest->lost ||
        is_asked_for(memory, frame->vm, BUNDLE_GUEST_RAM_BASE + frame->place * MEMORY_PAGE + into,
                     bytes) ||
        !memory_grow((void **)&guest->suspect, &guest->suspect_room, guest->suspects,
                     sizeof(*guest->suspect), MOST_SUSPECTS))
        return;
    frame->suspect = (uint32_t)guest->suspects + 1;
    guest->suspect[guest->suspects++] = (struct memory_suspect){
        .page = physical - into,
        .code = event->code,
        .digest = memory_digest(memory_ram(memory, physical - into), into, bytes),
        .hart = event->hart,
        .skip = into,
        .bytes = bytes};
    if (guest->stored)
        memory_take_out(memory, frame->vm); /* the VM may have lost the frame already */
}

static void blame(struct memory *memory, const struct memory_suspect *suspect,
                  const struct model_vcpu *vcpu, uint32_t place)
{
    MODEL_TEXT(seen, "a store to guest-physical 0x%llx (physical 0x%" PRIx64 ")",
               BUNDLE_GUEST_RAM_BASE + place * MEMORY_PAGE + suspect->skip,
               suspect->page + suspect->skip);
    model_broken(memory->model, &explained, suspect->hart, vcpu, suspect->code,
                 "no store to the guest's memory, but where the guest asked for it", seen);
}

void memory_suspects_judge(struct memory *memory, const struct memory_event *event, int vm)
{
    struct memory_guest *guest = &memory->guest[vm];

    for (size_t i = 0; i < guest->suspects; i++) {
        struct memory_frame *frame = memory_frame_at(memory, guest->suspect[i].page);

        if (!frame->suspect || frame->maps == 0 || frame->vm != vm)
            continue;
        frame->suspect = 0;
        if (!guest->lost)
            blame(memory, &guest->suspect[i], event->vcpu, frame->place);
        guest->lost = true;
    }
    guest->suspects = 0;
}

/* Is the page zero, or made anew as it was packed? newest: the hypervisor may be at it, from the
 * page's begin on. */
static bool is_scrubbed(const struct memory *memory, int vm, uint32_t place,
                        const struct memory_suspect *suspect, bool newest)
{
    const uint8_t *page = memory_ram(memory, suspect->page);
    uint8_t packed[MEMORY_PAGE] = {0};
    unsigned at = 0;

    memory_content_packed(memory->model, vm, BUNDLE_GUEST_RAM_BASE + place * MEMORY_PAGE, packed,
                          NULL);
    while (at < MEMORY_PAGE && (page[at] == 0 || page[at] == packed[at]))
        at++;
    return at == MEMORY_PAGE || (newest && suspect->skip == 0 && at > 0);
}

/* A VM that was taken apart has lost its frames, by its tables or as the operator ordered it; one
 * that is being scrubbed is zero so far. */
void memory_suspects_end(struct memory *memory)
{
    for (unsigned vm = 0; vm < memory->model->vms; vm++) {
        struct memory_guest *guest = &memory->guest[vm];

        if (!guest->suspects || guest->lost || life_is_over(memory->model, &memory->model->vm[vm]))
            continue;
        memory_take_out(memory, (int)vm);
        for (size_t i = 0; i < guest->suspects; i++) {
            const struct memory_suspect *suspect = &guest->suspect[i];
            const struct memory_frame *frame = memory_frame_at(memory, suspect->page);

            if (!frame->suspect || frame->maps == 0 || frame->vm != (int)vm ||
                is_scrubbed(memory, (int)vm, frame->place, suspect, i + 1 == guest->suspects))
                continue;
            blame(memory, suspect, &memory->model->vm[vm].vcpu[0], frame->place);
            guest->lost = true;
            break;
        }
    }
}

/* Places of a vCPU's areas. ASKED: a lasting one, until the call has succeeded. */
enum { READ, STEAL, COUNTERS, ASKED };

static struct memory_area area_of(uint64_t from, uint64_t bytes, unsigned becomes)
{
    if (from + bytes < from)
        bytes = -from;
    return (struct memory_area){from, from + bytes, becomes};
}

void memory_areas_exit(struct memory *memory, const struct model_vcpu *vcpu)
{
    const uint64_t *x = vcpu->at.x;
    struct memory_area *area = memory->area[vcpu->vm][vcpu->index];
    bool off = x[10] == NONE && x[11] == NONE; /* both all ones */

    if (vcpu->at.csr.scause != CALL_FROM_VS)
        return;
    if (x[17] == SBI_EXT_DBCN && x[16] == SBI_DBCN_READ)
        area[READ] = area_of(x[11], x[10], 0);
    else if (x[17] == SBI_EXT_STA && x[16] == SBI_STA_SET_SHMEM)
        area[ASKED] = area_of(x[10], off ? 0 : STA_BYTES, STEAL);
    else if (x[17] == SBI_PMU && x[16] == PMU_SNAPSHOT)
        area[ASKED] = area_of(x[10], off ? 0 : MEMORY_PAGE, COUNTERS);
}

void memory_areas_entry(struct memory *memory, const struct model_vcpu *vcpu,
                        const struct model_state *at, bool first)
{
    struct memory_area *area = memory->area[vcpu->vm][vcpu->index];

    if (first)
        memset(area, 0, MEMORY_AREAS * sizeof(*area));
    area[READ] = (struct memory_area){0};
    if (area[ASKED].becomes && at->x[10] == 0)
        area[area[ASKED].becomes] = area[ASKED];
    area[ASKED] = (struct memory_area){0};
}
