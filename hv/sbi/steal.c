/*
 * Steal-time accounting: a vCPU learns how long it could have run and did not, since it asked to
 * be told. SBI specification 2.0, chapter 16; the shared memory is written when the vCPU gets its
 * turn. Where it lies is forgotten when the vCPU stops.
 *
 *     offset  0  sequence    odd: the record is being written; even: it is whole
 *             4  flags       0
 *             8  steal       nanoseconds
 *            16  preempted   0: it runs
 */
#include "boot/board.h"
#include "memory/guest_memory.h"
#include "sbi/sbi.h"
#include "sbi/steal.h"
#include "trace/trace.h"
#include "vcpu/run.h"
#include "vm/vm.h"

#define AREA_BYTES 64
#define NONE       UINT64_MAX
#define NS_PER_S   1000000000ull

struct steal_area {
    uint32_t sequence;
    uint32_t flags;
    uint64_t steal;
    uint8_t preempted;
    uint8_t reserved[47];
};
_Static_assert(sizeof(struct steal_area) == AREA_BYTES, "SBI chapter 16");

/* Ticks in nanoseconds, rounded down, for any timebase up to 18 GHz. */
static uint64_t nanoseconds(uint64_t ticks)
{
    uint64_t hz = board.timebase_hz;

    return ticks / hz * NS_PER_S + ticks % hz * NS_PER_S / hz;
}

/* The next number of the sequence goes into the area. It is counted here: what lies in its memory
 * is the guest's affair. Whoever reads sees the numbers and the record in the order in which they
 * are written. */
static void write_sequence(struct vcpu *vcpu)
{
    uint32_t sequence = ++vcpu->steal_sequence;

    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    guest_memory_write(vcpu->vm, vcpu->steal_area + offsetof(struct steal_area, sequence),
                       &sequence, sizeof(sequence));
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void steal_publish(struct vcpu *vcpu)
{
    uint64_t steal;

    if (vcpu->steal_area == NONE)
        return;
    steal = nanoseconds(vcpu->steal_ticks - vcpu->steal_base);
    write_sequence(vcpu);
    guest_memory_write(vcpu->vm, vcpu->steal_area + offsetof(struct steal_area, steal), &steal,
                       sizeof(steal));
    trace(TRACE_STEAL, vcpu->vm_id, vcpu->index, 0, vcpu->steal_ticks, 0);
    write_sequence(vcpu);
}

/* From the call on the area is all zero, until the vCPU next gets its turn. */
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
    vcpu->steal_sequence = 0;
    vcpu->steal_base = vcpu->steal_ticks;
    return (struct sbi_result){SBI_SUCCESS, 0};
}

static struct sbi_result steal(struct vcpu *vcpu, uint64_t function)
{
    if (function != SBI_STA_SET_SHMEM)
        return (struct sbi_result){SBI_ERR_NOT_SUPPORTED, 0};
    return set_area(vcpu, vcpu->x[REG_A0], vcpu->x[REG_A1], (uint32_t)vcpu->x[REG_A2]);
}

static void serve_steal(struct vcpu *vcpu, uint64_t function)
{
    sbi_return(vcpu, steal(vcpu, function));
}

HV_SBI(SBI_EXT_STA, serve_steal);
