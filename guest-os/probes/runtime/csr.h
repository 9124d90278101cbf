/* Supervisor CSRs by name: numbers and one accessor each way (privileged spec, chapter 4). */
#ifndef PROBE_CSR_H
#define PROBE_CSR_H

#include <stdint.h>

#define SSTATUS_SIE        (1ull << 1)
#define SSTATUS_SPIE       (1ull << 5)
#define SSTATUS_SPP        (1ull << 8)
#define SSTATUS_FS         (3ull << 13)
#define SSTATUS_FS_INITIAL (1ull << 13)
#define SSTATUS_SUM        (1ull << 18)
#define SSTATUS_MXR        (1ull << 19)

/* Bits of sie and sip; the number is also the interrupt's cause. */
#define IRQ_SOFTWARE 1
#define IRQ_TIMER    5
#define IRQ_EXTERNAL 9
#define IE_SOFTWARE  (1ull << IRQ_SOFTWARE)
#define IE_TIMER     (1ull << IRQ_TIMER)
#define IE_EXTERNAL  (1ull << IRQ_EXTERNAL)

#define CAUSE_INTERRUPT      (1ull << 63)
#define CAUSE_FETCH_ACCESS   1
#define CAUSE_ILLEGAL        2
#define CAUSE_BREAKPOINT     3
#define CAUSE_LOAD_MISALIGN  4
#define CAUSE_LOAD_ACCESS    5
#define CAUSE_STORE_MISALIGN 6
#define CAUSE_STORE_ACCESS   7
#define CAUSE_USER_ECALL     8
#define CAUSE_FETCH_PAGE     12
#define CAUSE_LOAD_PAGE      13
#define CAUSE_STORE_PAGE     15

#define STRINGIFY_(x) #x
#define STRINGIFY(x)  STRINGIFY_(x)

/* `csr` is a name that the assembler knows, or a number. */
#define csr_read(csr)                                                                              \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " STRINGIFY(csr) : "=r"(value_)::"memory");                     \
        value_;                                                                                    \
    })
#define csr_write(csr, value)                                                                      \
    __asm__ volatile("csrw " STRINGIFY(csr) ", %0" ::"r"((uint64_t)(value)) : "memory")
#define csr_set(csr, bits)                                                                         \
    __asm__ volatile("csrs " STRINGIFY(csr) ", %0" ::"r"((uint64_t)(bits)) : "memory")
#define csr_clear(csr, bits)                                                                       \
    __asm__ volatile("csrc " STRINGIFY(csr) ", %0" ::"r"((uint64_t)(bits)) : "memory")
#define csr_swap(csr, value)                                                                       \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrrw %0, " STRINGIFY(csr) ", %1"                                        \
                         : "=r"(value_)                                                            \
                         : "r"((uint64_t)(value))                                                  \
                         : "memory");                                                              \
        value_;                                                                                    \
    })

#define CSR_STIMECMP 0x14d

static inline uint64_t time_now(void)
{
    return csr_read(time);
}

/* Instructions stored by this hart are seen by its own fetches from here on. */
static inline void fence_i(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}

static inline void sfence_vma(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

#endif
