/*
 * The boot bundle as the hypervisor takes it: checked in full before the first VM is made.
 * The format is abi/bundle.h.
 */
#ifndef HV_VM_BUNDLE_H
#define HV_VM_BUNDLE_H

#include "abi/bundle.h"
#include <stdbool.h>
#include <stddef.h>

struct bundle {
    const uint8_t *bytes;
    const struct bundle_header *header;
    const struct bundle_vm *vm; /* header->vm_count entries */
};

/* Takes the bundle in `room` bytes at data (8-aligned). Checks: magic, version, count, lengths
 * (all arithmetic overflow-safe), every CRC, names (characters, termination, unique), vcpus,
 * weight, cap ≤ 100 × vcpus, memory (non-zero, page multiple, ends below the guest-physical
 * limit 2^41), that sections lie in the bundle, do not overlap in the guest, lie in its
 * memory, that the device tree is 8-aligned there, that entry lies in the image, and that reserved
 * fields are 0. memory_limit: the most RAM that all VMs that are
 * created at boot may ask for together, in bytes.
 * False: `why` (room for why_room bytes) has one line that says what was found, what was
 * expected and where: «VM 2 "beta": image ends at 0x…, its memory at 0x…». */
bool bundle_open(struct bundle *bundle, const void *data, size_t room, uint64_t memory_limit,
                 char *why, size_t why_room);

#endif
