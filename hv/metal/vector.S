/*
 * The one trap vector of HS-mode. sscratch tells who was running: a guest's vCPU, or zero for
 * the hypervisor itself. Traps from a guest continue at guest_exit (metal/world_switch.S), which the
 * linker puts within reach of a branch.
 *
 * Traps of the hypervisor: all registers go into a struct trap_frame on the stack, or on the
 * emergency stack if the stack pointer does not lie within the hart's stack (it overflowed into
 * the guard page, or is nonsense).
 */
#include "metal/offsets.h"

    .section .text.trap, "ax"
    .globl  trap_vector
    .balign 4
trap_vector:
    csrrw   a0, sscratch, a0
    bnez    a0, guest_exit
    /* a0 is in sscratch, and free; find a stack */
    ld      a0, HART_STACK_TOP(tp)
    bltu    a0, sp, 2f
    ld      a0, HART_STACK_BOTTOM(tp)
    addi    a0, a0, FRAME_BYTES
    bgeu    sp, a0, 3f
2:  ld      a0, HART_EMERGENCY_STACK(tp)
    j       4f
3:  mv      a0, sp
4:  addi    a0, a0, -FRAME_BYTES
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, FRAME_X(\n)(a0)
    .endr
    mv      sp, a0
    csrrw   t0, sscratch, zero
    sd      t0, FRAME_X(10)(sp)
    csrr    t0, sepc
    sd      t0, FRAME_SEPC(sp)
    csrr    t1, sstatus
    sd      t1, FRAME_SSTATUS(sp)
    csrr    t1, scause
    sd      t1, FRAME_SCAUSE(sp)
    csrr    t1, stval
    sd      t1, FRAME_STVAL(sp)
    call    trap_from_hypervisor    /* a0 = frame */

    ld      t0, FRAME_SEPC(sp)
    csrw    sepc, t0
    ld      t0, FRAME_SSTATUS(sp)
    csrw    sstatus, t0
    mv      a0, sp
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, FRAME_X(\n)(a0)
    .endr
    ld      a0, FRAME_X(10)(a0)
    sret
