/* All 32 FP registers at once, for probes that compare them. */
.option norelax
.text

/* (uint64_t values[32]) */
.balign 4
.globl float_load_all
float_load_all:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, 8*\n(a0)
    .endr
    ret

/* (uint64_t values[32]) */
.balign 4
.globl float_store_all
float_store_all:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, 8*\n(a0)
    .endr
    ret
