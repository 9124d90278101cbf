/* A piece of a guest whose registers are all full of secrets while it leaves and comes back. */
#include "layout.h"

.option norelax
.text

/*
 * (secret, kind): every register but sp and tp holds a number that follows from the secret; then an
 * exit of that kind: 0 a call, 1 a yield, 2 a counter, 3 an illegal instruction … the trap is
 * welcome, and its handler goes on behind it (secrets.c).
 */
.balign 4
.globl secret_exit
secret_exit:
    addi sp, sp, -14*8
    sd ra, 0(sp)
    sd gp, 8(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\n, 16+\n*8-8*0(sp)
    .endr
    mv s11, a0
    mv t0, a1
    .irp n, 1,3,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,28,29,30,31
    addi x\n, s11, \n
    .endr
    beqz t0, call
    addi t0, t0, -1
    beqz t0, yield
    addi t0, t0, -1
    beqz t0, counter
    addi t0, s11, 5
    .globl secret_illegal
secret_illegal:
    .word 0
    j done
call:
    addi t0, s11, 5
    li a7, 0x10
    li a6, 0
    ecall
    j done
yield:
    addi t0, s11, 5
    li a7, 0x0857c0de
    li a6, 2
    ecall
    j done
counter:
    addi t0, s11, 5
    csrr t1, instret
    addi t1, s11, 6
done:
    ld ra, 0(sp)
    ld gp, 8(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\n, 16+\n*8(sp)
    .endr
    addi sp, sp, 14*8
    ret
