/* Where a program begins: a0 = number of arguments, a1 = their array, sp below them. */
#include "include/rider.h"

    .text
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    mv s0, zero
    call main
    li a7, SYS_EXIT
    ecall
