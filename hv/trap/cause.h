/*
 * Trap causes, as scause holds them: exceptions by code, interrupts with the top bit set.
 * RISC-V privileged specification, "Supervisor Cause Register" and hypervisor extension,
 * "Hypervisor and virtual supervisor trap causes". Names as in Linux's asm/csr.h.
 */
#ifndef HV_TRAP_CAUSE_H
#define HV_TRAP_CAUSE_H

#include <stdint.h>

#define EXC_INST_MISALIGNED        0
#define EXC_INST_ACCESS            1
#define EXC_INST_ILLEGAL           2
#define EXC_BREAKPOINT             3
#define EXC_LOAD_MISALIGNED        4
#define EXC_LOAD_ACCESS            5
#define EXC_STORE_MISALIGNED       6
#define EXC_STORE_ACCESS           7
#define EXC_SYSCALL                8  /* ecall from (V)U-mode */
#define EXC_HYPERVISOR_SYSCALL     9  /* ecall from HS-mode */
#define EXC_SUPERVISOR_SYSCALL     10 /* ecall from VS-mode */
#define EXC_INST_PAGE_FAULT        12
#define EXC_LOAD_PAGE_FAULT        13
#define EXC_STORE_PAGE_FAULT       15
#define EXC_INST_GUEST_PAGE_FAULT  20
#define EXC_LOAD_GUEST_PAGE_FAULT  21
#define EXC_VIRTUAL_INST_FAULT     22
#define EXC_STORE_GUEST_PAGE_FAULT 23

#define IRQ_S_SOFT   1
#define IRQ_VS_SOFT  2
#define IRQ_S_TIMER  5
#define IRQ_VS_TIMER 6
#define IRQ_S_EXT    9
#define IRQ_VS_EXT   10
#define IRQ_S_GEXT   12

#define CAUSE_INTERRUPT (1ull << 63)
#define EXIT_CAUSES     64 /* 32 exceptions, 32 interrupts */

/* The cause's name, such as "EXC_LOAD_PAGE_FAULT" or "IRQ_S_TIMER"; "unknown" for the rest. */
const char *cause_name(uint64_t cause);
/* What happened, in words: "load from an address that is not mapped". */
const char *cause_words(uint64_t cause);

#endif
