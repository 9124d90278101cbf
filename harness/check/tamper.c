/* Nobody but the probe writes its report; see tamper.h. */
#include "check/tamper.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool tamper_can_guard(const struct check *check)
{
    for (unsigned i = 0; i < check->scenario.vms; i++)
        if (strncmp(check->scenario.vm[i].image, "probe:", 6) != 0)
            return false;
    return true;
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
