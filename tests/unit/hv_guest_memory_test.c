/* hv/memory/guest_memory.c: what a VM is promised, how it is backed, and its edges. */
#include "memory/guest_memory.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/page.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

#define MIB (1ull << 20)

static struct vm *vm;

/* One VM of that much RAM. */
static void begin(const char *bootargs, uint64_t bytes)
{
    char why[200];

    board.bootargs = bootargs;
    machine_prepare(1);
    maker_vm(&fake_bundle, 0)->memory = bytes;
    maker_seal(&fake_bundle);
    CU_ASSERT_TRUE_FATAL(
        bundle_open(&bundle, fake_bundle.bytes, MAKER_BYTES, UINT64_MAX, why, sizeof why));
    CU_ASSERT_TRUE_FATAL(vm_create(0, why, sizeof why));
    vm = &vms[0];
}

/* ---- promises ---- */

/* Its RAM in small pages, a table for each 2 MiB and one more, two above them, the root's four, and
 * a page for each vCPU that a VM may have. */
static uint64_t most(uint64_t bytes)
{
    return (bytes / PAGE_SIZE + bytes / (2 * MIB) + 1 + 2 + 4 + BUNDLE_MAX_VCPUS) * PAGE_SIZE;
}

static void a_vm_is_promised_all_that_it_can_need(void)
{
    board.bootargs = "";
    machine_prepare(1);
    uint64_t before = guest_memory_available();
    machine_end();
    for (uint64_t bytes = MIB; bytes <= 8 * MIB; bytes += MIB) {
        begin("", bytes);
        CU_ASSERT_EQUAL(before - guest_memory_available(), most(bytes));
        for (uint64_t at = 0; at < bytes; at += PAGE_SIZE)
            guest_memory_fill(vm, GUEST_RAM + at);
        CU_ASSERT_EQUAL(before - guest_memory_available(), most(bytes)); /* it was counted */
        machine_end();
    }
    machine_prepare(1);
    CU_ASSERT_EQUAL(guest_memory_available(), before);
    machine_end();
}

static void a_promise_may_take_the_last_page_and_no_more(void)
{
    machine_prepare(1);
    vm = &vms[1];
    vm->id = 1;
    vm->report = &monitor.vm[1];
    uint64_t available = guest_memory_available(), bytes = PAGE_SIZE;
    while (most(bytes + PAGE_SIZE) <= available)
        bytes += PAGE_SIZE;
    /* What a page more would need beyond that is taken away. */
    while (guest_memory_available() > most(bytes))
        CU_ASSERT_NOT_EQUAL_FATAL(page_alloc(0, OWNER_HYPERVISOR), 0);
    CU_ASSERT_FALSE(guest_memory_init(vm, bytes + PAGE_SIZE));
    CU_ASSERT_EQUAL(guest_memory_available(), most(bytes));
    CU_ASSERT_TRUE(guest_memory_init(vm, bytes));
    CU_ASSERT_EQUAL(guest_memory_available(), 0);
    guest_memory_release(vm);
    CU_ASSERT_EQUAL(guest_memory_available(), most(bytes));
    CU_ASSERT_EQUAL(vm->memory, 0);
    machine_end();
}

/* There are pages enough, and no four of them side by side for the root. */
static void without_a_root_there_is_no_promise(void)
{
    static uint64_t pages[4096];
    unsigned count = 0;

    machine_prepare(1);
    vm = &vms[1];
    vm->id = 1;
    vm->report = &monitor.vm[1];
    while (count < 4096 && (pages[count] = page_alloc(0, OWNER_HYPERVISOR)) != 0)
        count++;
    for (unsigned i = 0; i < count; i++)
        if (pages[i] / PAGE_SIZE % 2 == 0)
            page_free(pages[i], 0, OWNER_HYPERVISOR);
    uint64_t available = guest_memory_available();
    CU_ASSERT_TRUE(available > most(MIB));
    CU_ASSERT_FALSE(guest_memory_init(vm, MIB));
    CU_ASSERT_EQUAL(guest_memory_available(), available);
    machine_end();
}

/* ---- leaves ---- */

static void leaves_are_as_large_as_they_may_be(void)
{
    struct gstage_leaf leaf;
    uint64_t far = GUEST_RAM + 2 * MIB; /* where nothing of the image is */

    begin("", 5 * MIB);
    uint64_t resident = vm->report->resident;
    CU_ASSERT_TRUE(guest_memory_fill(vm, far + 5));
    CU_ASSERT_TRUE(gstage_walk(&vm->gstage, far, &leaf));
    CU_ASSERT_EQUAL(leaf.level, 1);
    CU_ASSERT_EQUAL(vm->report->resident, resident + 2 * MIB);
    CU_ASSERT_TRUE(guest_memory_fill(vm, far + 2 * MIB)); /* of these not all is its RAM */
    CU_ASSERT_TRUE(gstage_walk(&vm->gstage, far + 2 * MIB, &leaf));
    CU_ASSERT_EQUAL(leaf.level, 0);
    machine_end();
    begin("leaf=4k", 4 * MIB);
    CU_ASSERT_TRUE(guest_memory_fill(vm, far));
    CU_ASSERT_TRUE(gstage_walk(&vm->gstage, far, &leaf));
    CU_ASSERT_EQUAL(leaf.level, 0);
    machine_end();
    begin("leaf=2m", 4 * MIB);
    CU_ASSERT_TRUE(guest_memory_fill(vm, far));
    CU_ASSERT_TRUE(gstage_walk(&vm->gstage, far, &leaf));
    CU_ASSERT_EQUAL(leaf.level, 1);
    machine_end();
}

/* ---- the checked copy ---- */

static void copies_cross_pages_and_end_with_the_ram(void)
{
    struct random random = {31};
    static uint8_t shadow[MIB], data[3 * 4096], got[3 * 4096];

    begin("", MIB);
    CU_ASSERT_TRUE(guest_memory_read(vm, GUEST_RAM, shadow, MIB));
    for (unsigned round = 0; round < 2000; round++) {
        uint64_t at = random_below(&random, 64) * PAGE_SIZE - 8 + random_below(&random, 16);
        size_t bytes = random_below(&random, round % 2 ? 32 : sizeof data);
        if (round % 3 == 0)
            at = MIB - bytes; /* its last byte is the RAM's */
        bool inside = at <= MIB && bytes <= MIB - at;
        for (size_t i = 0; i < bytes; i++)
            data[i] = (uint8_t)random_next(&random);
        CU_ASSERT_EQUAL(guest_memory_holds(vm, GUEST_RAM + at, bytes), inside);
        CU_ASSERT_EQUAL(guest_memory_write(vm, GUEST_RAM + at, data, bytes), inside);
        memset(got, 0xee, sizeof got);
        CU_ASSERT_EQUAL(guest_memory_read(vm, GUEST_RAM + at, got, bytes), inside);
        if (!inside) {
            CU_ASSERT_TRUE(bytes == 0 || got[0] == 0xee);
            continue;
        }
        memcpy(shadow + at, data, bytes);
        CU_ASSERT_EQUAL(memcmp(got, data, bytes), 0);
        CU_ASSERT_TRUE(bytes == sizeof got || got[bytes] == 0xee);
    }
    uint8_t *all = malloc(MIB);
    CU_ASSERT_TRUE(guest_memory_read(vm, GUEST_RAM, all, MIB));
    CU_ASSERT_EQUAL(memcmp(all, shadow, MIB), 0);
    free(all);
    machine_end();
}

static void nothing_wraps_around(void)
{
    uint8_t bytes[16];
    static const uint64_t places[] = {0,         1, GUEST_RAM - 16, GUEST_RAM - 1, UINT64_MAX - 15,
                                      UINT64_MAX};

    begin("", MIB);
    for (unsigned i = 0; i < sizeof places / sizeof places[0]; i++) {
        CU_ASSERT_FALSE(guest_memory_holds(vm, places[i], 16));
        CU_ASSERT_FALSE(guest_memory_read(vm, places[i], bytes, 16));
        CU_ASSERT_FALSE(guest_memory_write(vm, places[i], bytes, 16));
        CU_ASSERT_FALSE(guest_memory_fill(vm, places[i]));
    }
    CU_ASSERT_FALSE(guest_memory_holds(vm, GUEST_RAM, UINT64_MAX));
    CU_ASSERT_FALSE(guest_memory_holds(vm, GUEST_RAM + 1, MIB));
    CU_ASSERT_TRUE(guest_memory_holds(vm, GUEST_RAM, MIB));
    CU_ASSERT_TRUE(guest_memory_holds(vm, GUEST_RAM + MIB, 0));
    CU_ASSERT_FALSE(guest_memory_holds(vm, GUEST_RAM + MIB + 1, 0));
    machine_end();
}

/* ---- options and ranges ---- */

static unsigned different_vmids(const char *bootargs)
{
    static struct gstage gstages[300];
    bool seen[1 << 14] = {false};
    unsigned count = 0;

    board.bootargs = bootargs;
    machine_prepare(1);
    memset(gstages, 0, sizeof gstages);
    for (unsigned i = 0; i < 300; i++) {
        gstages[i].root = (i + 1ull) << 14;
        unsigned vmid = (unsigned)(gstage_hgatp(&gstages[i]) >> 44 & 0x3fff);
        count += !seen[vmid];
        seen[vmid] = true;
    }
    machine_end();
    return count;
}

/* The machine has 128; number 0 is nobody's where there are more. */
static void an_option_bounds_the_vmids(void)
{
    unsigned all = different_vmids("");
    CU_ASSERT_TRUE(all >= 127 && all <= 128);
    CU_ASSERT_EQUAL(different_vmids("vmids=128"), all);
    CU_ASSERT_EQUAL(different_vmids("vmids=1000"), all);
    unsigned spared = 128 - all;
    CU_ASSERT_EQUAL(different_vmids("vmids=127"), 64 - spared);
    CU_ASSERT_EQUAL(different_vmids("vmids=64"), 64 - spared);
    CU_ASSERT_EQUAL(different_vmids("vmids=5"), 4 - spared);
    CU_ASSERT_EQUAL(different_vmids("vmids=2"), 2 - spared);
    CU_ASSERT_EQUAL(different_vmids("vmids=1"), 1);
    CU_ASSERT_EQUAL(different_vmids("vmids=0"), 1);
}

/* As many as a board can have: each leaves a free range before it. */
static void every_free_range_is_used(void)
{
    board.bootargs = "";
    machine_prepare(1);
    uint64_t base = board.ram.base;
    for (unsigned i = 0; i < BOARD_MAX_RANGES; i++)
        board.reserved[i] = (struct board_range){base + (64 * i + 63) * PAGE_SIZE, PAGE_SIZE};
    board.reserved_count = BOARD_MAX_RANGES;
    board.device_tree = base + (64 * 20) * PAGE_SIZE;
    board.device_tree_bytes = PAGE_SIZE;
    board.bundle = (struct board_range){base + (64 * 21) * PAGE_SIZE, PAGE_SIZE};
    machine_init(INIT_FRAMES);
    uint64_t last = base + 4095 * PAGE_SIZE; /* behind them all */
    uint64_t managed = page_count(OWNER_FREE) + page_metadata_bytes() / PAGE_SIZE;
    CU_ASSERT_EQUAL(managed, 4096 - BOARD_MAX_RANGES - 2);
    CU_ASSERT_EQUAL(page_owner_of(last), OWNER_FREE);
    machine_end();
}

TEST_SUITE(hv_guest_memory,
           {"a VM is promised all that it can need", a_vm_is_promised_all_that_it_can_need},
           {"a promise may take the last page and no more",
            a_promise_may_take_the_last_page_and_no_more},
           {"without a root there is no promise", without_a_root_there_is_no_promise},
           {"leaves are as large as they may be", leaves_are_as_large_as_they_may_be},
           {"copies cross pages and end with the RAM", copies_cross_pages_and_end_with_the_ram},
           {"nothing wraps around", nothing_wraps_around},
           {"an option bounds the VMIDs", an_option_bounds_the_vmids},
           {"every free range is used", every_free_range_is_used});
