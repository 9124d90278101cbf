/* Guest-page faults: the three exits by which a guest's memory comes into being. */
#include "hart/hart.h"
#include "memory/guest_memory.h"
#include "metal/metal.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include "vcpu/vcpu.h"

/*
 * A guest touched what its second stage does not map: its own RAM for the first time, or, as on
 * a board, an address at which there is nothing, which is an access fault.
 */
static void fault(struct vcpu *vcpu, uint64_t access_fault)
{
    uint64_t gpa = trap_htval() << 2; /* of its page: two bits are lost */

    /* Asked anew whose trap it is, so that the way of a fill keeps nothing. */
    if (!guest_memory_fill(vcpu->vm, gpa))
        vcpu_inject_exception(this_hart()->current, access_fault, trap_stval());
}

static void exit_fetch_fault(struct vcpu *vcpu)
{
    fault(vcpu, EXC_INST_ACCESS);
}

static void exit_load_fault(struct vcpu *vcpu)
{
    fault(vcpu, EXC_LOAD_ACCESS);
}

static void exit_store_fault(struct vcpu *vcpu)
{
    fault(vcpu, EXC_STORE_ACCESS);
}

HV_EXIT(EXC_INST_GUEST_PAGE_FAULT, exit_fetch_fault);
HV_EXIT(EXC_LOAD_GUEST_PAGE_FAULT, exit_load_fault);
HV_EXIT(EXC_STORE_GUEST_PAGE_FAULT, exit_store_fault);
