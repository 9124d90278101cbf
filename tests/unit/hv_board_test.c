/* hv/boot/board.c on a device tree as QEMU's board virt has it. */
#include "boot/board.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "hv/fdt_writer.h"
#include "lib/fdt.h"
#include "test.h"
#include "trap/cause.h"
#include <stdio.h>
#include <string.h>

#define MIB (1ull << 20)

extern char __image_start[];

enum part {
    MEMORY = 1,
    CHOSEN = 2,
    INITRD = 4,
    RESERVED = 8,
    PLIC = 16,
    OLD_PLIC = 32,
    UART = 64,
    FINISHER = 128,
    H = 256,
    HARTS = 512,
    ALL = 1023 & ~OLD_PLIC
};

static struct writer tree;
static uint64_t ram;
static const char *hart_isa;
static unsigned harts_more;

static void pair(const char *name, uint64_t base, uint64_t bytes)
{
    CELLS(&tree, name, (uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(bytes >> 32),
          (uint32_t)bytes);
}

static void cells_two(void)
{
    CELLS(&tree, "#address-cells", 2);
    CELLS(&tree, "#size-cells", 2);
}

static void add_memory(void)
{
    node(&tree, "memory@1000");
    property(&tree, "device_type", "memory", 7);
    pair("reg", 0x1000, 0x1000);
    token(&tree, END_NODE);
    node(&tree, "flash@2000");
    property(&tree, "device_type", "flash", 6);
    pair("reg", ram, 1 << 30);
    token(&tree, END_NODE);
    node(&tree, "flash@3000"); /* of no type */
    pair("reg", ram, 1 << 30);
    token(&tree, END_NODE);
    node(&tree, "memory@80000000");
    property(&tree, "device_type", "memory", 7);
    CELLS(&tree, "reg", 0, 0x4000, 0, 0x1000, (uint32_t)(ram >> 32), (uint32_t)ram, 0, 64 << 20);
    token(&tree, END_NODE);
}

static void add_hart(unsigned id, unsigned phandle, const char *isa, const char *status)
{
    char name[16];

    snprintf(name, sizeof name, "cpu@%u", id);
    node(&tree, name);
    CELLS(&tree, "reg", id);
    property(&tree, "riscv,isa", isa, (uint32_t)strlen(isa) + 1);
    if (status)
        property(&tree, "status", status, (uint32_t)strlen(status) + 1);
    node(&tree, "interrupt-controller");
    CELLS(&tree, "phandle", phandle);
    token(&tree, END_NODE);
    token(&tree, END_NODE);
}

static void add_harts(void)
{
    node(&tree, "cpus");
    CELLS(&tree, "#address-cells", 1);
    CELLS(&tree, "#size-cells", 0);
    CELLS(&tree, "timebase-frequency", 12345678);
    node(&tree, "cpu-map");
    token(&tree, END_NODE);
    add_hart(0, 0x01020305, "rv64imac", "okay");
    add_hart(1, 0x01020306, "rv64", "disabled");
    add_hart(3, 0x01020304, hart_isa, "disabled"); /* it runs all the same */
    add_hart(4, 0x01020307, "rv64imafdc", "ok");
    add_hart(5, 0x01020308, "rv64", "okay2");
    for (unsigned i = 0; i < harts_more; i++)
        add_hart(6 + i, 0x01020309 + i, "rv64", NULL);
    token(&tree, END_NODE);
}

static void add_soc(unsigned parts)
{
    node(&tree, "soc");
    cells_two();
    if (parts & (PLIC | OLD_PLIC)) {
        node(&tree, "plic@c000000");
        if (parts & PLIC)
            property(&tree, "compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
        else
            property(&tree, "compatible", "riscv,plic0", 12);
        pair("reg", 0xc000000, 0x600000);
        CELLS(&tree, "interrupts-extended", 0x01020305, 11, 0x01020305, IRQ_S_EXT, 0x01020304, 11,
              0x01020304, IRQ_S_EXT, 0x01020304, 0x10009);
        token(&tree, END_NODE);
    }
    if (parts & UART) {
        node(&tree, "serial@10000000");
        property(&tree, "compatible", "ns16550a", 9);
        pair("reg", 0x10000000, 0x100);
        CELLS(&tree, "interrupts", 10);
        token(&tree, END_NODE);
    }
    if (parts & FINISHER) {
        node(&tree, "test@100000");
        property(&tree, "compatible", "sifive,test1\0sifive,test0", 26);
        pair("reg", 0x100000, 0x1000);
        token(&tree, END_NODE);
    }
    token(&tree, END_NODE);
}

static void make_tree(unsigned parts)
{
    memset(&tree, 0, sizeof tree);
    node(&tree, "");
    cells_two();
    if (parts & MEMORY)
        add_memory();
    if (parts & CHOSEN) {
        node(&tree, "chosen");
        property(&tree, "bootargs", "trace=on", 9);
        if (parts & INITRD) {
            CELLS(&tree, "linux,initrd-start", 0x88000000);
            CELLS(&tree, "linux,initrd-end", 0x88345678);
        }
        token(&tree, END_NODE);
    }
    if (parts & RESERVED) {
        node(&tree, "reserved-memory");
        cells_two();
        node(&tree, "a");
        CELLS(&tree, "reg", 0, 0x80100000, 0, 0x2000, 0, 0x80300000, 0, 0);
        token(&tree, END_NODE);
        node(&tree, "b");
        pair("reg", 0x80200000, 0x3000);
        token(&tree, END_NODE);
        token(&tree, END_NODE);
    }
    if (parts & HARTS)
        add_harts();
    add_soc(parts);
    token(&tree, END_NODE);
    token(&tree, END);
    finish(&tree);
}

static void boot(unsigned parts)
{
    machine_prepare(1);
    board = (struct board){0};
    fake_machine.lacks_hypervisor = !(parts & H);
    ram = ((uint64_t)(uintptr_t)__image_start & ~(2 * MIB - 1)) - 2 * MIB;
    hart_isa = "rv64imafdch_zicsr_sstc_ssaia";
    make_tree(parts);
    boot_hart_id = 3;
    boot_time = 777;
    boot_device_tree = (uint64_t)(uintptr_t)tree.blob;
    machine_init(INIT_BOARD);
}

static void end(void)
{
    boot_hart_id = 0;
    machine_end();
}

static void the_board_is_as_its_tree_says(void)
{
    boot(ALL);
    CU_ASSERT_EQUAL(board.ram.base, ram);
    CU_ASSERT_EQUAL(board.ram.bytes, 64 * MIB);
    CU_ASSERT_EQUAL(board.device_tree, boot_device_tree);
    CU_ASSERT_EQUAL(board.device_tree_bytes, STRUCTURE + tree.structure_bytes + tree.strings_bytes);
    CU_ASSERT_EQUAL(board.reserved_count, 3);
    CU_ASSERT_EQUAL(board.reserved[0].base, ram);
    CU_ASSERT_EQUAL(board.reserved[0].bytes, (uint64_t)(uintptr_t)__image_start - ram);
    CU_ASSERT_EQUAL(board.reserved[1].base, 0x80100000);
    CU_ASSERT_EQUAL(board.reserved[1].bytes, 0x2000);
    CU_ASSERT_EQUAL(board.reserved[2].base, 0x80200000);
    CU_ASSERT_EQUAL(board.reserved[2].bytes, 0x3000);
    CU_ASSERT_STRING_EQUAL(board.bootargs, "trace=on");
    CU_ASSERT_EQUAL(board.bundle.base, 0x88000000);
    CU_ASSERT_EQUAL(board.bundle.bytes, 0x345678);
    CU_ASSERT_EQUAL(board.timebase_hz, 12345678);
    CU_ASSERT_EQUAL(board.hart_count, 3);
    CU_ASSERT_EQUAL(board.hart[1].id, 0);
    CU_ASSERT_STRING_EQUAL(board.hart[1].isa, "rv64imac");
    CU_ASSERT_EQUAL(board.hart[2].id, 4);
    CU_ASSERT_STRING_EQUAL(board.hart[2].isa, "rv64imafdc");
    CU_ASSERT_EQUAL(board.harts_beyond, 0);
    CU_ASSERT_EQUAL(harts[0].state, HART_ONLINE);
    CU_ASSERT_EQUAL(board.hart[0].id, 3);
    CU_ASSERT_EQUAL(harts[0].id, 3);
    CU_ASSERT_EQUAL(board.started, 777);
    CU_ASSERT_STRING_EQUAL(board.hart[0].isa, hart_isa);
    CU_ASSERT_EQUAL(board.uart, 0x10000000);
    CU_ASSERT_EQUAL(board.uart_interrupt, 10);
    CU_ASSERT_EQUAL(board.plic, 0xc000000);
    CU_ASSERT_EQUAL(board.plic_context, 3);
    CU_ASSERT_EQUAL(board.finisher, 0x100000);
    end();
}

static void harts_beyond_those_that_are_listed_are_counted(void)
{
    harts_more = BOARD_MAX_HARTS - 3;
    boot(ALL);
    CU_ASSERT_EQUAL(board.hart_count, BOARD_MAX_HARTS);
    CU_ASSERT_EQUAL(board.hart[BOARD_MAX_HARTS - 1].id, 6 + harts_more - 1);
    CU_ASSERT_EQUAL(board.harts_beyond, 0);
    end();
    harts_more += 2;
    boot(ALL);
    CU_ASSERT_EQUAL(board.hart_count, BOARD_MAX_HARTS);
    CU_ASSERT_EQUAL(board.harts_beyond, 2);
    end();
    harts_more = 0;
}

static void what_a_board_may_lack(void)
{
    boot(MEMORY | HARTS | H);
    CU_ASSERT_STRING_EQUAL(board.bootargs, "");
    CU_ASSERT_EQUAL(board.bundle.bytes, 0);
    CU_ASSERT_EQUAL(board.reserved_count, 1);
    CU_ASSERT_EQUAL(board.uart | board.plic | board.finisher | board.uart_interrupt, 0);
    end();
    boot(MEMORY | HARTS | H | CHOSEN | OLD_PLIC);
    CU_ASSERT_EQUAL(board.bundle.bytes, 0);
    CU_ASSERT_EQUAL(board.plic, 0xc000000);
    CU_ASSERT_EQUAL(board.plic_context, 3);
    end();
}

static void what_a_board_must_have(void)
{
    char text[200];

    CU_ASSERT_TRUE(PANICS(boot(ALL & ~MEMORY)));
    snprintf(text, sizeof text, "device tree: no memory node holds the hypervisor's image at %p",
             (void *)__image_start);
    CU_ASSERT_STRING_EQUAL(fake_panic_message, text);
    CU_ASSERT_TRUE(PANICS(boot(ALL & ~HARTS)));
    CU_ASSERT_STRING_EQUAL(fake_panic_message, "device tree: no timebase-frequency in /cpus");
    CU_ASSERT_TRUE(PANICS(boot(ALL & ~H)));
    CU_ASSERT_STRING_EQUAL(fake_panic_message,
                           "hart 3 has no H extension: start QEMU with -cpu rv64");
    tree.blob[0] = 0;
    boot_device_tree = (uint64_t)(uintptr_t)tree.blob;
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_BOARD)));
    CU_ASSERT_EQUAL(strncmp(fake_panic_message, "no device tree at 0x", 20), 0);
    end();
}

static void extensions_are_whole_words(void)
{
    boot(ALL);
    CU_ASSERT_TRUE(board_has_extension("zicsr"));
    CU_ASSERT_TRUE(board_has_extension("sstc"));
    CU_ASSERT_TRUE(board_has_extension("ssaia"));
    CU_ASSERT_FALSE(board_has_extension("sst"));
    CU_ASSERT_FALSE(board_has_extension("stc"));
    CU_ASSERT_FALSE(board_has_extension("ssai"));
    CU_ASSERT_FALSE(board_has_extension("rv64imafdch"));
    CU_ASSERT_FALSE(board_has_extension("ssaia_x"));
    board.hart[0].isa = "";
    CU_ASSERT_FALSE(board_has_extension("sstc"));
    end();
}

TEST_SUITE(hv_board, {"the board is as its tree says", the_board_is_as_its_tree_says},
           {"harts beyond those that are listed are counted",
            harts_beyond_those_that_are_listed_are_counted},
           {"what a board may lack", what_a_board_may_lack},
           {"what a board must have", what_a_board_must_have},
           {"extensions are whole words", extensions_are_whole_words});
