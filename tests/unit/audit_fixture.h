/* A machine's RAM with second-stage trees of two VMs, made by hand: for tests of who reads them. */
#ifndef TESTS_UNIT_AUDIT_FIXTURE_H
#define TESTS_UNIT_AUDIT_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "test.h"

#define BASE   0x80000000ull
#define BYTES  (16ull << 20)
#define PAGE   4096ull
#define MEGA   (2ull << 20)
#define GUEST  BUNDLE_GUEST_RAM_BASE
#define RWXU   (PTE_V | PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D)
#define IMAGE  (BASE + 0x200000)
#define ROOT_A (BASE + 0x300000)
#define ROOT_B (BASE + 0x308000)
#define POOL   (BASE + 0x310000) /* where tables come from */
#define RAM_A  (BASE + 0x400000)
#define RAM_B  (BASE + 0x800000)

struct machine {
    uint8_t *memory;
    struct ram ram;
    uint64_t next_table;
    struct audit_input input;
    struct audit_report report;
};

static inline uint64_t hgatp_of(uint64_t root, unsigned vmid)
{
    return (uint64_t)MODE_SV39 << 60 | (uint64_t)vmid << 44 | root >> 12;
}

static inline void begin(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
    machine->memory = calloc(1, BYTES);
    ram_from_memory(&machine->ram, machine->memory, BASE, BYTES);
    machine->next_table = POOL;
    machine->input = (struct audit_input){
        .ram = &machine->ram,
        .trees = 2,
        .tree = {{.hgatp = hgatp_of(ROOT_A, 1), .name = "a", .memory = 4 << 20},
                 {.hgatp = hgatp_of(ROOT_B, 2), .name = "b", .memory = 4 << 20}},
        .reserved = {{BASE, IMAGE, "firmware"}, {IMAGE, IMAGE + 0x40000, "hypervisor"}},
        .reserved_count = 2};
}

static inline void end(struct machine *machine)
{
    audit_free(&machine->report);
    free(machine->memory);
}

static inline uint64_t *entry_at(struct machine *machine, uint64_t physical)
{
    return (uint64_t *)(machine->memory + (physical - BASE));
}

/* The entry for gpa at level in the tree, with tables made on the way. */
static inline uint64_t *entry_for(struct machine *machine, uint64_t root, uint64_t gpa,
                                  unsigned level)
{
    uint64_t table = root;

    for (unsigned now = 2;; now--) {
        uint64_t mask = now == 2 ? 0x7ff : 0x1ff;
        uint64_t *entry = entry_at(machine, table) + (gpa >> (12 + 9 * now) & mask);

        if (now == level)
            return entry;
        if (!(*entry & PTE_V)) {
            *entry = machine->next_table >> 12 << 10 | PTE_V;
            machine->next_table += PAGE;
        }
        table = PTE_PPN(*entry) << 12;
    }
}

static inline void map(struct machine *machine, uint64_t root, uint64_t gpa, uint64_t pa,
                       unsigned level, uint64_t bits)
{
    *entry_for(machine, root, gpa, level) = pa >> 12 << 10 | bits;
}

static inline void run(struct machine *machine)
{
    CU_ASSERT_EQUAL(audit_run(&machine->input, &machine->report), 0);
}

/* Two VMs as they should be: a superpage and pages each. */
static inline void map_well(struct machine *machine)
{
    map(machine, ROOT_A, GUEST, RAM_A, 1, RWXU);
    map(machine, ROOT_A, GUEST + MEGA, RAM_A + MEGA, 0, RWXU);
    map(machine, ROOT_A, GUEST + MEGA + PAGE, RAM_A + MEGA + PAGE, 0, RWXU);
    map(machine, ROOT_B, GUEST, RAM_B, 1, RWXU);
}

#endif
