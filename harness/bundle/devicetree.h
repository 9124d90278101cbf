/*
 * The device tree that a guest is handed (a1 at its entry), as a board of QEMU's `virt` family
 * describes itself: chosen, memory, cpus. Each kind of node is one function, so that a device
 * model adds one more (Devicetree Specification 0.4; Linux's riscv/cpus.yaml).
 */
#ifndef HARNESS_BUNDLE_DEVICETREE_H
#define HARNESS_BUNDLE_DEVICETREE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buffer.h"
#include "lib/error.h"

struct devicetree_options {
    uint64_t memory; /* bytes of RAM from BUNDLE_GUEST_RAM_BASE */
    uint32_t vcpus;
    const char *args;      /* chosen/bootargs, or NULL */
    uint64_t initrd_start; /* guest-physical; equal to initrd_end: none */
    uint64_t initrd_end;
    bool sstc; /* the machine has stimecmp, and says so to guests */
};

/* Adds the tree to *out, which must be empty. 0, or -1 with *error: text too long for a tree. */
int devicetree_write(const struct devicetree_options *options, struct buffer *out,
                     struct error *error);

#endif
