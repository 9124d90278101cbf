/*
 * Offsets that assembly uses. Each is checked against its struct by a static assertion beside
 * the struct's definition, so the two cannot drift apart.
 */
#ifndef HV_METAL_OFFSETS_H
#define HV_METAL_OFFSETS_H

/* struct vcpu: x[32] stands first, so that every register is within reach of c.sd. */
#define VCPU_X(n) ((n)*8)
#define VCPU_PC   256
#define VCPU_HART 264

/* struct hart */
#define HART_STACK_POINTER   512
#define HART_EMERGENCY_STACK 520
#define HART_STACK_BOTTOM    528
#define HART_STACK_TOP       536
#define HART_RETURN          544

/* struct trap_frame */
#define FRAME_X(n)    ((n)*8)
#define FRAME_SEPC    256
#define FRAME_SSTATUS 264
#define FRAME_SCAUSE  272
#define FRAME_STVAL   280
#define FRAME_BYTES   288

#endif
