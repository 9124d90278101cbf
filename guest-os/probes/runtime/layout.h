/* Offsets that assembly and C agree on; runtime/vcpu.c asserts each of them. */
#ifndef PROBE_LAYOUT_H
#define PROBE_LAYOUT_H

/* struct entry_state */
#define ENTRY_SSTATUS  256
#define ENTRY_SIE      264
#define ENTRY_STVEC    272
#define ENTRY_SSCRATCH 280
#define ENTRY_SEPC     288
#define ENTRY_SCAUSE   296
#define ENTRY_SATP     304
#define ENTRY_SIP      312
#define ENTRY_FCSR     320
#define ENTRY_FP       328
#define ENTRY_BYTES    584

/* struct vcpu_area: stack, trap stack, struct vcpu. The trap stack ends where the vcpu begins. */
#define VCPU_STACK_BYTES    16384
#define VCPU_TRAP_BYTES     8192
#define VCPU_AREA_STACK_TOP VCPU_STACK_BYTES
#define VCPU_AREA_VCPU      (VCPU_STACK_BYTES + VCPU_TRAP_BYTES)
#define VCPU_HART           0

/* struct trap_frame: x[0] is unused, then sepc and sstatus. */
#define FRAME_SEPC    256
#define FRAME_SSTATUS 264
#define FRAME_SCAUSE  272
#define FRAME_STVAL   280
#define FRAME_BYTES   288

#endif
