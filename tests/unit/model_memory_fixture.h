/*
 * A machine of 8 MiB made by hand for the model of memory and TLB: two VMs with 64 KiB each, their
 * tables and frames. What a test does to it, the model is told as the plugin would.
 */
#ifndef TESTS_UNIT_MODEL_MEMORY_FIXTURE_H
#define TESTS_UNIT_MODEL_MEMORY_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "abi/sbi.h"
#include "model/model.h"
#include "model/rule.h"
#include "test.h"

#define BASE       0x80000000ull
#define RAM_BYTES  (8ull << 20)
#define PAGE       4096ull
#define GUEST      BUNDLE_GUEST_RAM_BASE
#define PAGES      16
#define MEGAPAGE   (2ull << 20)
#define IMAGE_GPA  GUEST
#define DTB_GPA    (GUEST + 0x8000)
#define IMAGE_SIZE 6000u
#define DTB_SIZE   300u
#define CODE       (BASE + 0x10040)
#define TABLES(vm) (BASE + 0x100000 + (vm)*0x40000ull) /* root, middle, low, … */
#define FRAMES(vm) (BASE + 0x200000 + (vm)*0x100000ull)
#define OTHER      (BASE + 0x600000) /* frames that nobody has */
#define RIGHTS     0xdfull           /* V, R, W, X, U, A, D */
#define CSR_HGATP  0x680
#define CSR_VSATP  0x280
#define SV39       (8ull << 60)

struct world {
    uint8_t *ram;
    uint8_t *bundle;
    struct model *model;
    struct model_state at; /* of the guest that runs */
    char broken[160];      /* name of the first broken rule of memory or TLB */
    char seen[160];
    char any[160]; /* name of the first broken rule, of whatever */
    uint64_t code;
    unsigned count;
};

static inline void note(const struct model_breach *breach, void *argument)
{
    struct world *world = argument;
    const char *name = breach->rule->name;

    if (!*world->any)
        snprintf(world->any, sizeof(world->any), "%s", name);
    if (strncmp(name, "memory.", 7) != 0 && strncmp(name, "tlb.", 4) != 0 &&
        strncmp(name, "code.", 5) != 0 && strncmp(name, "sbi.remote", 10) != 0)
        return;
    if (getenv("SHOW"))
        printf("%s: expected %s; seen %s\n", name, breach->expected, breach->seen);
    if (world->count++ > 0)
        return;
    snprintf(world->broken, sizeof(world->broken), "%s", name);
    snprintf(world->seen, sizeof(world->seen), "%s", breach->seen);
    world->code = breach->code;
}

static inline void section(struct world *world, struct bundle_section *section, uint64_t offset,
                           uint64_t bytes, uint64_t gpa, unsigned value)
{
    *section = (struct bundle_section){.offset = offset, .bytes = bytes, .gpa = gpa};
    for (uint64_t i = 0; i < bytes; i++)
        world->bundle[offset + i] = (uint8_t)(value + i * 7 + 1);
}

static inline struct bundle_vm *packed(struct world *world, unsigned vm)
{
    return (struct bundle_vm *)(void *)(world->bundle + BUNDLE_HEADER_BYTES) + vm;
}

static inline uint64_t *word(struct world *world, uint64_t physical)
{
    return (uint64_t *)(void *)(world->ram + (physical - BASE));
}

static inline uint64_t hgatp(unsigned vm, unsigned vmid)
{
    return SV39 | (uint64_t)vmid << 44 | TABLES(vm) >> 12;
}

static inline uint64_t leaf(uint64_t physical)
{
    return physical >> 12 << 10 | RIGHTS;
}

static inline uint64_t pointer(uint64_t physical)
{
    return physical >> 12 << 10 | 1;
}

/* Where the entry of a page of the VM's stands. */
static inline uint64_t entry_at(unsigned vm, unsigned page)
{
    return TABLES(vm) + 0x5000 + page * 8;
}

/* The hypervisor's store, as the machine shows it. */
static inline void store(struct world *world, uint64_t physical, uint64_t value)
{
    *word(world, physical) = value;
    model_store(world->model, 0, CODE, physical, 8);
}

static inline void load_guest(struct world *world, unsigned vm)
{
    const struct bundle_vm *config = packed(world, vm);

    store(world, TABLES(vm) + 16, pointer(TABLES(vm) + 0x4000));
    store(world, TABLES(vm) + 0x4000, pointer(TABLES(vm) + 0x5000));
    for (unsigned i = 0; i < PAGES; i++)
        store(world, entry_at(vm, i), leaf(FRAMES(vm) + i * PAGE));
    for (uint64_t i = 0; i < PAGES * PAGE; i += 8)
        store(world, FRAMES(vm) + i, 0);
    for (uint64_t i = 0; i < config->image.bytes; i += 8)
        store(world, FRAMES(vm) + i,
              *(uint64_t *)(void *)(world->bundle + config->image.offset + i));
    memcpy(world->ram + (FRAMES(vm) - BASE) + 0x8000, world->bundle + config->dtb.offset, DTB_SIZE);
}

static inline void fence(struct world *world, enum model_fence kind)
{
    model_fence(world->model, 0, CODE, kind, false, 0, false, 0);
}

static inline void fence_vmid(struct world *world, unsigned vmid)
{
    model_fence(world->model, 0, CODE, MODEL_HFENCE_GVMA, false, 0, true, vmid);
}

static inline void fence_page(struct world *world, unsigned page, unsigned vmid)
{
    model_fence(world->model, 0, CODE, MODEL_HFENCE_GVMA, true, (GUEST + page * PAGE) >> 2, true,
                vmid);
}

static const char *board_says; /* what stands in the device tree of the next world's board */

static inline void begin(struct world *world)
{
    struct bundle_header *header;

    *world = (struct world){0};
    world->ram = aligned_alloc(4096, RAM_BYTES);
    world->bundle = calloc(16, PAGE);
    header = (struct bundle_header *)(void *)world->bundle;
    memcpy(header->magic, BUNDLE_MAGIC, 8);
    header->version = BUNDLE_VERSION;
    header->vm_count = 2;
    header->total_bytes = 16 * PAGE;
    for (unsigned vm = 0; vm < 2; vm++) {
        struct bundle_vm *config = packed(world, vm);
        snprintf(config->name, sizeof(config->name), "%c", 'a' + (int)vm);
        config->vcpus = 2;
        config->memory = PAGES * PAGE;
        config->entry = IMAGE_GPA;
        section(world, &config->image, (1 + 4 * vm) * PAGE, IMAGE_SIZE, IMAGE_GPA, vm * 13);
        section(world, &config->dtb, (3 + 4 * vm) * PAGE, DTB_SIZE, DTB_GPA, vm * 29 + 3);
    }
    for (uint64_t i = 0; i < RAM_BYTES; i += 8)
        *word(world, BASE + i) = model_fill_word(7, BASE + i);
    for (unsigned vm = 0; vm < 2; vm++)
        memset(world->ram + (TABLES(vm) - BASE), 0, 0x40000);
    if (board_says) {
        memcpy(word(world, BASE + RAM_BYTES - PAGE), "\xd0\x0d\xfe\xed\0\0\1\0", 8);
        strcpy((char *)word(world, BASE + RAM_BYTES - PAGE + 64), board_says);
    }
    static const struct model_range text[2] = {{IMAGE_GPA, IMAGE_GPA + IMAGE_SIZE - 100},
                                               {IMAGE_GPA, IMAGE_GPA + IMAGE_SIZE - 100}};
    const struct model_setup setup = {
        .guest_text = text,
        .ram = world->ram,
        .ram_base = BASE,
        .ram_bytes = RAM_BYTES,
        .firmware = {BASE, BASE + 0x10000},
        .image = {BASE + 0x10000, BASE + 0x20000},
        .text = {BASE + 0x10000, BASE + 0x18000},
        .bundle = header,
        .bundle_bytes = 16 * PAGE,
        .fill_seed = 7,
        .harts = 1,
        .broken = note,
        .argument = world,
    };
    world->model = model_new(&setup);
    for (unsigned vm = 0; vm < 2; vm++)
        load_guest(world, vm);
    fence(world, MODEL_FENCE_I);
}

static inline void end(struct world *world)
{
    if (world->model)
        model_end(world->model);
    model_free(world->model);
    free(world->ram);
    free(world->bundle);
}

static inline void load(struct world *world, uint64_t vsatp, uint64_t value)
{
    model_csr_written(world->model, 0, CODE, CSR_VSATP, 0);
    model_csr_written(world->model, 0, CODE, CSR_HGATP, value);
    if (vsatp)
        model_csr_written(world->model, 0, CODE, CSR_VSATP, vsatp);
}

/* The guest goes in as it is in world->at. */
static inline void enter(struct world *world)
{
    model_entry(world->model, 0, &world->at);
}

static inline void leave(struct world *world, uint64_t cause)
{
    world->at.csr.scause = cause;
    world->at.csr.stval = 0;
    model_exit(world->model, 0, &world->at);
}

/* A vCPU's first entry, with that hgatp. */
static inline void begin_at(struct world *world, unsigned vm, uint64_t value)
{
    world->at = (struct model_state){.pc = packed(world, vm)->entry, .code = CODE};
    world->at.x[11] = DTB_GPA;
    world->at.csr.hgatp = value;
    world->at.csr.hstatus = 1ull << 7;
    world->at.csr.sstatus = 1ull << 8;
    enter(world);
}

static inline void start(struct world *world, unsigned vm, unsigned vmid)
{
    begin_at(world, vm, hgatp(vm, vmid));
}

/* The VM runs, and is interrupted by the hypervisor's timer. */
#define TIMER (1ull << 63 | 5)

static inline void run_first(struct world *world, unsigned vm, unsigned vmid)
{
    load(world, 0, hgatp(vm, vmid));
    start(world, vm, vmid);
    leave(world, TIMER);
}

static inline void call(struct world *world, uint64_t extension, uint64_t function)
{
    world->at.x[17] = extension;
    world->at.x[16] = function;
    leave(world, 10);
}

static inline void answer(struct world *world, uint64_t error, uint64_t value)
{
    world->at.x[10] = error;
    world->at.x[11] = value;
    world->at.pc += 4;
    enter(world);
}

#define HOLDS(world)        CU_ASSERT_STRING_EQUAL((world)->broken, "")
#define BREAKS(world, rule) CU_ASSERT_STRING_EQUAL((world)->broken, rule)

#endif
