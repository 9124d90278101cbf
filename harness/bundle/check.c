/* Checking a bundle as its reader must: nothing is believed before its CRC was. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "bundle/pack.h"
#include "lib/crc32.h"

#define ULL(value) ((unsigned long long)(value))

#define MAX_WEIGHT 10000
#define MAX_MEMORY ((1ull << 41) - BUNDLE_GUEST_RAM_BASE) /* guest-physical addresses: 41 bits */

const struct bundle_vm *bundle_table(const struct bundle_header *header)
{
    return (const struct bundle_vm *)(const void *)((const char *)header + BUNDLE_HEADER_BYTES);
}

static int check_header(const struct bundle_header *header, size_t bytes, struct error *error)
{
    if (bytes < BUNDLE_HEADER_BYTES)
        return error_set(error, "bundle of %zu bytes: cut short, its header has %d", bytes,
                         BUNDLE_HEADER_BYTES);
    if (memcmp(header->magic, BUNDLE_MAGIC, sizeof(header->magic)) != 0)
        return error_set(error, "not a bundle: it does not begin with " BUNDLE_MAGIC);
    if (header->version != BUNDLE_VERSION)
        return error_set(error, "bundle of version %u, expected %d", header->version,
                         BUNDLE_VERSION);
    if (header->vm_count < 1 || header->vm_count > BUNDLE_MAX_VMS)
        return error_set(error, "bundle of %u VMs, expected 1 to %d", header->vm_count,
                         BUNDLE_MAX_VMS);
    if (header->total_bytes > bytes)
        return error_set(error, "bundle cut short: %zu of %llu bytes", bytes,
                         ULL(header->total_bytes));
    return 0;
}

static int check_table(const struct bundle_header *header, struct error *error)
{
    size_t table = header->vm_count * sizeof(struct bundle_vm);
    if (header->total_bytes < BUNDLE_HEADER_BYTES + table)
        return error_set(error, "bundle of %llu bytes: too short for a table of %u VMs",
                         ULL(header->total_bytes), header->vm_count);
    struct bundle_header copy = *header;
    copy.table_crc = 0;
    uint32_t crc = crc32_update(0, &copy, sizeof(copy));
    crc = crc32_update(crc, bundle_table(header), table);
    if (crc != header->table_crc)
        return error_set(error, "bundle damaged: CRC-32 of its table is %08x, expected %08x", crc,
                         header->table_crc);
    for (size_t i = 0; i < sizeof(header->reserved) / sizeof(header->reserved[0]); i++) {
        if (header->reserved[i] != 0)
            return error_set(error, "bundle: reserved word %zu of its header is %#x, expected 0", i,
                             header->reserved[i]);
    }
    return 0;
}

static int check_section(const struct bundle_header *header, const struct bundle_vm *vm,
                         const char *what, const struct bundle_section *section,
                         struct error *error)
{
    if (section->reserved != 0)
        return error_set(error, "VM \"%s\": reserved word of its %s is %#x, expected 0", vm->name,
                         what, section->reserved);
    if (section->bytes == 0)
        return strcmp(what, "initrd") == 0 ? 0
                                           : error_set(error, "VM \"%s\": no %s", vm->name, what);
    if (section->offset == 0 || section->offset % BUNDLE_ALIGN != 0)
        return error_set(error, "VM \"%s\": %s at offset %#llx, expected a multiple of %d",
                         vm->name, what, ULL(section->offset), BUNDLE_ALIGN);
    if (section->bytes > header->total_bytes ||
        section->offset > header->total_bytes - section->bytes)
        return error_set(error, "VM \"%s\": %s ends outside the bundle", vm->name, what);
    if (section->bytes > vm->memory || section->gpa < BUNDLE_GUEST_RAM_BASE ||
        section->gpa - BUNDLE_GUEST_RAM_BASE > vm->memory - section->bytes)
        return error_set(error, "VM \"%s\": %s is outside the VM's memory", vm->name, what);
    uint32_t crc = crc32_update(0, (const char *)header + section->offset, section->bytes);
    if (crc != section->crc)
        return error_set(error, "VM \"%s\": %s damaged: CRC-32 is %08x, expected %08x", vm->name,
                         what, crc, section->crc);
    return 0;
}

static int check_name(const struct bundle_vm *vm, struct error *error)
{
    size_t length = strnlen(vm->name, sizeof(vm->name));
    if (length == 0 || length == sizeof(vm->name))
        return error_set(error, "a VM's name is empty or not terminated");
    for (size_t i = 0; i < length; i++) {
        char byte = vm->name[i];
        if (!isalnum((unsigned char)byte) && byte != '_' && byte != '-')
            return error_set(error, "byte %#x in a VM's name, expected A-Z a-z 0-9 _ -",
                             (unsigned char)byte);
    }
    for (size_t i = length; i < sizeof(vm->name); i++) {
        if (vm->name[i] != '\0')
            return error_set(error, "VM \"%s\": byte %#x behind its name, expected 0", vm->name,
                             (unsigned char)vm->name[i]);
    }
    return 0;
}

static int check_shares(const struct bundle_vm *vm, struct error *error)
{
    if (vm->vcpus < 1 || vm->vcpus > BUNDLE_MAX_VCPUS)
        return error_set(error, "VM \"%s\": %u vCPUs, expected 1 to %d", vm->name, vm->vcpus,
                         BUNDLE_MAX_VCPUS);
    if (vm->weight < 1 || vm->weight > MAX_WEIGHT)
        return error_set(error, "VM \"%s\": weight %u, expected 1 to %d", vm->name, vm->weight,
                         MAX_WEIGHT);
    if (vm->cap > 100 * vm->vcpus)
        return error_set(error, "VM \"%s\": cap of %u %%, at most %u %% for %u vCPUs", vm->name,
                         vm->cap, 100 * vm->vcpus, vm->vcpus);
    if ((vm->flags & ~BUNDLE_VM_MANUAL) != 0)
        return error_set(error, "VM \"%s\": flags %#x, only %#x is known", vm->name, vm->flags,
                         BUNDLE_VM_MANUAL);
    if (vm->memory == 0 || vm->memory % BUNDLE_ALIGN != 0 || vm->memory > MAX_MEMORY)
        return error_set(error,
                         "VM \"%s\": memory of %#llx bytes, expected a multiple of %d up to %#llx",
                         vm->name, ULL(vm->memory), BUNDLE_ALIGN, MAX_MEMORY);
    return 0;
}

static bool overlap(const struct bundle_section *a, const struct bundle_section *b)
{
    return a->bytes != 0 && b->bytes != 0 && a->gpa < b->gpa + b->bytes &&
           b->gpa < a->gpa + a->bytes;
}

/* How the sections lie in the guest; each lies in its memory. */
static int check_places(const struct bundle_vm *vm, struct error *error)
{
    if (overlap(&vm->image, &vm->dtb) || overlap(&vm->image, &vm->initrd) ||
        overlap(&vm->dtb, &vm->initrd))
        return error_set(error, "VM \"%s\": image, device tree or initrd overlap in its memory",
                         vm->name);
    if (vm->dtb.gpa % 8 != 0)
        return error_set(error, "VM \"%s\": device tree at %#llx, expected a multiple of 8",
                         vm->name, ULL(vm->dtb.gpa));
    if (vm->entry % 2 != 0 || vm->entry < vm->image.gpa ||
        vm->entry - vm->image.gpa >= vm->image.bytes)
        return error_set(error, "VM \"%s\": entry %#llx, expected even and in its image at %#llx",
                         vm->name, ULL(vm->entry), ULL(vm->image.gpa));
    return 0;
}

static int check_vm(const struct bundle_header *header, const struct bundle_vm *vm,
                    struct error *error)
{
    if (check_name(vm, error) != 0 || check_shares(vm, error) != 0 ||
        check_section(header, vm, "image", &vm->image, error) != 0 ||
        check_section(header, vm, "device tree", &vm->dtb, error) != 0 ||
        check_section(header, vm, "initrd", &vm->initrd, error) != 0)
        return -1;
    return check_places(vm, error);
}

/* Is the name of VM number `index` that of one before it? Both are terminated. */
static bool is_taken(const struct bundle_vm *table, uint32_t index)
{
    for (uint32_t i = 0; i < index; i++) {
        if (strcmp(table[i].name, table[index].name) == 0)
            return true;
    }
    return false;
}

int bundle_check(const void *data, size_t bytes, const struct bundle_header **header,
                 struct error *error)
{
    const struct bundle_header *candidate = data;
    if (check_header(candidate, bytes, error) != 0 || check_table(candidate, error) != 0)
        return -1;
    for (uint32_t i = 0; i < candidate->vm_count; i++) {
        const struct bundle_vm *table = bundle_table(candidate);
        if (check_vm(candidate, &table[i], error) != 0)
            return -1;
        if (is_taken(table, i))
            return error_set(error, "VM \"%s\": another VM has the same name", table[i].name);
    }
    *header = candidate;
    return 0;
}
