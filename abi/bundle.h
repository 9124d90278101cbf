/*
 * The boot bundle: what `coach` packs on the host and the hypervisor finds where the
 * board's device tree says the initrd is. One header, one table of VMs, then the files.
 * Everything is little-endian; every offset counts from the first byte of the header.
 *
 *     +--------------------+ 0
 *     | bundle_header      |
 *     +--------------------+ BUNDLE_HEADER_BYTES
 *     | bundle_vm [0]      |
 *     | …                  |   vm_count entries
 *     +--------------------+
 *     | image, dtb, initrd |   each section aligned to 4096, each with its own CRC-32
 *     +--------------------+ total_bytes
 */
#ifndef ABI_BUNDLE_H
#define ABI_BUNDLE_H

#include <stdint.h>

#define BUNDLE_MAGIC        "SGBUNDLE" /* 8 bytes, no terminator in the file */
#define BUNDLE_VERSION      1
#define BUNDLE_HEADER_BYTES 64
#define BUNDLE_ALIGN        4096
#define BUNDLE_MAX_VMS      16
#define BUNDLE_MAX_VCPUS    8
#define BUNDLE_NAME_BYTES   24

/* Guest-physical address at which every VM's RAM begins, as on QEMU's virt board. */
#define BUNDLE_GUEST_RAM_BASE 0x80000000ull

struct bundle_header {
    char magic[8];        /* BUNDLE_MAGIC */
    uint32_t version;     /* BUNDLE_VERSION */
    uint32_t vm_count;    /* 1 … BUNDLE_MAX_VMS */
    uint64_t total_bytes; /* of the whole bundle; the initrd may be longer, never shorter */
    uint32_t table_crc;   /* CRC-32 of header (this field taken as 0) and VM table */
    uint32_t reserved[9]; /* 0 */
};

/* A file in the bundle and the place in the guest that it is copied to. bytes == 0: absent. */
struct bundle_section {
    uint64_t offset;   /* from the start of the bundle, a multiple of BUNDLE_ALIGN */
    uint64_t bytes;    /* length of the file */
    uint64_t gpa;      /* guest-physical address of its first byte */
    uint32_t crc;      /* CRC-32 (IEEE 802.3, as zlib's) of its bytes */
    uint32_t reserved; /* 0 */
};

#define BUNDLE_VM_MANUAL 1u /* do not create at boot: waits for the console's `create` */

struct bundle_vm {
    char name[BUNDLE_NAME_BYTES]; /* NUL-padded, unique, [A-Za-z0-9_-]+ */
    uint32_t vcpus;               /* 1 … BUNDLE_MAX_VCPUS */
    uint32_t weight;              /* share of the CPU relative to the other VMs, 1 … 10000 */
    uint32_t cap;                 /* most that the VM may use, percent of one hart; 0: no cap */
    uint32_t flags;               /* BUNDLE_VM_… */
    uint64_t memory;              /* bytes of RAM from BUNDLE_GUEST_RAM_BASE, a multiple of 4096 */
    uint64_t entry;               /* guest-physical address of the first instruction */
    struct bundle_section image;  /* required */
    struct bundle_section dtb;    /* required; its gpa, 8-aligned, is given to the guest in a1 */
    struct bundle_section initrd; /* optional */
};

_Static_assert(sizeof(struct bundle_header) == BUNDLE_HEADER_BYTES, "bundle header is 64 bytes");
_Static_assert(sizeof(struct bundle_section) == 32, "bundle section is 32 bytes");
_Static_assert(sizeof(struct bundle_vm) == 152, "bundle VM entry is 152 bytes");

#endif
