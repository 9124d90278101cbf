/* The 32 floating-point registers and fcsr, 33 words of 8 bytes; sstatus.FS must not be Off. */
    .text
    .option arch, +d

/* fp_save(a0: where to) */
    .globl fp_save
fp_save:
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\number, (8 * \number)(a0)
    .endr
    frcsr t0
    sd t0, 256(a0)
    ret

/* fp_load(a0: where from) */
    .globl fp_load
fp_load:
    .irp number, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\number, (8 * \number)(a0)
    .endr
    ld t0, 256(a0)
    fscsr t0
    ret
