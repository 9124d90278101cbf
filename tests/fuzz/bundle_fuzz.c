/*
 * Whatever the bytes are, VM descriptions, guest images and bundles are taken or refused with a
 * line, within bounds. The first byte chooses which of them the rest is.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/image.h"
#include "bundle/pack.h"
#include "bundle/spec.h"

static void check_error(int result, const struct error *error)
{
    if (result != 0 && (error->text[0] == '\0' || error->status == COACH_OK))
        abort();
}

static void fuzz_spec(const uint8_t *data, size_t bytes)
{
    struct vm_spec spec;
    struct error error = {0};
    char *text = malloc(bytes + 1);
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    int result = vm_spec_parse(text, &spec, &error);
    check_error(result, &error);
    if (result == 0)
        vm_spec_free(&spec);
    free(text);
}

static void fuzz_image(const uint8_t *data, size_t bytes)
{
    struct image image;
    struct error error = {0};
    uint64_t memory = 8u << 20;
    int result = image_from_bytes("image", data, bytes, memory, &image, &error);
    check_error(result, &error);
    if (result != 0)
        return;
    uint64_t end = image.gpa + image.bytes.length;
    if (image.gpa < BUNDLE_GUEST_RAM_BASE || end > image.end ||
        image.end > BUNDLE_GUEST_RAM_BASE + memory || image.entry < image.gpa || image.entry >= end)
        abort();
    image_free(&image);
}

static void fuzz_bundle(const uint8_t *data, size_t bytes)
{
    const struct bundle_header *header;
    struct error error = {0};
    void *aligned = malloc(bytes ? bytes : 1);
    memcpy(aligned, data, bytes);
    check_error(bundle_check(aligned, bytes, &header, &error), &error);
    free(aligned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static void (*const targets[])(const uint8_t *, size_t) = {fuzz_spec, fuzz_image, fuzz_bundle};
    if (bytes > 0)
        targets[data[0] % 3](data + 1, bytes - 1);
    return 0;
}
