/*
 * The first instructions of Rider. The firmware, or the hypervisor, starts one hart here in
 * supervisor mode with a0 = hart id, a1 = address of the device tree, satp = 0, interrupts off
 * (SBI specification 2.0, section 9.1, table of the initial state).
 */
    .section .text.entry, "ax"

/*
 * _start(a0: hart id, a1: device tree): gives C what it takes for granted (gp, a stack, a hart
 * structure in tp) and calls kernel_main(hart id, device tree). Does not return; a hart that
 * comes back from C sleeps for ever.
 */
    .globl _start
_start:
    .option push
    .option norelax
    la gp, __global_pointer$
    .option pop
    csrw sie, zero
    csrw sscratch, zero
    la sp, __boot_stack_top
    la tp, harts
    mv s0, zero
    call kernel_main
1:  wfi
    j 1b
