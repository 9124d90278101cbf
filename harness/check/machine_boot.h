/*
 * What a check's machine is started with: the bundle of its VMs, and the hypervisor's boot
 * arguments. A part of check/machine.c.
 */
#ifndef CHECK_MACHINE_BOOT_H
#define CHECK_MACHINE_BOOT_H

#include "check/machine.h"

/* Packs the scenario's VMs into machine->bundle, and notes of each its image and device tree. 0;
 * or -1 with *error: an image or initrd that cannot be read or does not fit. */
int machine_pack(struct machine *machine, struct error *error);

/* The packed bundle in a file without a name. A descriptor, which the caller closes; or -1 with
 * *error. */
int machine_bundle_file(struct machine *machine, struct error *error);

/* The boot arguments: trace, what the check asks for with its seed filled in, and the console's
 * lines, which the hypervisor types itself (at=MILLISECONDS:WORD:WORD), so that the instant is
 * exact. The caller frees them. */
char *machine_boot_arguments(const struct check *check, uint64_t seed);

#endif
