/*
 * First instructions of every probe: keep the registers as the hypervisor gave them, clear the
 * bss, and go to C. Secondary vCPUs enter by their own door, with their struct vcpu in a1.
 */
#include "layout.h"

#define FS_MASK 0x6000


.section .entry, "ax"
.globl _start
_start:
    /* No register is free: stval, of no meaning yet, lends its place to t0. */
    csrw stval, t0
    lla t0, entry_state
    sd x1, 1*8(t0)
    sd x2, 2*8(t0)
    sd x3, 3*8(t0)
    sd x4, 4*8(t0)
    .irp n, 6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, \n*8(t0)
    .endr
    csrr t1, stval
    sd t1, 5*8(t0)
    csrr t1, sstatus
    sd t1, ENTRY_SSTATUS(t0)
    csrr t1, sie
    sd t1, ENTRY_SIE(t0)
    csrr t1, stvec
    sd t1, ENTRY_STVEC(t0)
    csrr t1, sscratch
    sd t1, ENTRY_SSCRATCH(t0)
    csrr t1, sepc
    sd t1, ENTRY_SEPC(t0)
    csrr t1, scause
    sd t1, ENTRY_SCAUSE(t0)
    csrr t1, satp
    sd t1, ENTRY_SATP(t0)
    csrr t1, sip
    sd t1, ENTRY_SIP(t0)

    csrw sie, zero
    csrci sstatus, 2
    li t1, FS_MASK
    csrs sstatus, t1
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, ENTRY_FP+\n*8(t0)
    .endr
    frcsr t1
    sd t1, ENTRY_FCSR(t0)

    lla t1, __bss_start
    lla t2, __bss_end
1:  sd zero, 0(t1)
    addi t1, t1, 8
    bltu t1, t2, 1b

    lla tp, vcpu_areas + VCPU_AREA_VCPU
    lla sp, vcpu_areas + VCPU_AREA_STACK_TOP
    sd a0, VCPU_HART(tp)
    csrw sscratch, tp
    lla t1, trap_vector
    csrw stvec, t1
    call probe_begin

/* a0: hart id, a1: its struct vcpu (the opaque value of sbi_hart_start). */
.globl secondary_start
.balign 4
secondary_start:
    mv tp, a1
    li sp, VCPU_AREA_STACK_TOP - VCPU_AREA_VCPU
    add sp, sp, tp
    sd a0, VCPU_HART(tp)
    csrw sscratch, tp
    lla t1, trap_vector
    csrw stvec, t1
    li t1, FS_MASK
    csrs sstatus, t1
    call vcpu_begin

.section .data
.balign 16
.globl entry_state
entry_state:
    .fill ENTRY_BYTES / 8, 8, 0
