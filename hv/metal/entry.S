/*
 * The hypervisor's first instructions. The firmware enters here in HS-mode with a0 = hart id,
 * a1 = device tree, no stack, address translation off, interrupts off.
 */
#include "metal/offsets.h"

    .section .text.entry, "ax"
    .globl _start
_start:
    rdtime  s2
    csrw    sie, zero
    csrw    sscratch, zero          /* zero: the hypervisor runs, not a guest */
    la      t0, __bss_start
    la      t1, __bss_end
1:  sd      zero, 0(t0)             /* both are multiples of 64: hv.ld */
    sd      zero, 8(t0)
    sd      zero, 16(t0)
    sd      zero, 24(t0)
    sd      zero, 32(t0)
    sd      zero, 40(t0)
    sd      zero, 48(t0)
    sd      zero, 56(t0)
    addi    t0, t0, 64
    bltu    t0, t1, 1b
    la      tp, harts
    la      sp, __stack_top
    sd      sp, HART_STACK_TOP(tp)
    la      t0, __stack_bottom
    sd      t0, HART_STACK_BOTTOM(tp)
    la      t0, __emergency_stack_top
    sd      t0, HART_EMERGENCY_STACK(tp)
    la      t0, trap_vector
    csrw    stvec, t0
    la      t0, boot_hart_id
    sd      a0, 0(t0)
    la      t0, boot_device_tree
    sd      a1, 0(t0)
    la      t0, boot_time
    sd      s2, 0(t0)
    li      s0, 0                   /* ends the chain of frames for a backtrace */
    li      ra, 0
    tail    hv_main
