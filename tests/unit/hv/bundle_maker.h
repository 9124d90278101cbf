/* Makes boot bundles, right in all but what a test then changes. */
#ifndef TESTS_UNIT_HV_BUNDLE_MAKER_H
#define TESTS_UNIT_HV_BUNDLE_MAKER_H

#include "abi/bundle.h"
#include <stddef.h>

#define MAKER_BYTES (64 * 4096)

struct maker {
    _Alignas(4096) uint8_t bytes[MAKER_BYTES];
};

/* A bundle of `vms` VMs "vm0", "vm1" … of 1 MiB, each with image, device tree and initrd. */
void maker_begin(struct maker *maker, unsigned vms);
struct bundle_header *maker_header(struct maker *maker);
struct bundle_vm *maker_vm(struct maker *maker, unsigned index);
/* Writes the CRC-32s that belong to what the bundle now says, where that lies in the bundle. */
void maker_seal(struct maker *maker);

#endif
