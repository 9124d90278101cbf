/*
 * Floating point moves when it is used. HS-mode's sstatus.FS says whether the vCPU that has the
 * turn has used it in this turn: OFF, so that its first FP instruction traps, or not, and then the
 * registers are its own, to be saved when it leaves. The guest's own vsstatus.FS is never touched.
 */
#include "vcpu/fp.h"
#include "hart/hart.h"
#include "trace/trace.h"
#include "vcpu/vcpu.h"

void fp_save_used(struct vcpu *vcpu)
{
    /* CLEAN is not believed: on QEMU 7.2 a guest's write of fcsr marks vsstatus.FS alone. */
    trace(TRACE_SWITCH_FP, vcpu->vm_id, vcpu->index, 0, 0, 0);
    fp_save(vcpu);
    fp_state_set(FP_OFF);
}

bool fp_first_use(struct vcpu *vcpu)
{
    struct hart *hart = vcpu->hart;

    if (fp_state() != FP_OFF || !fp_on_in_guest())
        return false;
    if (hart->fp_loaded != vcpu) { /* else they are still there from an earlier turn */
        trace(TRACE_SWITCH_FP, vcpu->vm_id, vcpu->index, 1, 0, 0);
        fp_load(vcpu);
    }
    fp_state_set(FP_CLEAN);
    hart->fp_loaded = vcpu;
    return true;
}
