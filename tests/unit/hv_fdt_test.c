/* hv/lib/fdt.c on a small board, whole and broken. */
#include "lib/fdt.h"

#include "hv/fake_metal.h"
#include "hv/fdt_writer.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

/* A board in small. Returns its length. */
static uint32_t board(struct writer *writer)
{
    memset(writer, 0, sizeof *writer);
    node(writer, "");
    CELLS(writer, "#address-cells", 2);
    CELLS(writer, "#size-cells", 2);
    property(writer, "model", "toy", 4);
    token(writer, NOP);
    node(writer, "chosen");
    property(writer, "bootargs", "trace=on", 9);
    property(writer, "ragged", "abc", 3);
    token(writer, END_NODE);
    node(writer, "memory@80000000");
    property(writer, "device_type", "memory", 7);
    CELLS(writer, "reg", 0, 0x80000000, 0, 0x8000000, 1, 0, 0, 0x1000);
    token(writer, END_NODE);
    token(writer, NOP);
    node(writer, "soc");
    CELLS(writer, "#address-cells", 1);
    CELLS(writer, "#size-cells", 0);
    node(writer, "serial@10000000");
    property(writer, "compatible", "ns16550a\0ns16550", 17);
    CELLS(writer, "reg", 0x10000000);
    token(writer, END_NODE);
    node(writer, "serial@10001000");
    property(writer, "compatible", "ns16550a", 9);
    CELLS(writer, "clock", 0x12345678, 0x9abcdef0);
    token(writer, END_NODE);
    token(writer, END_NODE);
    token(writer, END_NODE);
    token(writer, END);
    return finish(writer);
}

static struct writer tree;
static struct fdt fdt;

static void open_board(void)
{
    CU_ASSERT_TRUE_FATAL(fdt_open(&fdt, tree.blob, board(&tree)));
}

static void nodes_are_found_by_path_with_or_without_unit(void)
{
    open_board();
    CU_ASSERT_EQUAL(fdt_find_path(&fdt, "/"), fdt_root(&fdt));
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, fdt_root(&fdt)), "");
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, fdt_find_path(&fdt, "/memory")), "memory@80000000");
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, fdt_find_path(&fdt, "/soc/serial@10001000")),
                           "serial@10001000");
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, fdt_find_path(&fdt, "/soc/serial")), "serial@10000000");
}

static void what_is_not_there_is_not_found(void)
{
    static const char *const paths[] = {"/so",       "/socket",    "/soc/serial@1",
                                        "/soc/soc",  "soc",        "/chosen/bootargs",
                                        "/memory@8", "/so/serial", "/so/chosen/memory"};

    open_board();
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        CU_ASSERT_EQUAL(fdt_find_path(&fdt, paths[i]), FDT_NONE);
}

static void children_come_in_order_and_end(void)
{
    static const char *const names[] = {"chosen", "memory@80000000", "soc"};
    unsigned count = 0;

    open_board();
    for (fdt_node at = fdt_child(&fdt, fdt_root(&fdt)); at != FDT_NONE; at = fdt_sibling(&fdt, at))
        CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, at), names[count++]);
    CU_ASSERT_EQUAL(count, 3);
    CU_ASSERT_EQUAL(fdt_child(&fdt, fdt_find_path(&fdt, "/chosen")), FDT_NONE);
    CU_ASSERT_EQUAL(fdt_sibling(&fdt, fdt_root(&fdt)), FDT_NONE);
}

static void compatible_nodes_come_one_after_the_other(void)
{
    open_board();
    fdt_node first = fdt_find_compatible(&fdt, FDT_NONE, "ns16550a");
    fdt_node second = fdt_find_compatible(&fdt, first, "ns16550a");
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, first), "serial@10000000");
    CU_ASSERT_STRING_EQUAL(fdt_name(&fdt, second), "serial@10001000");
    CU_ASSERT_EQUAL(fdt_find_compatible(&fdt, second, "ns16550a"), FDT_NONE);
    CU_ASSERT_EQUAL(fdt_find_compatible(&fdt, FDT_NONE, "ns16550"), first);
    CU_ASSERT_EQUAL(fdt_find_compatible(&fdt, FDT_NONE, "ns1655"), FDT_NONE);
}

static void properties_have_their_own_data(void)
{
    struct fdt_property found;

    open_board();
    fdt_node chosen = fdt_find_path(&fdt, "/chosen");
    CU_ASSERT_TRUE_FATAL(fdt_property(&fdt, chosen, "bootargs", &found));
    CU_ASSERT_EQUAL(found.bytes, 9);
    CU_ASSERT_STRING_EQUAL(fdt_text(&fdt, chosen, "bootargs"), "trace=on");
    CU_ASSERT_PTR_NULL(fdt_text(&fdt, chosen, "ragged"));
    CU_ASSERT_PTR_NULL(fdt_text(&fdt, chosen, "model"));
    CU_ASSERT_FALSE(fdt_property(&fdt, fdt_root(&fdt), "bootargs", &found));
    CU_ASSERT_FALSE(fdt_property(&fdt, chosen, "bootarg", &found));
    CU_ASSERT_FALSE(fdt_property(&fdt, FDT_NONE, "bootargs", &found));
}

static void numbers_have_one_or_two_cells(void)
{
    uint64_t value = 0;

    open_board();
    CU_ASSERT_TRUE(fdt_number(&fdt, fdt_root(&fdt), "#address-cells", &value));
    CU_ASSERT_EQUAL(value, 2);
    fdt_node serial = fdt_find_path(&fdt, "/soc/serial@10001000");
    CU_ASSERT_TRUE(fdt_number(&fdt, serial, "clock", &value));
    CU_ASSERT_EQUAL(value, 0x123456789abcdef0);
    CU_ASSERT_FALSE(fdt_number(&fdt, fdt_find_path(&fdt, "/chosen"), "bootargs", &value));
}

static void reg_follows_the_cells_of_the_parent(void)
{
    uint64_t base = 0, length = 0;

    open_board();
    fdt_node root = fdt_root(&fdt), memory = fdt_find_path(&fdt, "/memory");
    CU_ASSERT_TRUE(fdt_reg(&fdt, root, memory, 0, &base, &length));
    CU_ASSERT_EQUAL(base, 0x80000000);
    CU_ASSERT_EQUAL(length, 0x8000000);
    CU_ASSERT_TRUE(fdt_reg(&fdt, root, memory, 1, &base, &length));
    CU_ASSERT_EQUAL(base, 0x100000000);
    CU_ASSERT_FALSE(fdt_reg(&fdt, root, memory, 2, &base, &length));
    CU_ASSERT_FALSE(fdt_reg(&fdt, root, memory, ~0u, &base, &length));
    fdt_node soc = fdt_find_path(&fdt, "/soc"), serial = fdt_child(&fdt, soc);
    CU_ASSERT_TRUE(fdt_reg(&fdt, soc, serial, 0, &base, &length));
    CU_ASSERT_EQUAL(base, 0x10000000);
    CU_ASSERT_EQUAL(length, 0);
}

/* Uses all of the interface; the sanitizers watch that nothing outside the blob is touched. */
static void use_everything(const struct fdt *broken)
{
    struct fdt_property found;
    uint64_t base, length;
    unsigned steps = 0;
    fdt_node at = FDT_NONE;

    while ((at = fdt_find_compatible(broken, at, "ns16550a")) != FDT_NONE && ++steps < 100)
        fdt_reg(broken, fdt_find_path(broken, "/soc"), at, 0, &base, &length);
    at = fdt_child(broken, fdt_root(broken));
    for (; at != FDT_NONE && ++steps < 200; at = fdt_sibling(broken, at)) {
        fdt_property(broken, at, "compatible", &found);
        fdt_text(broken, at, "bootargs");
        fdt_find_child(broken, at, fdt_name(broken, at));
    }
    CU_ASSERT_TRUE(steps < 100);
}

static void broken_trees_are_refused_or_read_within_bounds(void)
{
    struct random random = {8};
    uint32_t length = board(&tree);

    for (unsigned round = 0; round < 30000; round++) {
        uint8_t *copy = malloc(length); /* so that a step beyond its end is seen */
        memcpy(copy, tree.blob, length);
        for (unsigned i = 0; i < 1 + round % 3; i++)
            copy[random_below(&random, length)] = (uint8_t)random_next(&random);
        struct fdt broken;
        if (fdt_open(&broken, copy, length))
            use_everything(&broken);
        free(copy);
    }
}

/* The structure block ends at any place; the blob goes on behind it. */
static void nothing_behind_the_structure_block_is_read(void)
{
    board(&tree);
    for (uint32_t bytes_left = tree.structure_bytes; bytes_left > 0; bytes_left--) {
        put32(tree.blob + 36, bytes_left);
        CU_ASSERT_TRUE_FATAL(fdt_open(&fdt, tree.blob, sizeof tree.blob));
        const uint8_t *end = tree.blob + STRUCTURE + bytes_left;
        fdt_node node = fdt_root(&fdt);
        for (unsigned steps = 0; node != FDT_NONE && steps < 10; steps++) {
            struct fdt_property found = {end, 0};
            CU_ASSERT_TRUE(tree.blob + node + 4 + strlen((char *)tree.blob + node + 4) < end);
            fdt_property(&fdt, node, steps == 0 ? "model" : "reg", &found);
            CU_ASSERT_TRUE((const uint8_t *)found.data + found.bytes <= end);
            node = steps == 0 ? fdt_child(&fdt, node) : fdt_sibling(&fdt, node);
        }
    }
}

static void a_tree_that_is_cut_short_is_refused(void)
{
    uint32_t length = board(&tree);

    for (uint32_t limit = 0; limit < length; limit++)
        CU_ASSERT_FALSE(fdt_open(&fdt, tree.blob, limit));
    tree.blob[0] ^= 1;
    CU_ASSERT_FALSE(fdt_open(&fdt, tree.blob, length));
}

static void a_tree_of_this_version_or_compatible_with_it_is_read(void)
{
    uint32_t bytes = board(&tree);

    for (uint32_t version = 15; version < 19; version++) {
        put32(tree.blob + 24, version); /* the oldest one that it is compatible with */
        CU_ASSERT_EQUAL(fdt_open(&fdt, tree.blob, bytes), version <= 17);
    }
}

TEST_SUITE(hv_fdt,
           {"nodes are found by path, with or without unit",
            nodes_are_found_by_path_with_or_without_unit},
           {"what is not there is not found", what_is_not_there_is_not_found},
           {"children come in order and end", children_come_in_order_and_end},
           {"compatible nodes come one after the other", compatible_nodes_come_one_after_the_other},
           {"properties have their own data", properties_have_their_own_data},
           {"numbers have one or two cells", numbers_have_one_or_two_cells},
           {"reg follows the cells of the parent", reg_follows_the_cells_of_the_parent},
           {"broken trees are refused or read within bounds",
            broken_trees_are_refused_or_read_within_bounds},
           {"nothing behind the structure block is read",
            nothing_behind_the_structure_block_is_read},
           {"a tree that is cut short is refused", a_tree_that_is_cut_short_is_refused},
           {"a tree of this version, or compatible with it, is read",
            a_tree_of_this_version_or_compatible_with_it_is_read});
