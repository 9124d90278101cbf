/* Collects the facts that the kernel needs from the device tree. */
#include "platform/platform.h"

#include "boot/init.h"
#include "lib/string.h"
#include "platform/fdt.h"
#include "sbi/sbi.h"
#include "sbi/stop.h"

/* The SBI implementation number of OpenSBI (SBI chapter 4). */
#define IMPLEMENTATION_OPENSBI 1

struct platform platform = {.sstc = true};

extern char __image_start[], __image_end[];

static void add_range(struct range *ranges, unsigned *count, uint64_t start, uint64_t end)
{
    if (start >= end)
        return;
    if (*count == PLATFORM_RANGES)
        panic("the device tree has more than %d ranges of memory", PLATFORM_RANGES);
    ranges[(*count)++] = (struct range){start, end};
}

static void reserve(uint64_t start, uint64_t end)
{
    add_range(platform.reserved, &platform.reserved_count, start, end);
}

/* Adds each entry of a "reg" property to the ranges. */
static void add_reg(const struct fdt_property *property, struct range *ranges, unsigned *count)
{
    uint32_t entry = 4 * (property->address_cells + property->size_cells);
    if (!entry)
        return;
    for (uint32_t at = 0; at + entry <= property->bytes; at += entry) {
        const uint8_t *address = property->value + at;
        uint64_t start = fdt_number(address, property->address_cells);
        uint64_t bytes = fdt_number(address + 4 * property->address_cells, property->size_cells);
        add_range(ranges, count, start, start + bytes);
    }
}

/* Tells whether the ISA string, "rv64imac_zicsr_sstc", names the extension after an underscore. */
static bool isa_has(const char *isa, size_t bytes, const char *extension)
{
    size_t length = strlen(extension);
    for (size_t i = 0; i + length < bytes; i++) {
        if (isa[i] != '_' || strncmp(isa + i + 1, extension, length))
            continue;
        char after = isa[i + 1 + length];
        if (!after || after == '_')
            return true;
    }
    return false;
}

static void visit_chosen(const struct fdt_property *property)
{
    uint64_t number = fdt_number(property->value, property->bytes / 4 < 2 ? 1 : 2);
    if (!strcmp(property->name, "bootargs"))
        string_copy(platform.bootargs, (const char *)property->value, PLATFORM_BOOTARGS_BYTES);
    if (!strcmp(property->name, "linux,initrd-start"))
        platform.initrd.start = number;
    if (!strcmp(property->name, "linux,initrd-end"))
        platform.initrd.end = number;
}

static void visit_cpu(const struct fdt_property *property)
{
    if (!strcmp(property->name, "device_type"))
        platform.harts++;
    if (!strcmp(property->name, "riscv,isa") &&
        !isa_has((const char *)property->value, property->bytes, "sstc"))
        platform.sstc = false;
}

static void visit(const struct fdt_property *property)
{
    if (property->depth == 2) {
        const char *node = property->nodes[1];
        if (fdt_node_is(node, "memory") && !strcmp(property->name, "reg"))
            add_reg(property, platform.memory, &platform.memory_count);
        if (fdt_node_is(node, "chosen"))
            visit_chosen(property);
        if (fdt_node_is(node, "cpus") && !strcmp(property->name, "timebase-frequency"))
            platform.timebase_hz = fdt_number(property->value, property->bytes / 4 < 2 ? 1 : 2);
        return;
    }
    if (property->depth != 3)
        return;
    if (fdt_node_is(property->nodes[1], "cpus") && fdt_node_is(property->nodes[2], "cpu"))
        visit_cpu(property);
    if (fdt_node_is(property->nodes[1], "reserved-memory") && !strcmp(property->name, "reg"))
        add_reg(property, platform.reserved, &platform.reserved_count);
}

/*
 * Reserves what is in use already. OpenSBI keeps the RAM below the image to itself (its own
 * reservation names only a part of it); a hypervisor leaves that RAM to its guest.
 */
static void reserve_what_is_used(const void *tree)
{
    uint64_t start, bytes;
    for (unsigned i = 0; fdt_reservation(tree, i, &start, &bytes); i++)
        reserve(start, start + bytes);
    reserve((uint64_t)__image_start, (uint64_t)__image_end);
    reserve((uint64_t)tree, (uint64_t)tree + fdt_bytes(tree));
    reserve(platform.initrd.start, platform.initrd.end);
    if (sbi_call(SBI_EXT_BASE, SBI_BASE_GET_IMPL_ID, 0, 0, 0).value == IMPLEMENTATION_OPENSBI)
        reserve(platform.memory[0].start, (uint64_t)__image_start);
}

static void platform_init(void)
{
    const void *tree = (const void *)boot_facts.device_tree;
    if (!fdt_visit(tree, visit))
        panic("no whole device tree at %p, where a1 pointed", tree);
    if (!platform.memory_count)
        panic("the device tree at %p has no /memory node with a reg property", tree);
    if (!platform.timebase_hz)
        panic("the device tree at %p has no timebase-frequency in /cpus", tree);
    if (!platform.harts)
        platform.sstc = false;
    reserve_what_is_used(tree);
}
RIDER_INIT(INIT_PLATFORM, platform_init);

bool platform_option(const char *name, char *value, size_t size)
{
    size_t length = strlen(name);
    for (const char *word = platform.bootargs; *word;) {
        size_t bytes = 0;
        while (word[bytes] && word[bytes] != ' ')
            bytes++;
        if (bytes >= length && !strncmp(word, name, length) &&
            (bytes == length || word[length] == '=')) {
            size_t skip = bytes == length ? length : length + 1;
            size_t room = bytes - skip + 1 < size ? bytes - skip + 1 : size;
            memcpy(value, word + skip, room - 1);
            value[room - 1] = 0;
            return true;
        }
        word += bytes;
        while (*word == ' ')
            word++;
    }
    return false;
}
