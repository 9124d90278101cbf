/*
 * Tests of what only a machine runs: hv/metal, linked with this program in place of the rest of the
 * hypervisor, on QEMU's board, under its firmware. tests/system/metal_test.sh builds none of it
 * anew for a run and reads what it prints: "ok NAME" or "not ok NAME: LINE", then the sum.
 */
#ifndef TESTS_UNIT_METAL_METAL_TEST_H
#define TESTS_UNIT_METAL_METAL_TEST_H

#include "hart/hart.h"
#include "metal/csr.h"
#include "metal/metal.h"
#include "trap/trap.h"
#include "vcpu/vcpu.h"
#include <stdbool.h>
#include <stdint.h>

/* A fact's first broken expectation is told with its line. */
#define EXPECT(condition)                                                                          \
    do {                                                                                           \
        if (!(condition) && !broken_at)                                                            \
            broken_at = __LINE__;                                                                  \
    } while (0)
#define EXPECT_EQUAL(a, b)                                                                         \
    do {                                                                                           \
        uint64_t a_ = (uint64_t)(a), b_ = (uint64_t)(b);                                           \
        if (a_ != b_ && !broken_at) {                                                              \
            broken_at = __LINE__;                                                                  \
            broken_found = a_;                                                                     \
        }                                                                                          \
    } while (0)
extern unsigned broken_at;
extern uint64_t broken_found;

/* Runs a fact and prints what came of it. */
void fact(const char *name, void (*test)(void));
void say(const char *text);

/* Does the word stand in the device tree (the bootargs, an isa)? */
bool tree_says(const char *word);

/* x[1] … x[31] that differ from each other and by seed. */
void registers_fill(uint64_t x[32], uint64_t seed);

/* The last trap that the test program itself took, but for those that it expected (trap_resume):
 * its frame as it came, where it lay, and what is put in its place before it returns. */
struct own_trap {
    struct trap_frame frame;
    const struct trap_frame *at;
    unsigned count;
    bool replace;
    struct trap_frame by;
};
extern struct own_trap own_trap;

/* start.S: an ebreak with all of x[] in the registers (x[2] and x[4] too); what the registers are
 * behind it goes to after[]. Returns sstatus as it was then. */
uint64_t break_with(const uint64_t x[32], uint64_t after[32]);
extern char break_here[], break_behind[];

/* start.S: what the boot hart began with. */
struct begun {
    uint64_t ra, s0, sp, tp, a0, a1;
};
extern struct begun boot_begun;

/* start.S: guests. Each complements all registers, then calls; loads from x[11]; fetches nothing.
 */
extern char guest_complement[], guest_complement_call[], guest_load[], guest_load_end[];

void trap_facts(void);
void guest_facts(void);
void fp_facts(void);
void hart_facts(void);
void device_facts(void);

#endif
