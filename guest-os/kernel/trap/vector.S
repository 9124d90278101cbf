/*
 * Into the kernel and out of it. stvec points here. While a program runs, sscratch holds the
 * hart structure; while the kernel runs it holds 0, and that is how the two are told apart.
 */
#include "boot/hart.h"
#include "trap/trap.h"

    .text

/* Saves, or loads, x3 … x31 less tp in the struct trap_frame that sp points to. */
.macro each_register operation
    \operation x3, 24(sp)
    .irp number, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    \operation x\number, (8 * \number)(sp)
    .endr
.endm

/*
 * trap_vector: from user mode, saves all registers in a frame at the top of the process's
 * kernel stack and calls trap_from_user(frame), which does not return here. From the kernel,
 * which takes no traps by design, saves them in the hart structure and calls
 * trap_from_kernel(registers) on the emergency stack: the kernel's own may be what is broken.
 */
    .globl trap_vector
    .balign 4
trap_vector:
    csrrw tp, sscratch, tp
    beqz tp, from_kernel

    sd sp, HART_USER_SP(tp)
    ld sp, HART_KERNEL_SP(tp)
    addi sp, sp, -TRAP_FRAME_BYTES
    each_register sd
    ld t0, HART_USER_SP(tp)
    sd t0, 16(sp)
    sd ra, 8(sp)
    csrrw t0, sscratch, zero
    sd t0, 32(sp)
    csrr t0, sepc
    sd t0, TRAP_FRAME_SEPC(sp)
    csrr t0, sstatus
    sd t0, TRAP_FRAME_SSTATUS(sp)
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv a0, sp
    mv s0, zero
    call trap_from_user
    j .

from_kernel:
    csrrw tp, sscratch, zero
    sd sp, HART_PANIC_FRAME + 16(tp)
    addi sp, tp, HART_PANIC_FRAME
    each_register sd
    sd ra, 8(sp)
    sd tp, 32(sp)
    mv a0, sp
    ld sp, HART_EMERGENCY_SP(tp)
    call trap_from_kernel
    j .

/*
 * trap_return(a0: frame): loads the registers of the frame and goes to user mode. The kernel
 * stack is empty from then on: the next trap finds its top in the hart structure.
 */
    .globl trap_return
trap_return:
    mv sp, a0
    ld t0, TRAP_FRAME_SEPC(sp)
    csrw sepc, t0
    ld t0, TRAP_FRAME_SSTATUS(sp)
    csrw sstatus, t0
    csrw sscratch, tp
    ld ra, 8(sp)
    each_register ld
    ld tp, 32(sp)
    ld sp, 16(sp)
    sret
