/*
 * A machine of two VMs for tests of the model: RAM with a second stage for each, a bundle that
 * names them, and a vCPU's state to be changed by hand. What the model finds is kept.
 */
#ifndef MODEL_FIXTURE_H
#define MODEL_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/model.h"
#include "model/rule.h"

#define FIXTURE_RAM_BASE  0x80000000ull
#define FIXTURE_RAM_BYTES (32ull << 20)
#define FIXTURE_VMS       2
#define FIXTURE_VCPUS     4
#define FIXTURE_MEMORY    (4ull << 20) /* of each VM: two 2 MiB leaves */
#define FIXTURE_ENTRY     (BUNDLE_GUEST_RAM_BASE + 0x1000)
#define FIXTURE_DTB       (BUNDLE_GUEST_RAM_BASE + 0x3ff000)

struct model_fixture {
    uint8_t *ram;
    uint8_t bundle[16384] __attribute__((aligned(64)));
    struct model *model;
    uint64_t now, instructions;
    uint64_t breaches;
    struct model_breach first;
    struct model_state state; /* the vCPU's that is being played */
};

static inline uint64_t fixture_root(unsigned vm)
{
    return FIXTURE_RAM_BASE + (8ull << 20) + vm * 0x10000ull;
}

static inline uint64_t fixture_hgatp(unsigned vm)
{
    return 8ull << 60 | (uint64_t)(vm + 1) << 44 | fixture_root(vm) >> 12;
}

/* Where a guest-physical address of the VM stands. */
static inline uint64_t fixture_physical(unsigned vm, uint64_t address)
{
    return FIXTURE_RAM_BASE + (16ull << 20) + vm * FIXTURE_MEMORY +
           (address - BUNDLE_GUEST_RAM_BASE);
}

static inline void *fixture_at(struct model_fixture *fixture, uint64_t physical)
{
    return fixture->ram + (physical - FIXTURE_RAM_BASE);
}

static inline void fixture_word(struct model_fixture *fixture, uint64_t physical, uint64_t value)
{
    memcpy(fixture_at(fixture, physical), &value, sizeof(value));
}

static inline void fixture_broken(const struct model_breach *breach, void *argument)
{
    struct model_fixture *fixture = argument;

    if (fixture->breaches++ == 0)
        fixture->first = *breach;
}

static inline uint64_t fixture_now(void *argument)
{
    return ((struct model_fixture *)argument)->now;
}

static inline uint64_t fixture_instructions(void *argument)
{
    return ((struct model_fixture *)argument)->instructions;
}

static inline void fixture_map(struct model_fixture *fixture, unsigned vm)
{
    uint64_t root = fixture_root(vm), table = root + 0x4000;

    fixture_word(fixture, root + 2 * 8, (table >> 12) << 10 | 1);
    for (unsigned i = 0; i < FIXTURE_MEMORY >> 21; i++) {
        uint64_t leaf = fixture_physical(vm, BUNDLE_GUEST_RAM_BASE + ((uint64_t)i << 21));
        fixture_word(fixture, table + i * 8, (leaf >> 12) << 10 | 0xdf);
    }
}

static inline void fixture_pack(struct model_fixture *fixture)
{
    struct bundle_header *header = (void *)fixture->bundle;
    struct bundle_vm *vm = (void *)(header + 1);

    *header = (struct bundle_header){
        .version = BUNDLE_VERSION, .vm_count = FIXTURE_VMS, .total_bytes = sizeof(fixture->bundle)};
    memcpy(header->magic, BUNDLE_MAGIC, sizeof(header->magic));
    for (unsigned i = 0; i < FIXTURE_VMS; i++) {
        vm[i] = (struct bundle_vm){.vcpus = FIXTURE_VCPUS,
                                   .weight = 100,
                                   .memory = FIXTURE_MEMORY,
                                   .entry = FIXTURE_ENTRY,
                                   .dtb = {4096 + i * 4096ull, 64, FIXTURE_DTB, 0, 0}};
        snprintf(vm[i].name, sizeof(vm[i].name), "%c", 'a' + i);
        snprintf((char *)fixture->bundle + vm[i].dtb.offset, 64, "device tree of VM %u", i);
        memcpy(fixture_at(fixture, fixture_physical(i, FIXTURE_DTB)),
               fixture->bundle + vm[i].dtb.offset, 64);
    }
}

static inline struct bundle_vm *fixture_packed(struct model_fixture *fixture, unsigned vm)
{
    return (struct bundle_vm *)((struct bundle_header *)fixture->bundle + 1) + vm;
}

/* The state in which a vCPU starts. */
static inline struct model_state fixture_start(unsigned vm, unsigned vcpu, uint64_t pc, uint64_t a1)
{
    struct model_state state = {.pc = pc};

    state.x[10] = vcpu;
    state.x[11] = a1;
    state.csr.sstatus = 1u << 8;
    state.csr.vsstatus = 2ull << 32;
    state.csr.hgatp = fixture_hgatp(vm);
    state.csr.vstimecmp = ~0ull;
    state.csr.hideleg = 0x444;
    state.csr.hedeleg = 0xb109;
    state.csr.hcounteren = 2;
    state.csr.henvcfg = 1ull << 63;
    state.csr.hstatus = 2ull << 32 | 1u << 21 | 1u << 8 | 1u << 7;
    return state;
}

static inline void fixture_open_harts(struct model_fixture *fixture, unsigned harts)
{
    memset(fixture, 0, sizeof(*fixture));
    fixture->ram = calloc(1, FIXTURE_RAM_BYTES);
    model_rules_reset();
    for (unsigned vm = 0; vm < FIXTURE_VMS; vm++)
        fixture_map(fixture, vm);
    fixture_pack(fixture);
    const struct model_setup setup = {
        .ram = fixture->ram,
        .ram_base = FIXTURE_RAM_BASE,
        .ram_bytes = FIXTURE_RAM_BYTES,
        .firmware = {FIXTURE_RAM_BASE, FIXTURE_RAM_BASE + 0x200000},
        .image = {FIXTURE_RAM_BASE + 0x200000, FIXTURE_RAM_BASE + 0x240000},
        .text = {FIXTURE_RAM_BASE + 0x200000, FIXTURE_RAM_BASE + 0x220000},
        .bundle = (void *)fixture->bundle,
        .bundle_bytes = sizeof(fixture->bundle),
        .harts = harts,
        .sstc = true,
        .time = fixture_now,
        .instructions = fixture_instructions,
        .broken = fixture_broken,
        .argument = fixture,
    };
    fixture->model = model_new(&setup);
    fixture->state = fixture_start(0, 0, FIXTURE_ENTRY, FIXTURE_DTB);
}

static inline void fixture_open(struct model_fixture *fixture)
{
    fixture_open_harts(fixture, 1);
}

static inline void fixture_close(struct model_fixture *fixture)
{
    model_free(fixture->model);
    free(fixture->ram);
}

/* Enters with fixture->state. */
static inline void fixture_enter(struct model_fixture *fixture)
{
    model_entry(fixture->model, 0, &fixture->state);
}

/* Leaves with fixture->state by that cause, from S-mode. */
static inline void fixture_leave(struct model_fixture *fixture, uint64_t cause, uint64_t stval)
{
    fixture->instructions += 100;
    fixture->now++;
    fixture->state.csr.scause = cause;
    fixture->state.csr.stval = stval;
    model_exit(fixture->model, 0, &fixture->state);
}

/* Leaves by a call and puts the answer into the state, behind it; to be entered with. */
static inline void fixture_call(struct model_fixture *fixture, uint64_t extension,
                                uint64_t function, uint64_t a0, uint64_t a1, uint64_t a2)
{
    fixture->state.x[10] = a0;
    fixture->state.x[11] = a1;
    fixture->state.x[12] = a2;
    fixture->state.x[16] = function;
    fixture->state.x[17] = extension;
    fixture_leave(fixture, 10, 0);
    fixture->state.pc += 4;
}

/* The name of the first rule that was broken, or "". */
static inline const char *fixture_rule(const struct model_fixture *fixture)
{
    return fixture->breaches ? fixture->first.rule->name : "";
}

#endif
