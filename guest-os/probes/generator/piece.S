/* Into a piece of code with all registers set, and back from where a vCPU stopped. */
#include "generator/layout.h"
#include "layout.h"

#define FS_MASK 0x6000

.option norelax
.text

.macro keep_context at
    sd ra, 0(\at)
    sd sp, 8(\at)
    sd gp, 16(\at)
    sd tp, 24(\at)
    sd s0, 32(\at)
    sd s1, 40(\at)
    .irp n, 2,3,4,5,6,7,8,9,10,11
    sd s\n, 32+\n*8(\at)
    .endr
.endm

/* (struct attempt *, struct context *): the trap that ends it returns to the caller (piece.c). */
.balign 4
.globl generator_enter
generator_enter:
    keep_context a1
    ld t0, ATTEMPT_PC(a0)
    csrw sepc, t0
    ld t0, ATTEMPT_STATUS(a0)
    csrw sstatus, t0
    .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, \n*8(a0)
    .endr
    ld x10, 80(a0)
    sret

/* (struct worker *, fid, a0, a1, a2) → a0 */
.balign 4
.globl generator_leave
generator_leave:
    keep_context a0
    mv a6, a1
    mv a0, a2
    mv a1, a3
    mv a2, a4
    li a7, 0x48534d
    ecall
    ret

/* a0: hart id, a1: its worker. Nothing else of the vCPU is known but what a start gives. */
.balign 4
.globl generator_resumed
generator_resumed:
    sd a0, WORKER_RESUMED(a1)
    ld ra, 0(a1)
    ld sp, 8(a1)
    ld gp, 16(a1)
    ld tp, 24(a1)
    ld s0, 32(a1)
    ld s1, 40(a1)
    .irp n, 2,3,4,5,6,7,8,9,10,11
    ld s\n, 32+\n*8(a1)
    .endr
    ld tp, WORKER_VCPU(a1)
    csrw sscratch, tp
    lla t1, trap_vector
    csrw stvec, t1
    li t1, FS_MASK
    csrs sstatus, t1
    li a0, 0
    ret
