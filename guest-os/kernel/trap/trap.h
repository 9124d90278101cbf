/*
 * Traps: the frame that the vector saves, and the handlers that other files register for the
 * causes they know (privileged specification, table of scause values).
 */
#ifndef TRAP_TRAP_H
#define TRAP_TRAP_H

#define TRAP_FRAME_SEPC    256 /* offsets for assembly, checked below */
#define TRAP_FRAME_SSTATUS 264
#define TRAP_FRAME_BYTES   272 /* a multiple of 16, as the stack's alignment wants */

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

/* A user program's registers while it is in the kernel. */
struct trap_frame {
    uint64_t x[32]; /* x[0] is not used */
    uint64_t sepc;
    uint64_t sstatus;
};

_Static_assert(offsetof(struct trap_frame, sepc) == TRAP_FRAME_SEPC, "vector.S knows this offset");
_Static_assert(offsetof(struct trap_frame, sstatus) == TRAP_FRAME_SSTATUS, "vector.S knows it");
_Static_assert(sizeof(struct trap_frame) == TRAP_FRAME_BYTES, "vector.S knows this size");

/* Register numbers by their names in the calling convention. */
#define REG_RA 1
#define REG_SP 2
#define REG_A0 10
#define REG_A1 11
#define REG_A7 17

#define EXCEPTION_ILLEGAL_INSTRUCTION 2
#define EXCEPTION_USER_ECALL          8
#define EXCEPTION_FETCH_PAGE_FAULT    12
#define EXCEPTION_LOAD_PAGE_FAULT     13
#define EXCEPTION_STORE_PAGE_FAULT    15

/*
 * Handles one trap from user mode: frame holds the registers and is what the program goes on
 * with; stval is the CSR's value. An interrupt may be handled while no program runs: then frame
 * is NULL.
 */
typedef void trap_handler(struct trap_frame *frame, uint64_t stval);

struct trap_entry {
    uint64_t cause; /* as in scause, with the interrupt bit */
    trap_handler *handler;
};

/* Lets handler deal with the cause, an exception's number or CAUSE_INTERRUPT | number. */
#define TRAP(cause, handler)                                                                       \
    static const struct trap_entry trap_entry_##handler                                            \
        __attribute__((used, section(".rider.trap"))) = {cause, handler}

/* Handles all interrupts that are pending and enabled, without taking a trap: for a hart that
 * waits with interrupts off. */
void trap_poll_interrupts(void);

/* The name of an exception as Linux's KVM and the specification have it: EXC_… */
const char *trap_name(uint64_t cause);

/* Where the vector goes to. */
_Noreturn void trap_from_user(struct trap_frame *frame);
_Noreturn void trap_from_kernel(const uint64_t *registers);

/* Goes to user mode with the registers of the frame; does not return. (vector.S) */
_Noreturn void trap_return(struct trap_frame *frame);

#endif
#endif
