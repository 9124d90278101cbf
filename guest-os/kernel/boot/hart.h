/*
 * What one hart keeps for itself. The kernel reaches it through tp, and the trap vector by the
 * offsets below; sscratch holds its address while the hart runs in user mode, and 0 otherwise.
 */
#ifndef BOOT_HART_H
#define BOOT_HART_H

#define MAX_HARTS 8

#define HART_KERNEL_SP    0 /* offsets for assembly, checked below */
#define HART_USER_SP      8
#define HART_EMERGENCY_SP 16
#define HART_PANIC_FRAME  24

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct process;

/* Registers that a function call preserves: ra, sp, s0 … s11. */
struct context {
    uint64_t ra, sp, s[12];
};

struct hart {
    uint64_t kernel_sp;       /* where a trap from user mode puts its frame */
    uint64_t user_sp;         /* the vector's scratch word */
    uint64_t emergency_sp;    /* top of the stack on which a trap in the kernel is reported */
    uint64_t panic_frame[32]; /* x0 … x31 at such a trap */
    uint64_t id;
    struct process *current;  /* the process that runs here, or NULL: the scheduler itself */
    struct process *fp_owner; /* whose values the FP registers hold, or NULL */
    struct context scheduler; /* where a process that stops running goes */
    uint64_t idle_time;       /* in ticks of the time CSR */
    uint64_t switches;        /* from one process to another, or to none */
    int reschedule;           /* the running process is to make room at the next chance */
};

_Static_assert(offsetof(struct hart, kernel_sp) == HART_KERNEL_SP, "vector.S knows this offset");
_Static_assert(offsetof(struct hart, user_sp) == HART_USER_SP, "vector.S knows this offset");
_Static_assert(offsetof(struct hart, emergency_sp) == HART_EMERGENCY_SP, "vector.S knows it");
_Static_assert(offsetof(struct hart, panic_frame) == HART_PANIC_FRAME, "vector.S knows it");

extern struct hart harts[MAX_HARTS];

/* The hart that executes this. */
static inline struct hart *this_hart(void)
{
    struct hart *hart;
    __asm__("mv %0, tp" : "=r"(hart));
    return hart;
}

#endif
#endif
