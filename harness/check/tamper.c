/* Guests run as they were packed; see tamper.h. */
#include "check/tamper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bundle/pack.h"

#define PAGE_BYTES 4096u

bool tamper_can_guard(const struct check *check)
{
    for (unsigned i = 0; i < check->scenario.vms; i++)
        if (strncmp(check->scenario.vm[i].image, "probe:", 6) != 0)
            return false;
    return true;
}

static void compare_image(struct machine *machine, const struct ram *ram, unsigned vm,
                          uint64_t hgatp)
{
    const struct bundle_vm *entry =
        &bundle_table((const struct bundle_header *)machine->bundle.data)[vm];
    const uint8_t *packed = (const uint8_t *)machine->bundle.data + entry->image.offset;
    uint8_t page[PAGE_BYTES];

    for (uint64_t at = 0; at < entry->image.bytes; at += PAGE_BYTES) {
        uint64_t bytes =
            entry->image.bytes - at < PAGE_BYTES ? entry->image.bytes - at : PAGE_BYTES;
        if (!walk_copy(ram, hgatp, entry->image.gpa + at, page, bytes) ||
            memcmp(page, packed + at, bytes) == 0)
            continue;
        snprintf(machine->tampered, sizeof machine->tampered,
                 "VM %s is entered with another image than was packed: its page 0x%" PRIx64
                 " differs",
                 machine->check->scenario.vm[vm].name, entry->image.gpa + at);
        return;
    }
}

/* Is there something where a VM's device tree was packed to be? */
static bool has_device_tree(const struct machine *machine, const struct ram *ram, uint64_t hgatp)
{
    uint8_t byte;
    for (unsigned i = 0; i < machine->check->scenario.vms; i++)
        if (walk_copy(ram, hgatp, machine->vm[i].dtb_address, &byte, 1))
            return true;
    return false;
}

void tamper_compare(struct machine *machine, const struct ram *ram, int vm, uint64_t hgatp)
{
    if (vm >= 0)
        compare_image(machine, ram, (unsigned)vm, hgatp);
    else if (has_device_tree(machine, ram, hgatp))
        snprintf(machine->tampered, sizeof machine->tampered,
                 "a guest is entered (hgatp 0x%" PRIx64
                 ") that holds no VM's device tree as it was packed",
                 hgatp);
}

/* What is known at one event. */
struct state {
    struct machine *machine;
    const struct event *store; /* to a report, and nothing has explained it yet */
    bool destroyed[BUNDLE_MAX_VMS];
};

static void entered(struct state *state, const struct event *event)
{
    struct facts *facts = &state->machine->facts;
    int vm = event->vm == TRACE_NO_VM ? -1 : facts->vm_of[event->vm];
    if (state->store)
        snprintf(facts->tampered, sizeof facts->tampered,
                 "the hypervisor's code at 0x%" PRIx64 " changed the page of a probe's report, "
                 "at physical 0x%" PRIx64,
                 state->store->value[0], state->store->value[1]);
    state->store = NULL;
    if (vm >= 0)
        state->destroyed[vm] = false;
}

static void take(struct state *state, const struct event *event)
{
    int vm = event->vm == TRACE_NO_VM ? -1 : state->machine->facts.vm_of[event->vm];
    switch (event->type->kind) {
    case SEEN_STORE:
        state->store = state->store ? state->store : event;
        break;
    case TRACE_VM_DESTROY: /* its memory is scrubbed */
        state->store = NULL;
        if (vm >= 0)
            state->destroyed[vm] = true;
        break;
    case TRACE_VM_CREATE: /* it may use tables that another VM had */
        if (vm >= 0)
            state->destroyed[vm] = false;
        break;
    case SEEN_GUEST_ENTRY:
        entered(state, event);
        break;
    default:
        break;
    }
}

void tamper_find(struct machine *machine)
{
    struct facts *facts = &machine->facts;
    struct state state = {.machine = machine};
    memcpy(facts->tampered, machine->tampered, sizeof facts->tampered);
    for (size_t i = 0; i < facts->events && !*facts->tampered; i++)
        take(&state, facts->event[i]);
    if (state.store && !*facts->tampered) {
        struct event nowhere = *state.store;
        nowhere.vm = TRACE_NO_VM;
        entered(&state, &nowhere); /* the last store, with no entry behind it */
    }
    for (unsigned vm = 0; vm < BUNDLE_MAX_VMS; vm++)
        if (state.destroyed[vm])
            machine->vm[vm].hgatp = 0;
}
