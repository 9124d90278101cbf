/*
 * What stands below the portable hypervisor in native tests: fences are counted, trace records
 * kept, and a panic can be expected. Memory is mapped one to one, as it is for the hypervisor:
 * a physical address is a pointer.
 */
#ifndef TESTS_UNIT_HV_FAKE_METAL_H
#define TESTS_UNIT_HV_FAKE_METAL_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/trace.h"

struct fake_fences {
    unsigned all, vmid, page; /* how often each hfence.gvma was executed */
    uint64_t last_gpa;
    uint16_t last_vmid;
};
extern struct fake_fences fake_fences;

/* A guest TLB that never forgets by itself: by VMID, the hgatp under which the hart has walked
 * each stage since the last fence that covers it. It walks whenever it can, asked or not. */
#define FAKE_VMIDS     (1 << 14)
#define FAKE_TLB_MIXED UINT64_MAX /* under more than one */
struct fake_tlb {
    uint64_t hgatp; /* in force */
    uint64_t first[FAKE_VMIDS], second[FAKE_VMIDS];
};
extern struct fake_tlb fake_tlb;
void fake_tlb_forget_first(void); /* hfence.vvma */

#define FAKE_TRACE_RECORDS 1024
extern struct trace_record fake_trace[FAKE_TRACE_RECORDS]; /* the first ones since the reset */
extern unsigned fake_trace_count;

/* Forgets fences, records and what is in the TLB; switches tracing on or off. */
void fake_reset(bool tracing);
/* If not NULL: called at each record. */
extern void (*fake_on_trace)(void);
/* The newest record; one of event TRACE_NONE if there is none. */
struct trace_record fake_last_record(void);

extern jmp_buf fake_panic_return;
extern bool fake_panic_expected;
extern char fake_panic_message[256];

/* Does the statement end in a panic? Its message is then in fake_panic_message. A panic that
 * nobody expects prints its message and aborts. */
#define PANICS(statement)                                                                          \
    ({                                                                                             \
        volatile bool panicked_ = true;                                                            \
        fake_panic_expected = true;                                                                \
        if (setjmp(fake_panic_return) == 0) {                                                      \
            statement;                                                                             \
            panicked_ = false;                                                                     \
        }                                                                                          \
        fake_panic_expected = false;                                                               \
        panicked_;                                                                                 \
    })

/* A seeded generator for random tests: the same numbers on every run. */
struct random {
    uint64_t state;
};
uint64_t random_next(struct random *random);
/* 0 … limit - 1 */
uint64_t random_below(struct random *random, uint64_t limit);

#endif
