/*
 * What moves when a hart of several passes its turn on: all of the vCPU that has had it goes to
 * memory at once, for whichever hart takes it next, and all of the next one into the hart.
 */
#include "sbi/steal.h"
#include "sched/schedule_harts.h"
#include "trap/cause.h"
#include "vcpu/fp.h"
#include "vcpu/run.h"

/* What others have set for it since it was loaded stays pending, wherever it goes. */
static void save(struct vcpu *vcpu)
{
    uint64_t pending = vcpu->context.hvip;

    context_save(vcpu);
    vcpu->context.hvip |= pending;
}

static void load(struct hart *hart, struct vcpu *vcpu)
{
    harts_gstage_load(hart, vcpu);
    context_load(vcpu);
    vcpu->context.hvip = 0; /* from here on: what others set for it */
    hart->loaded = vcpu;
}

/* Its counters have been its own, since vCPUs of its VM run at the same time. */
static void publish_exits(struct vcpu *vcpu)
{
    for (unsigned i = 0; i < EXIT_CAUSES; i++) {
        vcpu->vm->report->exits[i] += vcpu->own_exits[i];
        vcpu->own_exits[i] = 0;
    }
}

/* The hart lets go of the vCPU that it has taken. */
static void leave(struct hart *hart)
{
    struct vcpu *vcpu = hart->taken;

    if (!vcpu)
        return;
    if (hart->loaded == vcpu) {
        fp_leave(vcpu);
        save(vcpu);
    }
    hart->loaded = hart->fp_loaded = hart->taken = NULL;
    publish_exits(vcpu);
    if (--vcpu->vm->inside == 0)
        vm_left(vcpu->vm);
}

static void take(struct hart *hart, struct vcpu *vcpu)
{
    hart->taken = vcpu;
    vcpu->vm->inside++;
    vcpu->exits = vcpu->own_exits;
}

void hart_pass_to(struct hart *hart, struct vcpu *next)
{
    bool change = next != hart->current;

    if (hart->taken != next)
        leave(hart);
    if (change)
        schedule_switch(hart, next);
    if (!next) {
        context_unload();
        return;
    }
    if (hart->taken != next)
        take(hart, next);
    if (hart->loaded != next) {
        load(hart, next);
        harts_arrive(hart, next);
        next->hart = hart;
    }
    if (change)
        steal_publish(next);
}

void vcpu_reload(struct hart *hart, struct vcpu *vcpu)
{
    save(vcpu);
    load(hart, vcpu);
}
