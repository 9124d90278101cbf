/*
 * VMIDs: the numbers by which a hart's guest TLB tells VMs apart, so that a change of VM need not
 * flush it. There may be fewer than VMs over time, so they are lent for a generation: a VM whose
 * generation has passed gets a new number when it is next entered.
 */
#include "memory/gstage.h"
#include "memory/page.h"
#include "metal/metal.h"
#include "trace/trace.h"

#define HGATP_MODE_SV39X4 (8ull << 60)
#define HGATP_VMID_SHIFT  44
#define HGATP_VMID_BITS   14 /* of the field; the machine may implement fewer */

static uint64_t vmids;      /* that the machine has */
static uint64_t generation; /* the current one; the first is 1, so 0 is none */
static uint64_t next;       /* the first VMID that nobody has in this generation */

/* Takes all VMIDs back. What the guest TLB holds under them goes: it would be taken for the next
 * holder's. */
static void begin_generation(void)
{
    generation++;
    next = 0;
    hfence_gvma_all();
    trace(TRACE_VMID_ROLLOVER, TRACE_NO_VM, TRACE_NO_VM, (uint32_t)generation, 0, 0);
}

void vmid_init(unsigned vmid_bits)
{
    vmids = 1ull << (vmid_bits < HGATP_VMID_BITS ? vmid_bits : HGATP_VMID_BITS);
    begin_generation();
}

/* Lends gstage a VMID of the current generation, or of a new one if all are lent. */
static void lend(struct gstage *gstage)
{
    if (next == vmids)
        begin_generation();
    gstage->vmid = (uint16_t)next++;
    gstage->vmid_generation = generation;
}

uint64_t gstage_hgatp(struct gstage *gstage)
{
    if (gstage->vmid_generation != generation)
        lend(gstage);
    return HGATP_MODE_SV39X4 | (uint64_t)gstage->vmid << HGATP_VMID_SHIFT |
           gstage->root >> PAGE_SHIFT;
}
