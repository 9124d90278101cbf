/*
 * The trap vector of every probe, and the leaf functions in which a trap is welcome: the handler
 * returns from those to their caller (see trap_catch in probe.h), so none of them may touch ra.
 */
#include "layout.h"

.option norelax
.text

/* sscratch holds this vCPU's struct vcpu, just above its trap stack; 0 while in the handler. */
.balign 4
.globl trap_vector
trap_vector:
    csrrw sp, sscratch, sp
    beqz sp, nested
    addi sp, sp, -FRAME_BYTES
    sd x1, 1*8(sp)
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, \n*8(sp)
    .endr
    csrrw t0, sscratch, zero
    sd t0, 2*8(sp)
    csrr t0, sepc
    sd t0, FRAME_SEPC(sp)
    csrr t0, sstatus
    sd t0, FRAME_SSTATUS(sp)
    csrr t0, scause
    sd t0, FRAME_SCAUSE(sp)
    csrr t0, stval
    sd t0, FRAME_STVAL(sp)
    addi tp, sp, FRAME_BYTES
    mv a0, sp
    call trap_handle

    ld t0, FRAME_SEPC(sp)
    csrw sepc, t0
    ld t0, FRAME_SSTATUS(sp)
    csrw sstatus, t0
    addi t0, sp, FRAME_BYTES
    csrw sscratch, t0
    ld x1, 1*8(sp)
    .irp n, 3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, \n*8(sp)
    .endr
    ld sp, 2*8(sp)
    sret

/* A trap inside the handler: nothing can be trusted but a stack of its own. */
nested:
    lla sp, emergency_stack_top
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call trap_nested
1:  j 1b

/* (address) → value */
.macro welcome name, instruction:vararg
.balign 4
.globl \name
\name:
    \instruction
    ret
.endm

welcome touch_load8, lbu a0, 0(a0)
welcome touch_load16, lhu a0, 0(a0)
welcome touch_load32, lwu a0, 0(a0)
welcome touch_load64, ld a0, 0(a0)
/* (address, value) */
welcome touch_store8, sb a1, 0(a0)
welcome touch_store16, sh a1, 0(a0)
welcome touch_store32, sw a1, 0(a0)
welcome touch_store64, sd a1, 0(a0)
welcome touch_amo, amoadd.d a0, a1, (a0)
welcome touch_lr, lr.d a0, (a0)
welcome touch_float_load, fld f0, 0(a0)
/* (address): jumps there with ra still the caller's */
welcome touch_fetch, jr a0
/* () */
welcome touch_break, ebreak
welcome touch_wfi, wfi

/* (pc, a0, a1): enters user mode there; the trap that ends it returns to the caller. */
.balign 4
.globl touch_user
touch_user:
    csrw sepc, a0
    mv a0, a1
    mv a1, a2
    li t0, 0x100
    csrc sstatus, t0
    sret

.section .bss
.balign 16
    .space 4096
emergency_stack_top:
