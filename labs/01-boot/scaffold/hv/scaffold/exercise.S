/*
 * void exercise_registers(const uint64_t before[32], uint64_t after[32]): fills every register
 * but tp with before[n], takes a breakpoint trap, which is to come back behind it, and stores
 * what it finds into after[n]. sp is no stack then: the vector must notice.
 */
    .text
    .globl  exercise_registers
exercise_registers:
    addi    sp, sp, -128
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd      s\n, (\n * 8)(sp)
    .endr
    sd      ra, 96(sp)
    sd      gp, 104(sp)
    la      t0, kept
    sd      sp, 0(t0)
    sd      a1, 8(t0)
    mv      t6, a0
    .irp    n, 1,2,3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    ld      x\n, (\n * 8)(t6)
    .endr
    ld      t6, (31 * 8)(t6)
    ebreak
    .balign 4
    .globl  exercise_registers_resume
exercise_registers_resume:
    csrw    sscratch, t0
    la      t0, kept
    ld      t0, 8(t0)
    .irp    n, 1,2,3,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, (\n * 8)(t0)
    .endr
    csrrw   t1, sscratch, zero
    sd      t1, (5 * 8)(t0)
    la      t0, kept
    ld      sp, 0(t0)
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld      s\n, (\n * 8)(sp)
    .endr
    ld      ra, 96(sp)
    ld      gp, 104(sp)
    addi    sp, sp, 128
    ret

/* void exercise_cause(unsigned kind): provokes one trap, which is to come back behind it. */
    .globl  exercise_cause
exercise_cause:
    beqz    a0, 1f
    addi    a0, a0, -1
    beqz    a0, 2f
    addi    a0, a0, -1
    beqz    a0, 3f
    addi    a0, a0, -1
    beqz    a0, 4f
    ebreak
1:  .word   0
2:  ld      t0, 0(zero)
3:  sd      t0, 0(zero)
4:  jr      zero
    .balign 4
    .globl  exercise_cause_resume
exercise_cause_resume:
    ret

/* void exercise_overflow(void): runs down the stack until it meets the guard page. */
    .globl  exercise_overflow
exercise_overflow:
    addi    sp, sp, -256
    sd      ra, 0(sp)
    j       exercise_overflow

    .bss
    .balign 8
kept:
    .zero   16
