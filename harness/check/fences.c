/* The rules of hfence; see fences.h. */
#include "check/fences.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/buffer.h"

#define VMIDS          (1u << 14)
#define VMID_OF(hgatp) ((hgatp) >> 44 & (VMIDS - 1))
#define ROOT_OF(hgatp) ((hgatp)&0xfffffffffffull)

/* The last entry with a VMID: whose it was, and how many fences had executed by then. */
struct tag {
    uint64_t root;
    uint64_t gvma, vvma;
    uint8_t vm, vcpu;
    bool used;
    bool gone; /* its VM was destroyed */
    uint64_t gone_since;
};

/* What one hart owes. Fences are counted; a change between two exits is covered by any fence of
 * the same stay in the hypervisor, since no record dates a fence more exactly. */
struct hart_fences {
    uint64_t gvma, vvma; /* executed */
    uint64_t at_last_exit;
    bool owed[256];
    uint64_t owed_since[256]; /* `gvma` when the stay began in which the change was made */
    uint64_t gpa[256];
    uint8_t vm, vcpu; /* of the last kvm_entry: the seen entry that follows is theirs */
    struct tag *tag;  /* by VMID; NULL until an entry was seen */
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

static void destroy(struct hart_fences *hart, uint8_t vm)
{
    for (unsigned i = 0; hart->tag && i < VMIDS; i++) {
        struct tag *tag = &hart->tag[i];
        if (!tag->used || tag->vm != vm || tag->gone)
            continue;
        tag->gone = true;
        tag->gone_since = hart->at_last_exit;
    }
}

static void broken(struct finding *finding, const char *diagnosis)
{
    finding->holds = false;
    snprintf(finding->diagnosis, sizeof finding->diagnosis, "%s", diagnosis);
}

static void enter(struct hart_fences *hart, const struct event *event, struct finding *finding)
{
    hart->vm = event->vm;
    hart->vcpu = event->vcpu;
    if (!hart->owed[event->vm])
        return;
    hart->owed[event->vm] = false;
    if (hart->gvma > hart->owed_since[event->vm])
        return;
    broken(finding, "stale TLB");
    snprintf(finding->text, sizeof finding->text,
             "guest-physical 0x%" PRIx64 " of VM %u lost its mapping or rights, and the VM was "
             "entered at 0x%" PRIx64 " without an hfence.gvma in between",
             hart->gpa[event->vm], event->vm, event->value[0]);
}

static void enter_with(struct hart_fences *hart, uint64_t hgatp, struct finding *finding)
{
    if (!hart->tag)
        hart->tag = allocate(VMIDS, sizeof *hart->tag);
    unsigned vmid = VMID_OF(hgatp);
    struct tag *tag = &hart->tag[vmid];
    const struct tag before = *tag;
    *tag = (struct tag){.root = ROOT_OF(hgatp),
                        .gvma = hart->gvma,
                        .vvma = hart->vvma,
                        .vm = hart->vm,
                        .vcpu = hart->vcpu,
                        .used = true};
    finding->looked_at++;
    if (!before.used)
        return;
    if (before.gone && hart->gvma <= before.gone_since) {
        broken(finding, "stale TLB");
        snprintf(finding->text, sizeof finding->text,
                 "VMID %u of VM %u, which was destroyed, is entered with again, without an "
                 "hfence.gvma in between",
                 vmid, before.vm);
    } else if (before.root != tag->root && before.gvma == hart->gvma) {
        broken(finding, "two trees with one VMID");
        snprintf(finding->text, sizeof finding->text,
                 "VMID %u stands for the roots 0x%" PRIx64 "000 and 0x%" PRIx64
                 "000, without an hfence.gvma between the entries",
                 vmid, before.root, tag->root);
    } else if (before.root == tag->root && before.vm == tag->vm && before.vcpu != tag->vcpu &&
               before.vvma == hart->vvma && before.gvma == hart->gvma) {
        broken(finding, "stale TLB");
        snprintf(finding->text, sizeof finding->text,
                 "vCPU %u of VM %u follows vCPU %u on a hart with the same VMID, without an "
                 "hfence.vvma in between",
                 tag->vcpu, tag->vm, before.vcpu);
    }
}

static void take(struct hart_fences *hart, const struct event *event, struct finding *finding)
{
    int hgatp = event_field_index(event->type, "hgatp");
    switch (event->type->kind) {
    case SEEN_GUEST_EXIT:
        hart->at_last_exit = hart->gvma;
        break;
    case SEEN_HFENCE_GVMA:
        hart->gvma++;
        break;
    case SEEN_HFENCE_VVMA:
        hart->vvma++;
        break;
    case TRACE_GSTAGE_UNMAP:
    case TRACE_GSTAGE_PROTECT:
        change(hart, event);
        finding->looked_at++;
        break;
    case TRACE_VM_DESTROY:
        destroy(hart, event->vm);
        break;
    case TRACE_KVM_ENTRY:
        enter(hart, event, finding);
        break;
    case SEEN_GUEST_ENTRY:
        enter_with(hart, event->value[hgatp], finding);
        break;
    default:
        break;
    }
}

void fences_finding(const struct facts *facts, struct finding *finding)
{
    struct hart_fences *harts = allocate(TRACE_MAX_HARTS, sizeof *harts);
    *finding = (struct finding){.known = true, .holds = true};
    for (size_t i = 0; i < facts->events && finding->holds; i++)
        if (facts->event[i]->hart < TRACE_MAX_HARTS)
            take(&harts[facts->event[i]->hart], facts->event[i], finding);
    for (unsigned i = 0; i < TRACE_MAX_HARTS; i++)
        free(harts[i].tag);
    free(harts);
    if (finding->holds)
        snprintf(finding->text, sizeof finding->text,
                 "%" PRIu64 " changes and entries, each fenced where it must be",
                 finding->looked_at);
}
