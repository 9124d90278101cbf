/*
 * Guest images: what kinds there are and where their bytes go. ELF files are flattened by their
 * segments' physical addresses; a Linux `Image` says its own place (Documentation/arch/riscv/
 * boot-image-header.rst); anything else is raw and goes where firmware would jump.
 */
#ifndef HARNESS_BUNDLE_IMAGE_H
#define HARNESS_BUNDLE_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buffer.h"
#include "lib/error.h"

#define IMAGE_RAW_ADDRESS 0x80200000ull

struct image {
    struct buffer bytes; /* to be copied to `gpa` */
    uint64_t gpa;
    uint64_t end;   /* first address after what the image uses, .bss too */
    uint64_t entry; /* guest-physical */
};

/*
 * Reads and lays out the image at `path` for a VM of `memory` bytes of RAM. 0; or -1 with
 * *error: not readable, empty, text, compressed, for another machine, cut short, out of that RAM.
 */
int image_load(const char *path, uint64_t memory, struct image *image, struct error *error);

/* The same from bytes in memory; `path` is used in errors only. */
int image_from_bytes(const char *path, const void *data, size_t bytes, uint64_t memory,
                     struct image *image, struct error *error);

void image_free(struct image *image);

#endif
