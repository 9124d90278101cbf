/*
 * Boot bundles of any content. The first byte chooses whether magic and CRCs are made right
 * first, so that the fuzzer gets behind them. What is taken must be as bundle.h promises.
 */
#include "vm/bundle.h"

#include "lib/crc32.h"
#include <stdlib.h>
#include <string.h>

#define MEMORY_LIMIT (64ull << 20)

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void seal_section(uint8_t *bytes, size_t room, struct bundle_section *section)
{
    if (section->offset <= room && section->bytes <= room - section->offset)
        section->crc = crc32(0, bytes + section->offset, section->bytes);
}

static void seal(uint8_t *bytes, size_t room)
{
    struct bundle_header *header = (struct bundle_header *)bytes;
    struct bundle_vm *vm = (struct bundle_vm *)(header + 1);

    if (room < sizeof *header)
        return;
    memcpy(header->magic, BUNDLE_MAGIC, sizeof header->magic);
    header->version = BUNDLE_VERSION;
    header->vm_count = 1 + header->vm_count % 3;
    uint64_t table = sizeof *header + header->vm_count * sizeof *vm;
    if (room < table)
        return;
    for (unsigned i = 0; i < header->vm_count; i++) {
        seal_section(bytes, room, &vm[i].image);
        seal_section(bytes, room, &vm[i].dtb);
        seal_section(bytes, room, &vm[i].initrd);
    }
    header->table_crc = 0;
    header->table_crc = crc32(0, bytes, table);
}

static void require_section(const struct bundle *bundle, const struct bundle_vm *vm,
                            const struct bundle_section *section, size_t room)
{
    if (section->bytes == 0)
        return;
    require(section->offset <= room && section->bytes <= room - section->offset);
    require(section->gpa >= BUNDLE_GUEST_RAM_BASE);
    uint64_t into = section->gpa - BUNDLE_GUEST_RAM_BASE;
    require(into <= vm->memory && section->bytes <= vm->memory - into);
    require(crc32(0, bundle->bytes + section->offset, section->bytes) == section->crc);
}

static void require_promises(const struct bundle *bundle, size_t room)
{
    uint64_t together = 0;

    for (unsigned i = 0; i < bundle->header->vm_count; i++) {
        const struct bundle_vm *vm = &bundle->vm[i];
        require(strnlen(vm->name, BUNDLE_NAME_BYTES) < BUNDLE_NAME_BYTES);
        require(vm->vcpus >= 1 && vm->vcpus <= BUNDLE_MAX_VCPUS);
        require(vm->weight >= 1 && vm->weight <= 10000 && vm->cap <= 100 * vm->vcpus);
        require(vm->memory != 0 && vm->memory % 4096 == 0);
        require(vm->image.bytes != 0 && vm->dtb.bytes != 0);
        require_section(bundle, vm, &vm->image, room);
        require_section(bundle, vm, &vm->dtb, room);
        require_section(bundle, vm, &vm->initrd, room);
        require(vm->entry >= vm->image.gpa && vm->entry < vm->image.gpa + vm->image.bytes);
        together += (vm->flags & BUNDLE_VM_MANUAL) ? 0 : vm->memory;
        require(together <= MEMORY_LIMIT);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bundle bundle;
    char why[200] = "";

    if (size == 0)
        return 0;
    size_t room = size - 1;
    uint8_t *bytes = malloc(room + 1); /* aligned, and its end is watched */
    memcpy(bytes, data + 1, room);
    if (data[0] & 1)
        seal(bytes, room);
    if (bundle_open(&bundle, bytes, room, MEMORY_LIMIT, why, sizeof why))
        require_promises(&bundle, room);
    else
        require(why[0] != '\0' && strchr(why, '\n') == NULL);
    free(bytes);
    return 0;
}
