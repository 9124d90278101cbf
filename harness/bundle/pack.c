/* Packing: each VM's files are read, placed in its memory and put one after the other. */
#include "bundle/pack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "bundle/devicetree.h"
#include "bundle/image.h"
#include "lib/crc32.h"
#include "lib/file.h"
#include "model/model.h"

#define RAM_BASE   BUNDLE_GUEST_RAM_BASE
#define ULL(value) ((unsigned long long)(value))

/* Device tree and initrd lie in the first 512 MiB, which early boot code maps. */
#define LOW_MEMORY (512ull << 20)
#define LARGE_PAGE (2ull << 20)

/* What of a VM goes into its memory. */
struct parts {
    struct image image;
    struct buffer devicetree;
    struct buffer initrd;
    uint64_t devicetree_gpa;
    uint64_t initrd_gpa;
};

static void parts_free(struct parts *parts)
{
    image_free(&parts->image);
    buffer_free(&parts->devicetree);
    buffer_free(&parts->initrd);
}

static uint64_t page_down(uint64_t address)
{
    return address & ~(uint64_t)(BUNDLE_ALIGN - 1);
}

/*
 * From the top of low memory down: device tree, initrd. If memory ends with a part of 2 MiB, and
 * there is room below, then nothing is placed in that part: a large page of the second stage would
 * reach beyond the end there, and that must be able to happen. A tree's size does not depend on the
 * initrd's address, so a first writing tells the size and the second one stands.
 */
static int place(const struct vm_spec *spec, struct devicetree_options *tree, struct parts *parts,
                 struct error *error)
{
    uint64_t top = RAM_BASE + (spec->memory < LOW_MEMORY ? spec->memory : LOW_MEMORY);
    uint64_t used = parts->image.end - RAM_BASE + BUNDLE_ALIGN;
    tree->initrd_start = 0;
    tree->initrd_end = parts->initrd.length;
    if (devicetree_write(tree, &parts->devicetree, error) != 0)
        return -1;
    uint64_t more = parts->devicetree.length + parts->initrd.length + 2 * BUNDLE_ALIGN;
    uint64_t part = top % LARGE_PAGE;
    if (parts->initrd.length <= spec->memory && used + more + part <= top - RAM_BASE)
        top -= part;
    if (parts->initrd.length > spec->memory || used + more > top - RAM_BASE)
        return error_set(error,
                         "image (up to %#llx), initrd (%zu bytes) and device tree (%zu) do not fit "
                         "in memory up to %#llx; give it more memory",
                         ULL(parts->image.end), parts->initrd.length, parts->devicetree.length,
                         ULL(top));
    parts->devicetree_gpa = page_down(top - parts->devicetree.length);
    parts->initrd_gpa = page_down(parts->devicetree_gpa - parts->initrd.length);
    tree->initrd_start = parts->initrd_gpa;
    tree->initrd_end = parts->initrd_gpa + parts->initrd.length;
    buffer_free(&parts->devicetree);
    return devicetree_write(tree, &parts->devicetree, error);
}

/* What an image has no bytes for is for its own start to clear: no board hands over zeroes. */
static void fill_bss(struct image *image)
{
    const uint64_t seed = 1;
    uint64_t word;

    for (uint64_t at = image->gpa + image->bytes.length; at < image->end; at++) {
        word = model_fill_word(seed, at & ~7ull);
        buffer_add(&image->bytes, (const char *)&word + at % 8, 1);
    }
}

static int load(const struct vm_spec *spec, const struct pack_options *options, struct parts *parts,
                struct error *error)
{
    if (image_load(spec->image, spec->memory, &parts->image, error) != 0)
        return -1;
    if (spec->bss_filled)
        fill_bss(&parts->image);
    if (spec->initrd != NULL && file_read(spec->initrd, &parts->initrd, error) != 0)
        return -1;
    if (spec->initrd != NULL && parts->initrd.length == 0)
        return error_set(error, "%s: is empty", spec->initrd);
    struct devicetree_options tree = {
        .memory = spec->memory, .vcpus = spec->vcpus, .args = spec->args, .sstc = options->sstc};
    return place(spec, &tree, parts, error);
}

static struct bundle_section add_section(struct buffer *out, const struct buffer *part,
                                         uint64_t gpa)
{
    if (part->length == 0)
        return (struct bundle_section){0};
    buffer_align(out, BUNDLE_ALIGN);
    struct bundle_section section = {.offset = out->length,
                                     .bytes = part->length,
                                     .gpa = gpa,
                                     .crc = crc32_update(0, part->data, part->length)};
    buffer_add(out, part->data, part->length);
    return section;
}

static struct bundle_vm add_parts(struct buffer *out, const struct vm_spec *spec,
                                  const struct parts *parts)
{
    struct bundle_vm vm = {.vcpus = spec->vcpus,
                           .weight = spec->weight,
                           .cap = spec->cap,
                           .flags = spec->manual ? BUNDLE_VM_MANUAL : 0,
                           .memory = spec->memory,
                           .entry = parts->image.entry};
    memcpy(vm.name, spec->name, strnlen(spec->name, sizeof(vm.name))); /* zeros behind it */
    vm.image = add_section(out, &parts->image.bytes, parts->image.gpa);
    vm.dtb = add_section(out, &parts->devicetree, parts->devicetree_gpa);
    vm.initrd = add_section(out, &parts->initrd, parts->initrd_gpa);
    return vm;
}

static int add_vm(const struct vm_spec *spec, unsigned index, const struct pack_options *options,
                  struct buffer *out, struct error *error)
{
    struct parts parts = {0};
    int result = vm_spec_check(spec, error);
    if (result == 0)
        result = load(spec, options, &parts, error);
    if (result == 0) {
        struct bundle_vm vm = add_parts(out, spec, &parts);
        size_t at = BUNDLE_HEADER_BYTES + index * sizeof(vm);
        memcpy(out->data + at, &vm, sizeof(vm));
    } else {
        error_prefix(error, "VM \"%s\"", spec->name);
    }
    parts_free(&parts);
    return result;
}

static void add_header(struct buffer *out, unsigned count)
{
    struct bundle_header header = {
        .version = BUNDLE_VERSION, .vm_count = count, .total_bytes = out->length};
    memcpy(header.magic, BUNDLE_MAGIC, sizeof(header.magic));
    memcpy(out->data, &header, sizeof(header));
    header.table_crc =
        crc32_update(0, out->data, BUNDLE_HEADER_BYTES + count * sizeof(struct bundle_vm));
    memcpy(out->data, &header, sizeof(header));
}

int bundle_pack(const struct vm_spec *specs, unsigned count, const struct pack_options *options,
                struct buffer *out, struct error *error)
{
    if (count < 1 || count > BUNDLE_MAX_VMS)
        return error_set(error, "%u VMs: expected 1 to %d (--vm image=FILE)", count,
                         BUNDLE_MAX_VMS);
    size_t table_end = BUNDLE_HEADER_BYTES + count * sizeof(struct bundle_vm);
    memset(buffer_reserve(out, table_end), 0, table_end);
    out->length = table_end;
    for (unsigned i = 0; i < count; i++) {
        if (add_vm(&specs[i], i, options, out, error) != 0) {
            buffer_free(out);
            return -1;
        }
    }
    buffer_align(out, BUNDLE_ALIGN);
    add_header(out, count);
    return 0;
}

int bundle_pack_nameless(const struct vm_spec *specs, unsigned count,
                         const struct pack_options *options, struct error *error)
{
    struct buffer bundle = {0};
    if (bundle_pack(specs, count, options, &bundle, error) != 0)
        return -1;
    int fd = file_nameless("bundle", error);
    if (fd >= 0 && write_all(fd, bundle.data, bundle.length) != 0) {
        error_fault(error, "bundle of %zu bytes: %s", bundle.length, strerror(errno));
        close(fd);
        fd = -1;
    }
    buffer_free(&bundle);
    return fd;
}

bool cpu_has_sstc(const char *cpu)
{
    return strstr(cpu, "sstc=off") == NULL && strstr(cpu, "sstc=false") == NULL;
}
