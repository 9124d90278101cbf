/*
 * What the model of memory and TLB costs on this computer, for a VM of 128 MiB in 4 KiB leaves: its
 * first entry, an entry after which nothing has changed, a fault that maps one page, and a store to
 * memory that no guest has. Prints "name value unit goal" lines.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model/model.h"

#define BASE   0x80000000ull
#define RAM    (256ull << 20)
#define PAGE   4096ull
#define MEMORY (128ull << 20)
#define PAGES  (MEMORY / PAGE)
#define ROOT   (BASE + 0x400000)
#define FRAMES (BASE + 0x4000000)
#define OTHER  (BASE + 0x2000000)
#define DTB    (BUNDLE_GUEST_RAM_BASE + MEMORY - PAGE)
#define MANY   20000u
#define TIMER  (1ull << 63 | 5)
#define CODE   (BASE + 0x200000)

static uint8_t *ram;

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint64_t *word(uint64_t physical)
{
    return (uint64_t *)(void *)(ram + (physical - BASE));
}

static void broken(const struct model_breach *breach, void *argument)
{
    (void)argument;
    fprintf(stderr, "memory_bench: expected %s, seen %s\n", breach->expected, breach->seen);
    exit(3);
}

static uint64_t *entry_of(uint64_t page)
{
    return word(ROOT + 0x5000 + page * 8);
}

static void make_tables(void)
{
    *word(ROOT + 16) = (ROOT + 0x4000) >> 12 << 10 | 1;
    for (uint64_t i = 0; i < PAGES / 512; i++)
        *word(ROOT + 0x4000 + i * 8) = (ROOT + 0x5000 + i * PAGE) >> 12 << 10 | 1;
    for (uint64_t page = 0; page < PAGES; page++)
        *entry_of(page) = (FRAMES + page * PAGE) >> 12 << 10 | 0xdf;
}

static struct bundle_header *make_bundle(void)
{
    uint8_t *bundle = calloc(3, PAGE);
    struct bundle_vm *vm = (struct bundle_vm *)(void *)(bundle + BUNDLE_HEADER_BYTES);

    ((struct bundle_header *)(void *)bundle)->vm_count = 1;
    vm->vcpus = 1;
    vm->memory = MEMORY;
    vm->entry = BUNDLE_GUEST_RAM_BASE;
    vm->image = (struct bundle_section){.offset = PAGE, .bytes = 8, .gpa = vm->entry};
    vm->dtb = (struct bundle_section){.offset = 2 * PAGE, .bytes = 64, .gpa = DTB};
    memset(bundle + 2 * PAGE, 0xd0, 64);
    memset(word(FRAMES + MEMORY - PAGE), 0xd0, 64);
    return (struct bundle_header *)(void *)bundle;
}

/* Page after page is taken away and, with the entry that follows, comes back. */
static void fault(struct model *model, struct model_state *at, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t *entry = entry_of(100 + i), kept = *entry;

        *entry = 0;
        model_store(model, 0, CODE, BASE + (uint64_t)((uint8_t *)entry - ram), 8);
        model_fence(model, 0, CODE, MODEL_HFENCE_GVMA, false, 0, false, 0);
        model_entry(model, 0, at);
        model_exit(model, 0, at);
        *entry = kept;
        model_store(model, 0, CODE, BASE + (uint64_t)((uint8_t *)entry - ram), 8);
        model_fence(model, 0, CODE, MODEL_HFENCE_GVMA, false, 0, false, 0);
        model_entry(model, 0, at);
        model_exit(model, 0, at);
    }
}

static bool told(const char *name, double value, const char *unit, double most)
{
    printf("%s %.0f %s <=%.0f\n", name, value, unit, most);
    return value <= most;
}

int main(void)
{
    double before;
    bool good = true;

    ram = aligned_alloc(PAGE, RAM);
    memset(ram, 0, RAM);
    make_tables();
    const struct model_setup setup = {.ram = ram,
                                      .ram_base = BASE,
                                      .ram_bytes = RAM,
                                      .firmware = {BASE, CODE},
                                      .image = {CODE, CODE + 0x10000},
                                      .text = {CODE, CODE + 0x10000},
                                      .bundle = make_bundle(),
                                      .bundle_bytes = 3 * PAGE,
                                      .harts = 1,
                                      .broken = broken};
    struct model *model = model_new(&setup);
    struct model_state at = {.pc = BUNDLE_GUEST_RAM_BASE, .code = CODE};

    at.x[11] = DTB;
    at.csr.hgatp = 8ull << 60 | 1ull << 44 | ROOT >> 12;
    at.csr.hstatus = 1 << 7;
    at.csr.sstatus = 1 << 8;
    model_fence(model, 0, CODE, MODEL_FENCE_I, false, 0, false, 0);
    before = now();
    model_entry(model, 0, &at);
    good &= told("model_first_entry_128m_4k", (now() - before) / 1e6, "ms", 60);
    at.csr.scause = TIMER;
    model_exit(model, 0, &at);
    before = now();
    for (unsigned i = 0; i < MANY; i++) {
        model_entry(model, 0, &at);
        model_exit(model, 0, &at);
    }
    double each = (now() - before) / MANY;
    good &= told("model_entry_and_exit", each, "ns", 3000);
    printf("model_exits %.0f exits/s >=%.0f\n", 1e9 / each, 1e9 / 3000);
    before = now();
    fault(model, &at, MANY);
    good &= told("model_fault_4k", (now() - before) / MANY / 2, "ns", 12000);
    before = now();
    for (unsigned i = 0; i < MANY; i++)
        model_store(model, 0, CODE, OTHER + i * 8, 8);
    good &= told("model_store_elsewhere", (now() - before) / MANY, "ns", 100);
    model_end(model);
    model_free(model);
    return good ? 0 : 1;
}
