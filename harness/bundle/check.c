/* Checking a bundle as its reader must: nothing is believed before its CRC was. */
#include <ctype.h>
#include <string.h>

#include "bundle/pack.h"
#include "lib/crc32.h"

#define ULL(value) ((unsigned long long)(value))

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
    return 0;
}

static int check_section(const struct bundle_header *header, const struct bundle_vm *vm,
                         const char *what, const struct bundle_section *section,
                         struct error *error)
{
    if (section->bytes == 0 && strcmp(what, "initrd") != 0)
        return error_set(error, "VM \"%.24s\": no %s", vm->name, what);
    if (section->bytes > header->total_bytes ||
        section->offset > header->total_bytes - section->bytes)
        return error_set(error, "VM \"%.24s\": %s ends outside the bundle", vm->name, what);
    if (section->bytes > vm->memory || section->gpa < BUNDLE_GUEST_RAM_BASE ||
        section->gpa - BUNDLE_GUEST_RAM_BASE > vm->memory - section->bytes) {
        if (section->bytes != 0)
            return error_set(error, "VM \"%.24s\": %s is outside the VM's memory", vm->name, what);
    }
    uint32_t crc = crc32_update(0, (const char *)header + section->offset, section->bytes);
    if (crc != section->crc)
        return error_set(error, "VM \"%.24s\": %s damaged: CRC-32 is %08x, expected %08x", vm->name,
                         what, crc, section->crc);
    return 0;
}

static int check_vm(const struct bundle_header *header, const struct bundle_vm *vm,
                    struct error *error)
{
    if (vm->name[0] == '\0' || memchr(vm->name, '\0', sizeof(vm->name)) == NULL)
        return error_set(error, "a VM's name is empty or not terminated");
    if (check_section(header, vm, "image", &vm->image, error) != 0 ||
        check_section(header, vm, "device tree", &vm->dtb, error) != 0)
        return -1;
    return check_section(header, vm, "initrd", &vm->initrd, error);
}

int bundle_check(const void *data, size_t bytes, const struct bundle_header **header,
                 struct error *error)
{
    const struct bundle_header *candidate = data;
    if (check_header(candidate, bytes, error) != 0 || check_table(candidate, error) != 0)
        return -1;
    for (uint32_t i = 0; i < candidate->vm_count; i++) {
        if (check_vm(candidate, &bundle_table(candidate)[i], error) != 0)
            return -1;
    }
    *header = candidate;
    return 0;
}
