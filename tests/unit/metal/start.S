/* The pieces of the tests in hv/metal's place that need all registers: see metal_test.h. */
#include "metal/offsets.h"
    .option norelax

    .bss
    .balign 8
saved:      .skip 16 * 8
behind:     .skip 8             /* t0 as it was behind the ebreak */

    .text
    .globl  hv_main
hv_main:
    la      t0, boot_begun
    sd      ra, 0(t0)
    sd      s0, 8(t0)
    sd      sp, 16(t0)
    sd      tp, 24(t0)
    sd      a0, 32(t0)
    sd      a1, 40(t0)
    tail    metal_main

/* uint64_t break_with(const uint64_t x[32], uint64_t after[32]) */
    .globl  break_with, break_here, break_behind
    .balign 4
break_with:
    la      t0, saved
    sd      ra, 0(t0)
    sd      sp, 8(t0)
    sd      tp, 16(t0)
    sd      gp, 24(t0)
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd      s\n, (32 + \n * 8)(t0)
    .endr
    la      t1, after_at
    sd      a1, 0(t1)
    mv      x31, a0
    .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, (\n * 8)(x31)
    .endr
    .option push
    .option norvc
break_here:
    ebreak
break_behind:
    .option pop
    csrw    sscratch, t0            /* a trap from here on would be taken for a guest's */
    la      t0, after_at
    ld      t0, 0(t0)
    .irp    n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, (\n * 8)(t0)
    .endr
    csrrw   t1, sscratch, zero
    sd      t1, (5 * 8)(t0)
    la      t0, saved
    ld      ra, 0(t0)
    ld      sp, 8(t0)
    ld      tp, 16(t0)
    ld      gp, 24(t0)
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld      s\n, (32 + \n * 8)(t0)
    .endr
    csrr    a0, sstatus
    ret

/* Guests, in VS-mode. */
    .globl  guest_complement, guest_complement_call, guest_load, guest_load_end
    .balign 4
guest_complement:
    .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    not     x\n, x\n
    .endr
guest_complement_call:
    ecall

    .option push
    .option norvc
guest_load:
    ld      a0, 0(a1)
guest_load_end:
    ecall
    .option pop

    .globl  secondary_main
secondary_main:                     /* there is no other hart */
    j       .

    .data
    .balign 8
after_at:   .dword 0
    .globl  boot_begun
boot_begun: .skip 48
