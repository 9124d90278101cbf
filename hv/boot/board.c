/* Reads the board's device tree. Which RAM is free is worked out in boot/ram.c, bootargs are
 * read in boot/options.c. */
#include "boot/board.h"
#include "boot/init.h"
#include "hart/hart.h"
#include "lib/fdt.h"
#include "lib/string.h"
#include "trap/cause.h"
#include "trap/panic.h"

#define DEVICE_TREE_LIMIT 0x200000 /* none of a sane board is larger than 2 MiB */

struct board board;
struct hart harts[HART_MAX];
_Static_assert(BOARD_MAX_HARTS == HART_MAX, "room for each hart that is read");
unsigned hart_count = 1;

extern char __image_start[];

static void reserve(uint64_t base, uint64_t bytes)
{
    if (bytes == 0)
        return;
    if (board.reserved_count == BOARD_MAX_RANGES)
        panic("device tree: more than %d reserved ranges", BOARD_MAX_RANGES);
    board.reserved[board.reserved_count++] = (struct board_range){base, bytes};
}

static void read_memory(const struct fdt *fdt)
{
    fdt_node root = fdt_root(fdt);
    uint64_t image = (uint64_t)__image_start, base, bytes;

    for (fdt_node node = fdt_child(fdt, root); node != FDT_NONE; node = fdt_sibling(fdt, node)) {
        const char *type = fdt_text(fdt, node, "device_type");
        if (!type || strcmp(type, "memory") != 0)
            continue;
        for (unsigned i = 0; fdt_reg(fdt, root, node, i, &base, &bytes); i++)
            if (base <= image && image - base < bytes)
                board.ram = (struct board_range){base, bytes};
    }
    if (board.ram.bytes == 0)
        panic("device tree: no memory node holds the hypervisor's image at %p", __image_start);
    reserve(board.ram.base, image - board.ram.base); /* the firmware's, and not mapped */
}

static void read_reserved_memory(const struct fdt *fdt)
{
    fdt_node parent = fdt_find_path(fdt, "/reserved-memory");
    uint64_t base, bytes;

    if (parent == FDT_NONE)
        return;
    for (fdt_node node = fdt_child(fdt, parent); node != FDT_NONE; node = fdt_sibling(fdt, node))
        for (unsigned i = 0; fdt_reg(fdt, parent, node, i, &base, &bytes); i++)
            reserve(base, bytes);
}

static void read_chosen(const struct fdt *fdt)
{
    fdt_node chosen = fdt_find_path(fdt, "/chosen");
    uint64_t start, end;

    board.bootargs = "";
    if (chosen == FDT_NONE)
        return;
    if (fdt_text(fdt, chosen, "bootargs"))
        board.bootargs = fdt_text(fdt, chosen, "bootargs");
    if (fdt_number(fdt, chosen, "linux,initrd-start", &start) &&
        fdt_number(fdt, chosen, "linux,initrd-end", &end) && start < end)
        board.bundle = (struct board_range){start, end - start};
}

static uint32_t big_endian(const void *cell)
{
    const uint8_t *byte = cell;

    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* The board's hart of that id; NULL: none has been listed. */
static struct board_hart *hart_of(uint64_t id)
{
    for (unsigned i = 0; i < board.hart_count; i++)
        if (board.hart[i].id == id)
            return &board.hart[i];
    return NULL;
}

/* Lists a hart behind those that are; the boot hart is the first already. */
static void add_hart(uint64_t id, const char *isa)
{
    struct board_hart *hart = hart_of(id);

    if (!hart && board.hart_count == BOARD_MAX_HARTS) {
        board.harts_beyond++;
        return;
    }
    if (!hart)
        hart = &board.hart[board.hart_count++];
    *hart = (struct board_hart){.id = id, .isa = isa ? isa : ""};
}

/* Devicetree specification, "status": a hart that is not okay is none of ours. */
static bool is_okay(const struct fdt *fdt, fdt_node node)
{
    const char *status = fdt_text(fdt, node, "status");

    return !status || strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

/* Lists the harts. Returns the phandle of the boot hart's interrupt controller; 0: not found. */
static uint64_t read_harts(const struct fdt *fdt)
{
    fdt_node cpus = fdt_find_path(fdt, "/cpus");
    uint64_t found = 0, id, bytes;

    if (cpus == FDT_NONE || !fdt_number(fdt, cpus, "timebase-frequency", &board.timebase_hz))
        panic("device tree: no timebase-frequency in /cpus");
    add_hart(boot_hart_id, NULL);
    for (fdt_node node = fdt_child(fdt, cpus); node != FDT_NONE; node = fdt_sibling(fdt, node)) {
        if (!fdt_reg(fdt, cpus, node, 0, &id, &bytes))
            continue;
        if (id == boot_hart_id || is_okay(fdt, node))
            add_hart(id, fdt_text(fdt, node, "riscv,isa"));
        fdt_node controller = fdt_find_child(fdt, node, "interrupt-controller");
        if (id == boot_hart_id && controller != FDT_NONE)
            fdt_number(fdt, controller, "phandle", &found);
    }
    return found;
}

bool board_has_extension(const char *name)
{
    size_t length = strlen(name);

    for (const char *at = board.hart[0].isa; *at; at++)
        if (*at == '_' && strncmp(at + 1, name, length) == 0 &&
            (at[length + 1] == '_' || at[length + 1] == '\0'))
            return true;
    return false;
}

/* The PLIC's contexts are the pairs <interrupt controller, cause> of interrupts-extended. */
static void read_plic(const struct fdt *fdt, uint64_t hart_controller)
{
    fdt_node node = fdt_find_compatible(fdt, FDT_NONE, "sifive,plic-1.0.0");
    struct fdt_property pairs;
    uint64_t base, bytes;

    if (node == FDT_NONE)
        node = fdt_find_compatible(fdt, FDT_NONE, "riscv,plic0");
    if (node == FDT_NONE || !fdt_property(fdt, node, "interrupts-extended", &pairs))
        return;
    fdt_node soc = fdt_find_path(fdt, "/soc");
    if (soc == FDT_NONE || !fdt_reg(fdt, soc, node, 0, &base, &bytes))
        return;
    for (unsigned context = 0; (context + 1) * 8 <= pairs.bytes; context++) {
        const uint8_t *pair = (const uint8_t *)pairs.data + context * 8;
        if (big_endian(pair) == hart_controller && big_endian(pair + 4) == IRQ_S_EXT) {
            board.plic = base;
            board.plic_context = context;
        }
    }
}

static void read_uart(const struct fdt *fdt)
{
    fdt_node node = fdt_find_compatible(fdt, FDT_NONE, "ns16550a");
    fdt_node soc = fdt_find_path(fdt, "/soc");
    uint64_t base, bytes, interrupt;

    if (node == FDT_NONE || soc == FDT_NONE || !fdt_reg(fdt, soc, node, 0, &base, &bytes))
        return;
    board.uart = base;
    if (fdt_number(fdt, node, "interrupts", &interrupt))
        board.uart_interrupt = (unsigned)interrupt;
}

static void read_finisher(const struct fdt *fdt)
{
    fdt_node node = fdt_find_compatible(fdt, FDT_NONE, "sifive,test0");
    fdt_node soc = fdt_find_path(fdt, "/soc");
    uint64_t base, bytes;

    if (node != FDT_NONE && soc != FDT_NONE && fdt_reg(fdt, soc, node, 0, &base, &bytes))
        board.finisher = base;
}

static void board_init(void)
{
    struct fdt fdt;

    board.started = boot_time;
    board.device_tree = boot_device_tree;
    this_hart()->id = boot_hart_id;
    this_hart()->state = HART_ONLINE;
    if (!fdt_open(&fdt, (const void *)boot_device_tree, DEVICE_TREE_LIMIT))
        panic("no device tree at %p, where the firmware says it is", (void *)boot_device_tree);
    board.device_tree_bytes = fdt.bytes;
    read_memory(&fdt);
    read_reserved_memory(&fdt);
    read_chosen(&fdt);
    read_plic(&fdt, read_harts(&fdt));
    read_uart(&fdt);
    read_finisher(&fdt);

    hart_probe();
    if (!hart_has_hypervisor())
        panic("hart %lu has no H extension: start QEMU with -cpu rv64", boot_hart_id);
}

HV_INIT(INIT_BOARD, board_init);
