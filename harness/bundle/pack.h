/* Boot bundles: packed from VM descriptions, read back and checked. The format is abi/bundle.h. */
#ifndef HARNESS_BUNDLE_PACK_H
#define HARNESS_BUNDLE_PACK_H

#include <stdbool.h>

#include "abi/bundle.h"
#include "bundle/spec.h"
#include "lib/buffer.h"
#include "lib/error.h"

struct pack_options {
    bool sstc; /* the machine has Sstc: the guests' device trees say so */
};

/*
 * Packs `count` VMs into *out (empty before). Reads each VM's files, writes its device tree,
 * places all in its memory without overlap. 0; or -1 with *error, which names the VM.
 */
int bundle_pack(const struct vm_spec *specs, unsigned count, const struct pack_options *options,
                struct buffer *out, struct error *error);

/* As bundle_pack, into a nameless file for qemu_options.bundle_fd. The descriptor, or -1. */
int bundle_pack_nameless(const struct vm_spec *specs, unsigned count,
                         const struct pack_options *options, struct error *error);

/* Whether QEMU's -cpu argument leaves Sstc on ("rv64" does, "rv64,sstc=off" does not). */
bool cpu_has_sstc(const char *cpu);

/*
 * Checks all of a bundle: header, table, bounds, every CRC. On success *header points into data
 * and the VM table follows it. 0, or -1 with *error. data must be aligned to 8.
 */
int bundle_check(const void *data, size_t bytes, const struct bundle_header **header,
                 struct error *error);

/* The VM table behind a checked header. */
const struct bundle_vm *bundle_table(const struct bundle_header *header);

#endif
