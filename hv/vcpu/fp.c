/*
 * Floating point moves lazily. HS-mode's sstatus.FS records what the FP registers hold for the
 * vCPU that has the turn: OFF, somebody else's, so that its first FP instruction traps and loads
 * them; CLEAN or DIRTY, its own, to be saved when it leaves. The guest's own vsstatus.FS is never
 * touched.
 */
#include "vcpu/fp.h"
#include "hart/hart.h"
#include "trace/trace.h"
#include "vcpu/run.h"

static void fp_leave(struct vcpu *vcpu, uint64_t now)
{
    (void)now;
    /* CLEAN is not believed: on QEMU 7.2 a guest's write of fcsr marks vsstatus.FS alone. */
    if (fp_state() == FP_OFF)
        return;
    trace(TRACE_SWITCH_FP, vcpu->vm_id, vcpu->index, 0, 0, 0);
    fp_save(vcpu);
    fp_state_set(FP_CLEAN);
}

static void fp_arrive(struct vcpu *vcpu, uint64_t now)
{
    (void)now;
    if (vcpu->hart->fp_loaded != vcpu)
        fp_state_set(FP_OFF);
}

bool fp_first_use(struct vcpu *vcpu)
{
    if (fp_state() != FP_OFF || !fp_on_in_guest())
        return false;
    trace(TRACE_SWITCH_FP, vcpu->vm_id, vcpu->index, 1, 0, 0);
    fp_load(vcpu);
    fp_state_set(FP_CLEAN);
    vcpu->hart->fp_loaded = vcpu;
    return true;
}

HV_SWITCH(fp_leave, fp_arrive);
