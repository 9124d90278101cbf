/*
 * The first instructions of a hart that the boot hart had the firmware start: HS-mode, translation
 * and interrupts off, a0 = hart id, a1 = its struct hart. SBI specification, "Hart State
 * Management", table of hart_start.
 */
#include "metal/offsets.h"

    .text
    .globl  secondary_entry
secondary_entry:
    csrw    sie, zero
    csrw    sscratch, zero          /* zero: the hypervisor runs, not a guest */
    mv      tp, a1
    ld      sp, HART_STACK_TOP(tp)
    la      t0, trap_vector
    csrw    stvec, t0
    li      s0, 0                   /* ends the chain of frames for a backtrace */
    li      ra, 0
    tail    secondary_main
