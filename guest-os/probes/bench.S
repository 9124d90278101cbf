/*
 * The loops that bench measures. Each takes its rounds in a0 and keeps them in t0, which every SBI
 * call preserves; what a round holds besides the operation is said beside it.
 */
.option norelax
.text

.macro entry name
.balign 16
.globl \name
\name:
.endm

/* (rounds): 2 instructions */
entry loop_empty
1:  addi a0, a0, -1
    bnez a0, 1b
    ret

/* (rounds, eid, fid): ecall and 2 */
entry loop_call
    mv t0, a0
    mv a7, a1
    mv a6, a2
1:  ecall
    addi t0, t0, -1
    bnez t0, 1b
    ret

/* (rounds, eid): ecall and 3, the deadline never */
entry loop_set_timer
    mv t0, a0
    mv a7, a1
    li a6, 0
1:  li a0, -1
    ecall
    addi t0, t0, -1
    bnez t0, 1b
    ret

/* (rounds, eid): function 0 for mask 1, base 0: ecall and 4 */
entry loop_mask_call
    mv t0, a0
    mv a7, a1
    li a6, 0
1:  li a0, 1
    li a1, 0
    ecall
    addi t0, t0, -1
    bnez t0, 1b
    ret

/* The handler of self-IPIs: counts in t1; 3 more a round. */
entry vector_ipi
    csrci sip, 2
    addi t1, t1, 1
    sret

/* (rounds, eid) → interrupts taken */
entry loop_self_ipi
    li t1, 0
    mv t2, ra
    call loop_mask_call
    mv ra, t2
    mv a0, t1
    ret

/* (rounds): one read of instret, and 2 */
entry loop_instret
1:  csrr a1, instret
    addi a0, a0, -1
    bnez a0, 1b
    ret

/* (rounds): one illegal instruction, and 2; vector_skip takes 4 more */
entry loop_illegal
1:  .word 0x0000000b
    addi a0, a0, -1
    bnez a0, 1b
    ret

entry vector_skip
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    sret

/* (rounds): 8 of plain arithmetic, and 2 */
entry loop_compute
    li t1, 1
1:  slli t2, t1, 13
    xor t1, t1, t2
    srli t2, t1, 7
    xor t1, t1, t2
    slli t2, t1, 17
    xor t1, t1, t2
    mul t2, t1, t2
    add t3, t3, t2
    addi a0, a0, -1
    bnez a0, 1b
    ret

/* (rounds, buffer of 32 KiB): 64 bytes loaded and stored a round, and 4 */
entry loop_memory
    li t6, 0x7fc0
    li t5, 0
1:  add t4, a1, t5
    .irp offset, 0, 8, 16, 24, 32, 40, 48, 56
    ld t1, \offset(t4)
    sd t1, \offset(t4)
    .endr
    addi t5, t5, 64
    and t5, t5, t6
    addi a0, a0, -1
    bnez a0, 1b
    ret

/* (rounds, first, stride): one store each, and 3 */
entry loop_touch
1:  sd zero, 0(a1)
    add a1, a1, a2
    addi a0, a0, -1
    bnez a0, 1b
    ret

/* () → now, in instructions, at the beginning of a measurement: waits for a tick, as fine_now does,
 * and returns when it has come, so that the wait is not measured. */
entry fine_begin
    csrr t0, time
1:  csrr t2, time
    beq t2, t0, 1b
    li a0, 100
    mul a0, a0, t2
    ret

/*
 * () → now, in instructions: spins to the next tick of `time`, 100 instructions long under
 * -icount shift=0, and counts back the 3 of each turn.
 */
entry fine_now
    csrr t0, time
    li t1, 0
1:  csrr t2, time
    addi t1, t1, 3
    beq t2, t0, 1b
    li a0, 100
    mul a0, a0, t2
    sub a0, a0, t1
    ret

/* The timer's handler: notes when it began, as fine_now, and turns the timer's interrupt off. */
entry vector_timer
    csrr t0, time
    li t1, 0
1:  csrr t2, time
    addi t1, t1, 3
    beq t2, t0, 1b
    li t3, 100
    mul t3, t3, t2
    sub t3, t3, t1
    li t0, 32
    csrc sie, t0
    sret

/* () → when the handler began; interrupts and the timer are on */
entry sleep_for_timer
    li t3, 0
1:  wfi
    beqz t3, 1b
    mv a0, t3
    ret

/* (rounds, partner, turn): sends an IPI to the partner and awaits one; turn 1 awaits first. */
entry loop_pingpong
    mv t0, a0
    mv t3, a1
    li a7, 0x735049
    li a6, 0
    bnez a2, 2f
1:  li a0, 1
    mv a1, t3
    ecall
2:  wfi
    csrr t1, sip
    andi t1, t1, 2
    beqz t1, 2b
    csrci sip, 2
    addi t0, t0, -1
    bnez t0, 1b
    beqz a2, 3f
    li a0, 1
    mv a1, t3
    ecall
3:  ret
