/*
 * What the run loop tells of each turn, inline: kvm_entry and kvm_exit carry all that belongs to
 * the turn, so that an exit and its way back cost two records, whatever it was. Only while tracing
 * is on. Records: abi/trace.h.
 */
#ifndef HV_VCPU_TRACE_RUN_H
#define HV_VCPU_TRACE_RUN_H

#include "trace/record.h"
#include "trap/cause.h"
#include "vcpu/vcpu.h"

/* The vCPU is about to be entered. */
static inline void trace_kvm_entry(const struct vcpu *vcpu)
{
    struct trace_record *record = trace_begin(vcpu->trace_entry);

    record->a = vcpu->pc;
    record->b = vcpu->x[REG_A0];
    record->c = vcpu->x[REG_A1];
    trace_end(record);
}

/* It has left for an ecall. */
static inline void trace_kvm_exit_call(const struct vcpu *vcpu)
{
    struct trace_record *record = trace_begin(vcpu->trace_call);

    record->a = vcpu->pc;
    record->b = vcpu->x[REG_A7];
    record->c = vcpu->x[REG_A6];
    record->d = vcpu->x[REG_A0];
    trace_end(record);
}

/* It has left for any other cause (scause). htval and htinst are stale unless the cause is a guest
 * page fault: a reader then leaves them alone. */
static inline void trace_kvm_exit(const struct vcpu *vcpu, uint64_t cause)
{
    uint32_t code = (uint32_t)cause | (uint32_t)(cause >> 63) << 31;
    struct trap_detail detail;

    trap_detail_read(&detail);
    struct trace_record *record =
        trace_begin(trace_word(TRACE_KVM_EXIT, vcpu->vm_id, vcpu->index, code));
    record->a = vcpu->pc;
    record->b = detail.stval;
    record->c = detail.htval;
    record->d = detail.htinst;
    trace_end(record);
}

#endif
