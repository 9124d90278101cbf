/* The short functions of metal/metal.h, whose contracts stand there. */
#ifndef HV_METAL_INLINE_H
#define HV_METAL_INLINE_H

#include "metal/csr.h"
#include "metal/firmware.h"

register struct hart *this_hart_register __asm__("tp");

static inline struct hart *this_hart(void)
{
    return this_hart_register;
}

static inline uint64_t clock_now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static inline void trace_publish(struct trace_ring *ring, uint64_t head,
                                 const struct trace_record *record)
{
    __asm__ volatile("fence w, w\n"
                     "sd %1, %0"
                     : "=m"(ring->head)
                     : "r"(head), "m"(*record));
}

static inline void clock_arm(uint64_t deadline)
{
    if (hart_has_sstc())
        csr_write(stimecmp, deadline);
    else
        firmware_set_timer(deadline);
}

static inline uint64_t hart_pending(void)
{
    return csr_read(sip); /* all that it can show are enabled: hart_setup */
}

static inline void hart_soft_clear(void)
{
    csr_clear(sip, 1u << 1);
}

static inline void hart_wait(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

static inline void hart_wait_until(uint64_t deadline)
{
    csr_set(sie, 1u << 5); /* the timer's: a hart wakes for what is enabled alone */
    clock_arm(deadline);
    hart_wait();
}

/* pause (Zihintpause): a fence that orders nothing, where the hart does not know it. */
static inline void hart_relax(void)
{
    __asm__ volatile(".4byte 0x0100000f" ::: "memory");
}

static inline struct vcpu *guest_run(struct vcpu *vcpu, uint64_t *cause)
{
    register struct vcpu *a0 __asm__("a0") = vcpu;
    register uint64_t a1 __asm__("a1");

    __asm__ volatile("call vcpu_enter"
                     : "+r"(a0), "=r"(a1)
                     :
                     : "ra", "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a2", "a3", "a4", "a5", "a6",
                       "a7", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10",
                       "s11", "memory");
    *cause = a1;
    return a0;
}

static inline uint64_t trap_cause(void)
{
    return csr_read(scause);
}

static inline void trap_detail_read(struct trap_detail *detail)
{
    detail->stval = csr_read(stval);
    detail->htval = csr_read(htval);
    detail->htinst = csr_read(htinst);
}

static inline uint64_t trap_stval(void)
{
    return csr_read(stval);
}

static inline uint64_t trap_htval(void)
{
    return csr_read(htval);
}

static inline bool trap_from_supervisor(void)
{
    return csr_read(sstatus) & SSTATUS_SPP;
}

static inline enum fp_state fp_state(void)
{
    return (enum fp_state)((csr_read(sstatus) & SSTATUS_FS) / SSTATUS_FS_INITIAL);
}

static inline void fp_state_set(enum fp_state state)
{
    csr_clear(sstatus, SSTATUS_FS);
    csr_set(sstatus, state * SSTATUS_FS_INITIAL);
}

static inline void guest_interrupt_set(uint64_t bits)
{
    csr_set(hvip, bits);
}

static inline void guest_interrupt_clear(uint64_t bits)
{
    csr_clear(hvip, bits);
}

static inline uint64_t guest_interrupts_pending(void)
{
    return csr_read(hip);
}

static inline uint64_t guest_interrupts_enabled(void)
{
    return csr_read(hie);
}

static inline uint64_t guest_timer_read(void)
{
    return csr_read(vstimecmp);
}

static inline void guest_timer_write(uint64_t deadline)
{
    csr_write(vstimecmp, deadline);
}

static inline void hfence_gvma_vmid(uint16_t vmid)
{
    __asm__ volatile("hfence.gvma zero, %0" ::"r"((uint64_t)vmid) : "memory");
}

/* rs1 holds the guest-physical address shifted right by 2: specification, "hfence.gvma". */
static inline void hfence_gvma_page(uint64_t gpa, uint16_t vmid)
{
    __asm__ volatile("hfence.gvma %0, %1" ::"r"(gpa >> 2), "r"((uint64_t)vmid) : "memory");
}

static inline void instruction_fence(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

#endif
