/*
 * Steal-time accounting: a vCPU learns how long it could have run and did not. SBI
 * specification 2.0, chapter 16; the shared memory is written when the vCPU gets its turn.
 *
 *     offset  0  sequence    even: the record is whole
 *             4  flags       0
 *             8  steal       nanoseconds
 *            16  preempted   0: it runs
 */
#include "boot/board.h"
#include "memory/guest_memory.h"
#include "sbi/sbi.h"
#include "trace/trace.h"
#include "vcpu/run.h"
#include "vm/vm.h"

#define AREA_BYTES 64
#define NONE       UINT64_MAX

struct steal_area {
    uint32_t sequence;
    uint32_t flags;
    uint64_t steal;
    uint8_t preempted;
    uint8_t reserved[47];
};
_Static_assert(sizeof(struct steal_area) == AREA_BYTES, "SBI chapter 16");

static void publish(struct vcpu *vcpu, uint64_t now)
{
    struct steal_area area;

    (void)now;
    if (vcpu->steal_area == NONE)
        return;
    guest_memory_read(vcpu->vm, vcpu->steal_area, &area, 16);
    area.sequence += 2;
    area.flags = 0;
    area.steal = vcpu->steal_ticks * (1000000000 / board.timebase_hz);
    trace(TRACE_STEAL, vcpu->vm_id, vcpu->index, 0, vcpu->steal_ticks, 0);
    guest_memory_write(vcpu->vm, vcpu->steal_area, &area, 16);
}

static struct sbi_result set_area(struct vcpu *vcpu, uint64_t low, uint64_t high, uint32_t flags)
{
    struct steal_area area = {0};

    if (flags != 0)
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    if (low == NONE && high == NONE) {
        vcpu->steal_area = NONE;
        return (struct sbi_result){SBI_SUCCESS, 0};
    }
    if (low % AREA_BYTES)
        return (struct sbi_result){SBI_ERR_INVALID_PARAM, 0};
    if (high != 0 || !guest_memory_write(vcpu->vm, low, &area, sizeof(area)))
        return (struct sbi_result){SBI_ERR_INVALID_ADDRESS, 0};
    vcpu->steal_area = low;
    publish(vcpu, 0);
    return (struct sbi_result){SBI_SUCCESS, 0};
}

static struct sbi_result steal(struct vcpu *vcpu, uint64_t function)
{
    if (function != SBI_STA_SET_SHMEM)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    return set_area(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], (uint32_t)vcpu->x[REG_A2]);
}

HV_SBI(SBI_EXT_STA, steal);
HV_SWITCH(NULL, publish);
