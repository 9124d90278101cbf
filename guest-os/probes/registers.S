/*
 * One round of the registers probe: fill every register from the page at virtual address 0, do
 * what shall not change them, and store them all there again. Address 0 makes it possible: a
 * load or store relative to x0 needs no register of its own.
 *
 *     0x000  x1 … x31 in          0x100  x1 … x31 out        0x200  f0 … f31 in
 *     0x300  f0 … f31 out         0x400  CSRs in, as read back    0x480  CSRs out
 *     0x500  callee-saved registers of the C caller          0x600  scratch of the skip vector
 */
#define X_IN    0x000
#define X_OUT   0x100
#define F_IN    0x200
#define F_OUT   0x300
#define CSR_IN  0x400
#define CSR_OUT 0x480
#define SAVED   0x500
#define SKIP    0x600

.option norelax

.macro for_csrs operation, offset
    \operation sstatus, \offset+0
    \operation sie, \offset+8
    \operation stvec, \offset+16
    \operation sscratch, \offset+24
    \operation sepc, \offset+32
    \operation scause, \offset+40
    \operation stval, \offset+48
    \operation satp, \offset+56
    \operation scounteren, \offset+64
    \operation senvcfg, \offset+72
    \operation fcsr, \offset+80
.endm

.macro csr_load name, offset
    ld t0, \offset(zero)
    csrw \name, t0
.endm

.macro csr_store name, offset
    csrr t0, \name
    sd t0, \offset(zero)
.endm

.text
/* void registers_round(void): interrupts off, paging on, page 0 filled. It stands among the data, since
 * the slot in it (registers_slot) is written. */
.section .data.round, "awx"
.balign 4
.globl registers_round
registers_round:
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, SAVED+8*\n(zero)
    .endr
    for_csrs csr_load, CSR_IN
    for_csrs csr_store, CSR_IN
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, F_IN+8*\n(zero)
    .endr
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, X_IN+8*\n(zero)
    .endr

.globl registers_slot
registers_slot:
    nop
    nop
    nop
    nop

    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, X_OUT+8*\n(zero)
    .endr
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, F_OUT+8*\n(zero)
    .endr
    for_csrs csr_store, CSR_OUT
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, SAVED+8*\n(zero)
    .endr
    ret

.text
/* A trap vector that touches no register: it skips the instruction of four bytes that trapped. */
.balign 4
.globl skip_vector
skip_vector:
    sd t0, SKIP(zero)
    csrr t0, sepc
    addi t0, t0, 4
    csrw sepc, t0
    ld t0, SKIP(zero)
    sret

/* () → value: a leaf for trap_catch. */
.balign 4
.globl read_instret
read_instret:
    csrr a0, instret
    ret

/* Fills all registers, FP too, with what changes from turn to turn, and yields, for ever. */
.balign 4
.globl registers_stir
registers_stir:
    csrr t0, time
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    slli x\n, t0, \n
    xori x\n, x\n, -\n
    fmv.d.x f\n, x\n
    .endr
    li a7, 0x0857c0de
    li a6, 2
    ecall
    j registers_stir
