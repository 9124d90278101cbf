/*
 * fp_hold(fa0: value, a0: rounds): puts the value into all FP registers, lets others run so
 * many times by sleeping a millisecond each, and compares. Returns 1 if all hold the value.
 */
#include "include/rider.h"

    .text
    .globl fp_hold
fp_hold:
    fmv.x.d t1, fa0
    mv t2, a0
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.d.x f\number, t1
    .endr

1:  li a0, 100
    li a7, SYS_SLEEP
    ecall
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.x.d t3, f\number
    bne t3, t1, 2f
    .endr
    addi t2, t2, -1
    bnez t2, 1b
    li a0, 1
    ret
2:  li a0, 0
    ret
