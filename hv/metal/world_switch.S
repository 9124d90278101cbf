/*
 * The world switch: vcpu_enter goes into the guest and returns, as any function does, when the
 * guest traps. Only the 31 general registers and pc move here; VS CSRs and FP stay in the hart
 * until the turn passes to another vCPU (metal/context_switch.c).
 *
 *     in:  a0 = vcpu        out:  a0 = vcpu, a1 = scause
 *
 * Keeps sp and tp for its caller, and nothing else: the run loop, its only caller, holds nothing
 * in s0 … s11 and so saves nothing (vcpu/run.c).
 */
#include "metal/offsets.h"
    .option arch, +h

    .section .text.trap, "ax"
    .globl  vcpu_enter
vcpu_enter:
    sd      sp, HART_STACK_POINTER(tp)
    sd      ra, HART_RETURN(tp)
    csrw    sscratch, a0            /* from here on a trap is the guest's */
    ld      t0, VCPU_PC(a0)
    csrw    sepc, t0
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, VCPU_X(\n)(a0)
    .endr
    ld      a0, VCPU_X(10)(a0)
    sret                            /* sstatus.SPP and hstatus.SPV say: into the guest */

/* trap_vector branches here. a0: the vCPU; sscratch: the guest's a0; all others: the guest's. */
    .globl  guest_exit
guest_exit:
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, VCPU_X(\n)(a0)
    .endr
    csrrw   t0, sscratch, zero      /* from here on a trap is the hypervisor's */
    sd      t0, VCPU_X(10)(a0)
    csrr    t0, sepc
    sd      t0, VCPU_PC(a0)
    ld      tp, VCPU_HART(a0)
    ld      sp, HART_STACK_POINTER(tp)
    ld      ra, HART_RETURN(tp)
    csrr    a1, scause
    ret
