/*
 * The bundle's doorman: looks at all of it before anything is made of any of it. Bytes come from
 * outside, so each number is checked before it is used, and sums are never formed that could
 * wrap around: "offset + bytes <= room" is asked as "bytes <= room - offset".
 */
#include "vm/bundle.h"

#include "lib/crc32.h"
#include "lib/format.h"
#include "lib/string.h"
#include "memory/gstage.h"
#include <stdarg.h>

#define MAX_WEIGHT 10000
#define SECTIONS   3 /* of a VM: image, device tree, initrd */

static const char *const section_names[SECTIONS] = {"image", "device tree", "initrd"};

/* The bundle under examination, and where the complaint goes. */
struct check {
    const uint8_t *bytes;
    uint64_t total; /* bytes of the bundle */
    const struct bundle_vm *vm;
    unsigned vm_count;
    char *why;
    size_t why_room;
};

/* Writes the complaint. Returns false, so that a check can end with it. */
__attribute__((format(printf, 2, 3))) static bool refuse(const struct check *check,
                                                         const char *template, ...)
{
    va_list args;

    va_start(args, template);
    text_vformat(check->why, check->why_room, template, args);
    va_end(args);
    return false;
}

static const struct bundle_section *section_of(const struct bundle_vm *vm, unsigned index)
{
    const struct bundle_section *sections[SECTIONS] = {&vm->image, &vm->dtb, &vm->initrd};

    return sections[index];
}

/* CRC-32 of the header, its own field taken as 0, and the table of VMs. */
static uint32_t table_crc(const struct check *check)
{
    struct bundle_header header;

    memcpy(&header, check->bytes, sizeof header);
    header.table_crc = 0;
    uint32_t crc = crc32(0, &header, sizeof header);
    return crc32(crc, check->vm, check->vm_count * sizeof *check->vm);
}

/* Checks the header against the room, and fills in what the other checks stand on. */
static bool check_header(struct check *check, const struct bundle_header *header, size_t room)
{
    if (room < sizeof *header)
        return refuse(check, "bundle: %zu bytes, too short for a header of %zu", room,
                      sizeof *header);
    if ((uintptr_t)header % 8 != 0)
        return refuse(check, "bundle: at %p, where a multiple of 8 is expected", (void *)header);
    if (memcmp(header->magic, BUNDLE_MAGIC, sizeof header->magic) != 0)
        return refuse(check, "bundle: begins with %02x %02x %02x %02x, not with \"%s\"",
                      (uint8_t)header->magic[0], (uint8_t)header->magic[1],
                      (uint8_t)header->magic[2], (uint8_t)header->magic[3], BUNDLE_MAGIC);
    if (header->version != BUNDLE_VERSION)
        return refuse(check, "bundle: version %u, expected %d", header->version, BUNDLE_VERSION);
    if (header->vm_count < 1 || header->vm_count > BUNDLE_MAX_VMS)
        return refuse(check, "bundle: %u VMs, expected 1 to %d", header->vm_count, BUNDLE_MAX_VMS);
    if (header->total_bytes > room)
        return refuse(check, "bundle: cut short: %zu bytes of 0x%lx are there", room,
                      header->total_bytes);
    check->vm_count = header->vm_count;
    check->total = header->total_bytes;
    uint64_t table_end = sizeof *header + check->vm_count * sizeof *check->vm;
    if (check->total < table_end)
        return refuse(check, "bundle: 0x%lx bytes, but its table of %u VMs ends at 0x%lx",
                      check->total, check->vm_count, table_end);
    if (table_crc(check) != header->table_crc)
        return refuse(check, "bundle: CRC-32 of header and VM table is 0x%08x, expected 0x%08x",
                      table_crc(check), header->table_crc);
    for (unsigned i = 0; i < sizeof header->reserved / sizeof header->reserved[0]; i++)
        if (header->reserved[i] != 0)
            return refuse(check, "bundle: reserved word %u of its header is 0x%x, expected 0", i,
                          header->reserved[i]);
    return true;
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '_' || byte == '-';
}

static bool check_name(const struct check *check, unsigned index)
{
    const char *name = check->vm[index].name;
    size_t length = strnlen(name, BUNDLE_NAME_BYTES);

    if (length == 0 || length == BUNDLE_NAME_BYTES)
        return refuse(check, "VM %u: name of %zu bytes, expected 1 to %d", index, length,
                      BUNDLE_NAME_BYTES - 1);
    for (size_t i = 0; i < length; i++)
        if (!is_name_byte(name[i]))
            return refuse(check, "VM %u: byte 0x%02x in its name, expected A-Z a-z 0-9 _ -", index,
                          (uint8_t)name[i]);
    for (unsigned other = 0; other < index; other++)
        if (strcmp(check->vm[other].name, name) == 0)
            return refuse(check, "VM %u \"%s\": VM %u has the same name", index, name, other);
    for (size_t i = length; i < BUNDLE_NAME_BYTES; i++)
        if (name[i] != 0)
            return refuse(check, "VM %u \"%s\": byte 0x%02x behind its name, expected 0", index,
                          name, (uint8_t)name[i]);
    return true;
}

static bool check_shares(const struct check *check, unsigned index)
{
    const struct bundle_vm *vm = &check->vm[index];

    if (vm->vcpus < 1 || vm->vcpus > BUNDLE_MAX_VCPUS)
        return refuse(check, "VM %u \"%s\": %u vCPUs, expected 1 to %d", index, vm->name, vm->vcpus,
                      BUNDLE_MAX_VCPUS);
    if (vm->weight < 1 || vm->weight > MAX_WEIGHT)
        return refuse(check, "VM %u \"%s\": weight %u, expected 1 to %d", index, vm->name,
                      vm->weight, MAX_WEIGHT);
    if (vm->cap > 100 * vm->vcpus)
        return refuse(check, "VM %u \"%s\": cap of %u %%, at most %u %% for %u vCPUs", index,
                      vm->name, vm->cap, 100 * vm->vcpus, vm->vcpus);
    if ((vm->flags & ~BUNDLE_VM_MANUAL) != 0)
        return refuse(check, "VM %u \"%s\": flags 0x%x, only 0x%x is known", index, vm->name,
                      vm->flags, BUNDLE_VM_MANUAL);
    return true;
}

static bool check_memory(const struct check *check, unsigned index)
{
    const struct bundle_vm *vm = &check->vm[index];
    uint64_t most = GSTAGE_GPA_LIMIT - BUNDLE_GUEST_RAM_BASE;

    if (vm->memory == 0 || vm->memory % BUNDLE_ALIGN != 0)
        return refuse(check, "VM %u \"%s\": memory of 0x%lx bytes, expected a multiple of %d",
                      index, vm->name, vm->memory, BUNDLE_ALIGN);
    if (vm->memory > most)
        return refuse(check, "VM %u \"%s\": memory of 0x%lx bytes, at most 0x%lx can be addressed",
                      index, vm->name, vm->memory, most);
    return true;
}

/* Do two ranges that do not wrap around have a byte in common? */
static bool overlap(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
    return a_bytes != 0 && b_bytes != 0 && a < b + b_bytes && b < a + a_bytes;
}

/* Is the section where it says it is in the bundle, and room for it in the guest? */
static bool check_place(const struct check *check, unsigned index, unsigned which)
{
    const struct bundle_vm *vm = &check->vm[index];
    const struct bundle_section *section = section_of(vm, which);
    const char *what = section_names[which];
    uint64_t memory_end = BUNDLE_GUEST_RAM_BASE + vm->memory;

    if (section->offset % BUNDLE_ALIGN != 0 || section->offset == 0)
        return refuse(check, "VM %u \"%s\": %s at offset 0x%lx, expected a multiple of %d", index,
                      vm->name, what, section->offset, BUNDLE_ALIGN);
    if (section->offset > check->total || section->bytes > check->total - section->offset)
        return refuse(check,
                      "VM %u \"%s\": %s of 0x%lx bytes at offset 0x%lx, the bundle ends at 0x%lx",
                      index, vm->name, what, section->bytes, section->offset, check->total);
    if (section->gpa < BUNDLE_GUEST_RAM_BASE || section->gpa > memory_end ||
        section->bytes > memory_end - section->gpa)
        return refuse(
            check, "VM %u \"%s\": %s of 0x%lx bytes at 0x%lx, its memory is 0x%llx to 0x%lx", index,
            vm->name, what, section->bytes, section->gpa, BUNDLE_GUEST_RAM_BASE, memory_end);
    return true;
}

/* Was a section with the same bytes and CRC checked before? VMs may share their files. */
static bool was_checked(const struct check *check, unsigned index, unsigned which)
{
    const struct bundle_section *section = section_of(&check->vm[index], which);

    for (unsigned before = 0; before < index * SECTIONS + which; before++) {
        const struct bundle_section *other =
            section_of(&check->vm[before / SECTIONS], before % SECTIONS);
        if (other->offset == section->offset && other->bytes == section->bytes &&
            other->crc == section->crc)
            return true;
    }
    return false;
}

static bool check_section(const struct check *check, unsigned index, unsigned which)
{
    const struct bundle_vm *vm = &check->vm[index];
    const struct bundle_section *section = section_of(vm, which);
    bool required = section != &vm->initrd;

    if (section->reserved != 0)
        return refuse(check, "VM %u \"%s\": reserved word of its %s is 0x%x, expected 0", index,
                      vm->name, section_names[which], section->reserved);
    if (section->bytes == 0)
        return !required ||
               refuse(check, "VM %u \"%s\": has no %s", index, vm->name, section_names[which]);
    if (!check_place(check, index, which))
        return false;
    for (unsigned other = 0; other < which; other++) {
        const struct bundle_section *before = section_of(vm, other);
        if (overlap(section->gpa, section->bytes, before->gpa, before->bytes))
            return refuse(check, "VM %u \"%s\": %s at 0x%lx overlaps %s at 0x%lx", index, vm->name,
                          section_names[which], section->gpa, section_names[other], before->gpa);
    }
    if (was_checked(check, index, which))
        return true;
    uint32_t crc = crc32(0, check->bytes + section->offset, section->bytes);
    if (crc != section->crc)
        return refuse(check, "VM %u \"%s\": CRC-32 of its %s is 0x%08x, expected 0x%08x", index,
                      vm->name, section_names[which], crc, section->crc);
    return true;
}

static bool check_entry(const struct check *check, unsigned index)
{
    const struct bundle_vm *vm = &check->vm[index];

    if (vm->entry < vm->image.gpa || vm->entry - vm->image.gpa >= vm->image.bytes)
        return refuse(check, "VM %u \"%s\": entry 0x%lx, its image is 0x%lx to 0x%lx", index,
                      vm->name, vm->entry, vm->image.gpa, vm->image.gpa + vm->image.bytes);
    if (vm->entry % 2 != 0)
        return refuse(check, "VM %u \"%s\": entry 0x%lx is odd, no instruction can be there", index,
                      vm->name, vm->entry);
    return true;
}

/* Devicetree Specification, "Flattened Devicetree (DTB) Format", on alignment. */
static bool check_tree_alignment(const struct check *check, unsigned index)
{
    const struct bundle_vm *vm = &check->vm[index];

    if (vm->dtb.gpa % 8 != 0)
        return refuse(check, "VM %u \"%s\": device tree at 0x%lx, expected a multiple of 8", index,
                      vm->name, vm->dtb.gpa);
    return true;
}

static bool check_vm(const struct check *check, unsigned index)
{
    if (!check_name(check, index) || !check_shares(check, index) || !check_memory(check, index))
        return false;
    for (unsigned which = 0; which < SECTIONS; which++)
        if (!check_section(check, index, which))
            return false;
    return check_tree_alignment(check, index) && check_entry(check, index);
}

bool bundle_open(struct bundle *bundle, const void *data, size_t room, uint64_t memory_limit,
                 char *why, size_t why_room)
{
    const struct bundle_header *header = data;
    struct check check = {
        .bytes = data, .vm = (const void *)(header + 1), .why = why, .why_room = why_room};
    uint64_t left = memory_limit;

    if (!check_header(&check, header, room))
        return false;
    for (unsigned i = 0; i < check.vm_count; i++) {
        const struct bundle_vm *vm = &check.vm[i];
        if (!check_vm(&check, i))
            return false;
        if ((vm->flags & BUNDLE_VM_MANUAL) != 0)
            continue;
        if (vm->memory > left)
            return refuse(&check, "VM %u \"%s\": memory of 0x%lx bytes, 0x%lx of 0x%lx are left", i,
                          vm->name, vm->memory, left, memory_limit);
        left -= vm->memory;
    }
    *bundle = (struct bundle){.bytes = check.bytes, .header = header, .vm = check.vm};
    return true;
}
