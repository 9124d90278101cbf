/*
 * spin_registers(a0: seed, a1: rounds): puts a value made from the seed into every register but
 * zero, a0 and a1, spins that often without a system call, and compares. Returns the number of a
 * register that changed, or 0. Interrupts find all registers in use, sp, gp and tp too.
 */
    .text
    .globl spin_registers
spin_registers:
    la t0, saved
    sd ra, 0(t0)
    sd sp, 8(t0)
    sd gp, 16(t0)
    sd tp, 24(t0)
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\number, (32 + 8 * \number)(t0)
    .endr

    .irp number, 1,2,3,4,5,6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi x\number, a0, \number
    .endr
1:  addi a1, a1, -1
    bnez a1, 1b

    .irp number, 1,2,3,4,5,6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    addi x\number, x\number, -\number
    li a1, \number
    bne x\number, a0, 2f
    .endr
    li a1, 0

2:  la t0, saved
    ld ra, 0(t0)
    ld sp, 8(t0)
    ld gp, 16(t0)
    ld tp, 24(t0)
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\number, (32 + 8 * \number)(t0)
    .endr
    mv a0, a1
    ret

    .bss
    .balign 8
saved:
    .space 128
