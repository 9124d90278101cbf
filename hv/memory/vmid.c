/*
 * VMIDs: the numbers by which a hart's guest TLB tells VMs apart, so that a change of VM need not
 * flush it. There may be fewer than VMs over time, so they are lent for a generation: a VM whose
 * generation has passed gets a new number when it is next entered, and what the TLB holds under
 * that number goes then.
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

/* Takes all VMIDs back. VMID 0 is lent to nobody where there are others: hgatp is 0 while no guest
 * is loaded, which is mode Bare under VMID 0, and a VMID whose mode changes needs a fence. */
static void begin_generation(void)
{
    generation++;
    next = vmids > 1 ? 1 : 0;
    trace(TRACE_VMID_ROLLOVER, TRACE_NO_VM, TRACE_NO_VM, (uint32_t)generation, 0, 0);
}

void vmid_init(unsigned vmid_bits)
{
    vmids = 1ull << (vmid_bits < HGATP_VMID_BITS ? vmid_bits : HGATP_VMID_BITS);
    begin_generation();
}

/* Lends gstage a VMID of the current generation, or of a new one if all are lent. Where there is
 * but one, it is lent for one load. */
static __attribute__((noinline)) void lend(struct gstage *gstage)
{
    if (next == vmids)
        begin_generation();
    gstage->vmid = (uint16_t)next++;
    gstage->vmid_generation = vmids > 1 ? generation : 0;
    gstage->hgatp =
        HGATP_MODE_SV39X4 | (uint64_t)gstage->vmid << HGATP_VMID_SHIFT | gstage->root >> PAGE_SHIFT;
}

uint64_t gstage_hgatp(struct gstage *gstage)
{
    if (gstage->vmid_generation != generation)
        lend(gstage);
    return gstage->hgatp;
}

/* Makes the hart forget what it holds under gstage's VMID of a holder before, of both stages. It
 * comes after the former hgatp and vsatp have left the hart: until then it may walk the former
 * holder's tables of its own accord, and remember more. hfence.vvma is about the VMID in hgatp. */
static __attribute__((noinline)) void forget_former_holder(const struct gstage *gstage)
{
    hfence_gvma_vmid(gstage->vmid);
    hfence_vvma_all();
    trace(TRACE_HFENCE_GVMA, gstage->vm, TRACE_NO_VM, gstage->vmid, UINT64_MAX, 0);
}

void gstage_load(struct gstage *gstage)
{
    bool is_lent = gstage->vmid_generation == generation;

    second_stage_load(gstage_hgatp(gstage));
    if (!is_lent)
        forget_former_holder(gstage);
}
