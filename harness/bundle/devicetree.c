/* A guest's device tree, written front to back with libfdt. */
#include "bundle/devicetree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "abi/bundle.h"

#define TIMEBASE_HZ       10000000
#define ROOM_WITHOUT_TEXT 16384

/*
 * libfdt's sequential writer returns 0 or a negative code from every call; the first code is
 * kept, and later calls do nothing, so that the nodes below read as the tree does.
 */
struct writer {
    void *tree;
    int code;
};

static void begin(struct writer *writer, const char *name)
{
    if (writer->code == 0)
        writer->code = fdt_begin_node(writer->tree, name);
}

static void end(struct writer *writer)
{
    if (writer->code == 0)
        writer->code = fdt_end_node(writer->tree);
}

static void bytes(struct writer *writer, const char *name, const void *data, size_t count)
{
    if (writer->code == 0)
        writer->code = fdt_property(writer->tree, name, data, (int)count);
}

static void text(struct writer *writer, const char *name, const char *value)
{
    bytes(writer, name, value, strlen(value) + 1);
}

static void cell(struct writer *writer, const char *name, uint32_t value)
{
    if (writer->code == 0)
        writer->code = fdt_property_u32(writer->tree, name, value);
}

static void pair(struct writer *writer, const char *name, uint64_t first, uint64_t second)
{
    fdt64_t cells[2] = {cpu_to_fdt64(first), cpu_to_fdt64(second)};
    bytes(writer, name, cells, sizeof(cells));
}

static void write_chosen(struct writer *writer, const struct devicetree_options *options)
{
    begin(writer, "chosen");
    if (options->args != NULL)
        text(writer, "bootargs", options->args);
    if (options->initrd_end > options->initrd_start) {
        fdt64_t start = cpu_to_fdt64(options->initrd_start);
        fdt64_t finish = cpu_to_fdt64(options->initrd_end);
        bytes(writer, "linux,initrd-start", &start, sizeof(start));
        bytes(writer, "linux,initrd-end", &finish, sizeof(finish));
    }
    end(writer);
}

static void write_memory(struct writer *writer, const struct devicetree_options *options)
{
    char name[40];
    snprintf(name, sizeof(name), "memory@%llx", BUNDLE_GUEST_RAM_BASE);
    begin(writer, name);
    text(writer, "device_type", "memory");
    pair(writer, "reg", BUNDLE_GUEST_RAM_BASE, options->memory);
    end(writer);
}

/* isa is what the hypervisor lets a guest have, whatever else the machine's harts have. */
static void write_cpu(struct writer *writer, const struct devicetree_options *options,
                      uint32_t number)
{
    /* What the hypervisor lets a guest have, as a list: the last is for machines that have it. */
    static const char extensions[] = "i\0m\0a\0f\0d\0c\0zicsr\0zifencei\0sstc";
    char name[20];
    snprintf(name, sizeof(name), "cpu@%" PRIx32, number);
    begin(writer, name);
    text(writer, "device_type", "cpu");
    cell(writer, "reg", number);
    text(writer, "status", "okay");
    text(writer, "compatible", "riscv");
    text(writer, "riscv,isa",
         options->sstc ? "rv64imafdc_zicsr_zifencei_sstc" : "rv64imafdc_zicsr_zifencei");
    text(writer, "riscv,isa-base", "rv64i");
    bytes(writer, "riscv,isa-extensions", extensions,
          options->sstc ? sizeof(extensions) : sizeof(extensions) - sizeof("sstc"));
    text(writer, "mmu-type", "riscv,sv48");
    begin(writer, "interrupt-controller");
    cell(writer, "#interrupt-cells", 1);
    bytes(writer, "interrupt-controller", NULL, 0);
    text(writer, "compatible", "riscv,cpu-intc");
    cell(writer, "phandle", number + 1);
    end(writer);
    end(writer);
}

static void write_cpus(struct writer *writer, const struct devicetree_options *options)
{
    begin(writer, "cpus");
    cell(writer, "#address-cells", 1);
    cell(writer, "#size-cells", 0);
    cell(writer, "timebase-frequency", TIMEBASE_HZ);
    for (uint32_t number = 0; number < options->vcpus; number++)
        write_cpu(writer, options, number);
    end(writer);
}

static void write_root(struct writer *writer, const struct devicetree_options *options)
{
    begin(writer, "");
    cell(writer, "#address-cells", 2);
    cell(writer, "#size-cells", 2);
    text(writer, "compatible", "riscv-virtio");
    text(writer, "model", "stagecoach,vm");
    write_chosen(writer, options);
    write_memory(writer, options);
    write_cpus(writer, options);
    end(writer);
}

int devicetree_write(const struct devicetree_options *options, struct buffer *out,
                     struct error *error)
{
    size_t room = ROOM_WITHOUT_TEXT + (options->args ? strlen(options->args) : 0);
    struct writer writer = {.tree = buffer_reserve(out, room)};
    memset(writer.tree, 0, room);
    writer.code = fdt_create(writer.tree, (int)room);
    if (writer.code == 0)
        writer.code = fdt_finish_reservemap(writer.tree);
    write_root(&writer, options);
    if (writer.code == 0)
        writer.code = fdt_finish(writer.tree);
    if (writer.code != 0)
        return error_fault(error, "device tree: %s", fdt_strerror(writer.code));
    out->length = fdt_totalsize(writer.tree);
    return 0;
}
