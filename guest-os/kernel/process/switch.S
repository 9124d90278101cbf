/* From one kernel stack to another. */
    .text

/*
 * context_switch(a0: struct context to fill, a1: struct context to go on with): returns when
 * somebody switches back to the first.
 */
    .globl context_switch
context_switch:
    sd ra, 0(a0)
    sd sp, 8(a0)
    ld ra, 0(a1)
    ld sp, 8(a1)
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\number, (16 + 8 * \number)(a0)
    ld s\number, (16 + 8 * \number)(a1)
    .endr
    ret
