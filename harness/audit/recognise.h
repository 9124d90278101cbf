/*
 * Whose second stage a tree is, by what coach packed and where the trees lie: never by what the
 * hypervisor says of itself.
 */
#ifndef AUDIT_RECOGNISE_H
#define AUDIT_RECOGNISE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/bundle.h"
#include "machine/ram.h"

/* The boot bundle, where QEMU puts an initrd behind a kernel at `kernel`, and its address in *at.
 * NULL: none there. */
const struct bundle_header *recognise_bundle(const struct ram *ram, uint64_t kernel, uint64_t *at);

/* Whether the device tree and the image's begin of the bundle's VM `number` stand, as they were
 * packed, in the memory that this second stage gives. bundle: its address. */
bool recognise_vm(const struct ram *ram, uint64_t hgatp, uint64_t bundle, uint32_t number);

/* Whether those of any VM do. bundle NULL: no. */
bool recognise_any(const struct ram *ram, uint64_t hgatp, const struct bundle_header *bundle,
                   uint64_t at);

/* Whether the tree's root is that of one of these. */
bool root_is_among(const uint64_t *hgatps, size_t count, uint64_t hgatp);

/* Whether the tree's root lies in the memory or the tables of one of the trees in `later`. */
bool root_is_reused(const struct ram *ram, uint64_t hgatp, const uint64_t *later, size_t count);

#endif
