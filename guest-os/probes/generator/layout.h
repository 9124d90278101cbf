/* Offsets that piece.S and C agree on; piece.c asserts each of them. */
#ifndef GENERATOR_LAYOUT_H
#define GENERATOR_LAYOUT_H

#define ATTEMPT_PC     256
#define ATTEMPT_STATUS 264
#define WORKER_RESUMED 128 /* resumed_hart, behind the context */
#define WORKER_VCPU    136

#endif
