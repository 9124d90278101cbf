/*
 * One ecall with every register known: x1 … x31 come from call_registers[0] and go, as they are
 * after the call, to call_registers[1]. sscratch lends its place to t0; interrupts are off.
 */
.option norelax
.text
.balign 4
.globl call_with_registers
call_with_registers:
    lla t0, saved
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd x\n, 8*\n(t0)
    .endr
    csrr t1, sscratch
    sd t1, 0(t0)
    lla x31, call_registers
    .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\n, 8*\n(x31)
    .endr
    ecall
    csrw sscratch, t0
    lla t0, call_registers + 256
    .irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, 8*\n(t0)
    .endr
    csrr t1, sscratch
    sd t1, 8*5(t0)
    lla t0, saved
    .irp n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld x\n, 8*\n(t0)
    .endr
    ld t1, 0(t0)
    csrw sscratch, t1
    ret

.section .bss
.balign 8
saved:
    .space 256
