/* The isolation audit, on trees made here: right ones, and each thing wrong. */
#include "audit_fixture.h"

static void right_trees_pass_and_are_counted(void)
{
    struct machine machine;
    struct buffer text = {0};

    begin(&machine);
    map_well(&machine);
    run(&machine);
    CU_ASSERT_TRUE(machine.report.holds);
    CU_ASSERT_EQUAL(machine.report.leaves, 4);
    CU_ASSERT_EQUAL(machine.report.tree_leaves[0], 3);
    CU_ASSERT_EQUAL(machine.report.tree_bytes[0], MEGA + 2 * PAGE);
    CU_ASSERT_EQUAL(machine.report.tables, 5); /* roots, level 1 each, one level 0 */
    audit_sentence(&machine.input, &machine.report, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buffer_string(&text), "isolation holds: 4 leaf entries"));
    buffer_free(&text);
    end(&machine);
}

static void expect(struct machine *machine, enum audit_diagnosis diagnosis, uint64_t pages)
{
    struct buffer text = {0};

    run(machine);
    CU_ASSERT_FALSE(machine->report.holds);
    CU_ASSERT_EQUAL(machine->report.count[diagnosis], pages);
    CU_ASSERT_EQUAL(machine->report.finding[0].diagnosis, diagnosis);
    if (machine->report.findings)
        audit_describe(&machine->input, &machine->report.finding[0], &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buffer_string(&text), audit_diagnosis_name(diagnosis)));
    buffer_free(&text);
    end(machine);
}

static void each_reach_too_far_is_named(void)
{
    struct machine machine;

    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, IMAGE + PAGE, 0, RWXU);
    expect(&machine, AUDIT_HYPERVISOR_REACHABLE, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, BASE, 0, RWXU);
    expect(&machine, AUDIT_FIRMWARE_REACHABLE, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, ROOT_B + PAGE, 0, RWXU);
    expect(&machine, AUDIT_TABLE_REACHABLE, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, POOL, 0, PTE_V | PTE_R | PTE_U);
    expect(&machine, AUDIT_TABLE_REACHABLE, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, 0x10000000, 0, RWXU);
    expect(&machine, AUDIT_DEVICE, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, BASE + BYTES, 0, RWXU);
    expect(&machine, AUDIT_OUTSIDE, 1);
}

static void a_page_belongs_to_one_vm_once(void)
{
    struct machine machine;

    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_B, GUEST + MEGA, RAM_A + 5 * PAGE, 0, RWXU);
    map(&machine, ROOT_B, GUEST + MEGA + PAGE, RAM_A + 6 * PAGE, 0, RWXU);
    run(&machine);
    CU_ASSERT_EQUAL(machine.report.findings, 1); /* one run of two pages */
    CU_ASSERT_EQUAL(machine.report.finding[0].pages, 2);
    CU_ASSERT_EQUAL(machine.report.finding[0].other, 0);
    audit_free(&machine.report);
    expect(&machine, AUDIT_SHARED, 2);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, RAM_A + PAGE, 0, RWXU);
    expect(&machine, AUDIT_TWICE, 1);
}

static void wrong_bits_are_named(void)
{
    static const struct {
        uint64_t bits;
        enum audit_diagnosis diagnosis;
    } cases[] = {
        {RWXU & ~(uint64_t)PTE_U, AUDIT_NO_U},
        {RWXU & ~(uint64_t)PTE_R, AUDIT_PERMISSIONS},
        {RWXU | PTE_G, AUDIT_GLOBAL},
        {RWXU | 1ull << 63, AUDIT_RESERVED_BITS},
        {RWXU | 1ull << 54, AUDIT_RESERVED_BITS},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct machine machine;

        begin(&machine);
        map_well(&machine);
        map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, RAM_A + MEGA + 2 * PAGE, 0, cases[i].bits);
        expect(&machine, cases[i].diagnosis, 1);
    }
}

static void malformed_trees_are_named(void)
{
    struct machine machine;

    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST, RAM_A + PAGE, 1, RWXU);
    run(&machine);
    CU_ASSERT_EQUAL(machine.report.count[AUDIT_MISALIGNED], 512);
    end(&machine);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + MEGA + 2 * PAGE, POOL + 0x8000, 0, PTE_V);
    expect(&machine, AUDIT_MALFORMED, 1); /* a pointer at the last level */
    begin(&machine);
    map_well(&machine);
    *entry_for(&machine, ROOT_A, GUEST + 2 * MEGA, 1) = 0x10000000 >> 12 << 10 | PTE_V;
    expect(&machine, AUDIT_MALFORMED, 1); /* a table in a device */
    begin(&machine);
    map_well(&machine);
    machine.input.tree[0].hgatp += 1;
    expect(&machine, AUDIT_ROOT_NOT_ALIGNED, 1);
    begin(&machine);
    machine.input.tree[0].hgatp = 0;
    expect(&machine, AUDIT_BARE, 1);
    begin(&machine);
    machine.input.tree[0].hgatp = 3ull << 60 | ROOT_A >> 12;
    expect(&machine, AUDIT_MODE, 1);
    begin(&machine);
    machine.input.tree[0].hgatp = hgatp_of(BASE + BYTES, 1);
    expect(&machine, AUDIT_ROOT_OUTSIDE, 1);
}

static void memory_beyond_the_promise_is_named(void)
{
    struct machine machine;

    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST + (4 << 20), RAM_B + 0x400000, 0, RWXU);
    expect(&machine, AUDIT_NOT_PROMISED, 1);
    begin(&machine);
    map_well(&machine);
    map(&machine, ROOT_A, GUEST - PAGE, RAM_B + 0x400000, 0, RWXU);
    expect(&machine, AUDIT_NOT_PROMISED, 1);
}

/* Each table points at itself 512 times over: the walk must end, and soon. */
static void tables_that_point_at_themselves_end(void)
{
    struct machine machine;

    begin(&machine);
    for (unsigned i = 0; i < 2048; i++)
        entry_at(&machine, ROOT_A)[i] = POOL >> 12 << 10 | PTE_V;
    for (unsigned i = 0; i < 512; i++)
        entry_at(&machine, POOL)[i] = POOL >> 12 << 10 | PTE_V;
    run(&machine);
    CU_ASSERT_FALSE(machine.report.holds);
    CU_ASSERT_TRUE(machine.report.count[AUDIT_MALFORMED] > 0);
    end(&machine);
}

static void the_map_covers_ram_without_gaps(void)
{
    struct machine machine;
    struct buffer text = {0}, svg = {0};
    uint64_t at = BASE;

    begin(&machine);
    map_well(&machine);
    run(&machine);
    for (size_t i = 0; i < machine.report.regions; i++) {
        CU_ASSERT_EQUAL(machine.report.region[i].from, at);
        at = machine.report.region[i].to;
    }
    CU_ASSERT_EQUAL(at, BASE + BYTES);
    strcpy(machine.input.tree[0].name, "<a&\"b\">");
    audit_map_text(&machine.input, &machine.report, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(buffer_string(&text), "tables of <a&"));
    audit_map_svg(&machine.input, &machine.report, &svg);
    CU_ASSERT_PTR_NOT_NULL(strstr(buffer_string(&svg), "&lt;a&amp;&quot;b&quot;"));
    CU_ASSERT_PTR_NOT_NULL(strstr(buffer_string(&svg), "</svg>"));
    buffer_free(&text);
    buffer_free(&svg);
    end(&machine);
}

/* A table at `at` whose `count` entries are all this one. */
static void fill(struct machine *machine, uint64_t at, size_t count, uint64_t entry)
{
    for (size_t i = 0; i < count; i++)
        entry_at(machine, at)[i] = entry;
}

/* Tables that alias one another have 2048 * 512 * 512 paths, or 512 times that a level more. */
static void tables_that_alias_are_visited_once(void)
{
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        struct machine machine;
        unsigned levels = mode - MODE_SV39 + 3;
        uint64_t next = POOL;
        begin(&machine);
        fill(&machine, ROOT_A, 2048, next >> 12 << 10 | PTE_V);
        for (unsigned level = 1; level < levels; level++, next += PAGE)
            fill(&machine, next, 512,
                 level + 1 < levels ? (next + PAGE) >> 12 << 10 | PTE_V : RAM_A >> 12 << 10 | RWXU);
        machine.input.trees = 1;
        machine.input.tree[0].hgatp = (uint64_t)mode << 60 | ROOT_A >> 12;
        run(&machine);
        CU_ASSERT_FALSE(machine.report.holds);
        CU_ASSERT(machine.report.count[AUDIT_TWICE] > 0);
        CU_ASSERT_EQUAL(machine.report.tables, levels);
        CU_ASSERT_EQUAL(machine.report.leaves, 512);
        end(&machine);
    }
}

static void a_table_without_leaves_may_be_shared(void)
{
    struct machine machine;
    begin(&machine);
    map_well(&machine);
    *entry_for(&machine, ROOT_A, 0, 2) = (BASE + 0xf00000) >> 12 << 10 | PTE_V;
    *entry_for(&machine, ROOT_A, 1ull << 30, 2) = (BASE + 0xf00000) >> 12 << 10 | PTE_V;
    run(&machine);
    CU_ASSERT(machine.report.holds);
    end(&machine);
}

static void a_tree_that_maps_more_than_any_may_is_malformed(void)
{
    struct machine machine;
    begin(&machine);
    for (uint64_t table = POOL; table < POOL + 64 * PAGE; table += PAGE) {
        fill(&machine, table, 512, RAM_A >> 12 << 10 | RWXU);
        entry_at(&machine, ROOT_A)[(table - POOL) / PAGE] = table >> 12 << 10 | PTE_V;
    }
    run(&machine);
    CU_ASSERT(machine.report.count[AUDIT_MALFORMED] > 0);
    CU_ASSERT(machine.report.leaves < 200);
    end(&machine);
}

TEST_SUITE(audit,
           {"tables that alias are visited once a level", tables_that_alias_are_visited_once},
           {"a table without leaves may be shared", a_table_without_leaves_may_be_shared},
           {"a tree that maps more than any may is malformed",
            a_tree_that_maps_more_than_any_may_is_malformed},
           {"right trees pass and are counted", right_trees_pass_and_are_counted},
           {"each reach too far is named", each_reach_too_far_is_named},
           {"a page belongs to one VM, once", a_page_belongs_to_one_vm_once},
           {"wrong bits are named", wrong_bits_are_named},
           {"malformed trees are named", malformed_trees_are_named},
           {"memory beyond the promise is named", memory_beyond_the_promise_is_named},
           {"tables that point at themselves end", tables_that_point_at_themselves_end},
           {"the map covers RAM without gaps", the_map_covers_ram_without_gaps});
