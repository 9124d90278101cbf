/* See bundle_maker.h. */
#include "hv/bundle_maker.h"

#include "lib/crc32.h"
#include <stdio.h>
#include <string.h>

#define SECTION_BYTES 5000

struct bundle_header *maker_header(struct maker *maker)
{
    return (struct bundle_header *)maker->bytes;
}

struct bundle_vm *maker_vm(struct maker *maker, unsigned index)
{
    return (struct bundle_vm *)(maker->bytes + sizeof(struct bundle_header)) + index;
}

static struct bundle_section add_section(struct maker *maker, uint64_t gpa, uint8_t byte)
{
    struct bundle_header *header = maker_header(maker);
    struct bundle_section section = {
        .offset = header->total_bytes, .bytes = SECTION_BYTES, .gpa = gpa};

    memset(maker->bytes + section.offset, byte, SECTION_BYTES);
    header->total_bytes += 2 * BUNDLE_ALIGN;
    return section;
}

void maker_begin(struct maker *maker, unsigned vms)
{
    memset(maker, 0, sizeof *maker);
    *maker_header(maker) = (struct bundle_header){
        .version = BUNDLE_VERSION, .vm_count = vms, .total_bytes = BUNDLE_ALIGN};
    memcpy(maker_header(maker)->magic, BUNDLE_MAGIC, 8);
    for (unsigned i = 0; i < vms; i++) {
        struct bundle_vm *vm = maker_vm(maker, i);
        *vm = (struct bundle_vm){.vcpus = 1 + i % BUNDLE_MAX_VCPUS,
                                 .weight = 100,
                                 .cap = 50,
                                 .memory = 1 << 20,
                                 .entry = BUNDLE_GUEST_RAM_BASE + 0x20};
        snprintf(vm->name, sizeof vm->name, "vm%u", i);
        vm->image = add_section(maker, BUNDLE_GUEST_RAM_BASE, (uint8_t)i);
        vm->dtb = add_section(maker, BUNDLE_GUEST_RAM_BASE + 0x2000, (uint8_t)~i);
        vm->initrd = add_section(maker, BUNDLE_GUEST_RAM_BASE + 0x8000, 0x55);
    }
    maker_seal(maker);
}

static void seal_section(struct maker *maker, struct bundle_section *section)
{
    if (section->offset <= MAKER_BYTES && section->bytes <= MAKER_BYTES - section->offset)
        section->crc = crc32(0, maker->bytes + section->offset, section->bytes);
}

void maker_seal(struct maker *maker)
{
    struct bundle_header *header = maker_header(maker);
    unsigned vms = header->vm_count <= BUNDLE_MAX_VMS ? header->vm_count : 0;

    for (unsigned i = 0; i < vms; i++) {
        seal_section(maker, &maker_vm(maker, i)->image);
        seal_section(maker, &maker_vm(maker, i)->dtb);
        seal_section(maker, &maker_vm(maker, i)->initrd);
    }
    header->table_crc = 0;
    header->table_crc = crc32(0, maker->bytes, sizeof *header + vms * sizeof(struct bundle_vm));
}
