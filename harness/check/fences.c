/* The rule of hfence.gvma; see fences.h. */
#include "check/fences.h"

#include <inttypes.h>
#include <stdio.h>

/* What one hart owes. Fences are counted; a change between two exits is covered by any fence of
 * the same stay in the hypervisor, since no record dates a fence more exactly. */
struct hart_fences {
    uint64_t executed;
    uint64_t at_last_exit;
    bool owed[256];
    uint64_t owed_since[256]; /* `executed` when the stay began in which the change was made */
    uint64_t gpa[256];
};

static void change(struct hart_fences *hart, const struct event *event)
{
    if (hart->owed[event->vm])
        return;
    int gpa = event_field_index(event->type, "gpa");
    hart->owed[event->vm] = true;
    hart->owed_since[event->vm] = hart->at_last_exit;
    hart->gpa[event->vm] = gpa >= 0 ? event->value[gpa] : 0;
}

/* false: the VM is entered with a fence owed. */
static bool enter(struct hart_fences *hart, const struct event *event)
{
    if (!hart->owed[event->vm])
        return true;
    hart->owed[event->vm] = false;
    return hart->executed > hart->owed_since[event->vm];
}

void fences_finding(const struct facts *facts, struct finding *finding)
{
    static struct hart_fences harts[TRACE_MAX_HARTS];
    for (unsigned i = 0; i < TRACE_MAX_HARTS; i++)
        harts[i] = (struct hart_fences){0};
    *finding = (struct finding){.known = true, .holds = true};
    for (size_t i = 0; i < facts->events && finding->holds; i++) {
        const struct event *event = facts->event[i];
        if (event->hart >= TRACE_MAX_HARTS)
            continue;
        struct hart_fences *hart = &harts[event->hart];
        switch (event->type->kind) {
        case SEEN_GUEST_EXIT:
            hart->at_last_exit = hart->executed;
            break;
        case SEEN_HFENCE_GVMA:
            hart->executed++;
            break;
        case TRACE_GSTAGE_UNMAP:
        case TRACE_GSTAGE_PROTECT:
            change(hart, event);
            finding->looked_at++;
            break;
        case TRACE_KVM_ENTRY:
            finding->holds = enter(hart, event);
            if (finding->holds)
                break;
            snprintf(finding->diagnosis, sizeof finding->diagnosis, "stale TLB");
            snprintf(finding->text, sizeof finding->text,
                     "guest-physical 0x%" PRIx64 " of VM %u lost its mapping or rights, and the "
                     "VM was entered at 0x%" PRIx64 " without an hfence.gvma in between",
                     hart->gpa[event->vm], event->vm, event->value[0]);
            break;
        default:
            break;
        }
    }
    if (finding->holds)
        snprintf(finding->text, sizeof finding->text,
                 "%" PRIu64 " changes that take rights, each fenced", finding->looked_at);
}
