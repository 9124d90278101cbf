/* Whose tree is this? By what coach packed: the bundle in RAM, device trees and images. */
#include "audit/recognise.h"

#include <stdlib.h>
#include <string.h>

#include "audit/audit.h"
#include "audit/machine.h"
#include "audit/walk.h"

#define PAGE             4096u
#define INITRD_OFFSET    (128ull << 20) /* QEMU: kernel + min(RAM / 2, 128 MiB) */
#define IMAGE_BEGIN      256            /* bytes of code that no guest changes at once */
#define DEVICE_TREE_MOST (64u << 10)
#define MODE_SV39X4      8ull

const struct bundle_header *recognise_bundle(const struct ram *ram, uint64_t kernel, uint64_t *at)
{
    uint64_t half = ram->bytes / 2;

    *at = (kernel + (half < INITRD_OFFSET ? half : INITRD_OFFSET)) & ~(uint64_t)(PAGE - 1);
    const struct bundle_header *bundle = ram_at(ram, *at, sizeof(*bundle));

    if (!bundle || memcmp(bundle->magic, BUNDLE_MAGIC, sizeof(bundle->magic)) != 0 ||
        bundle->vm_count > BUNDLE_MAX_VMS || !ram_at(ram, *at, bundle->total_bytes))
        return NULL;
    return bundle;
}

/* Whether the section's first bytes, as coach packed them, stand in the tree's memory. */
static bool holds_section(const struct ram *ram, uint64_t hgatp, uint64_t bundle,
                          const struct bundle_section *section, uint64_t most)
{
    uint64_t bytes = section->bytes < most ? section->bytes : most;
    const void *packed = ram_at(ram, bundle + section->offset, bytes);

    if (!packed || bytes == 0)
        return false;
    void *found = malloc(bytes);
    bool same = found && walk_copy(ram, hgatp, section->gpa, found, bytes) &&
                memcmp(found, packed, bytes) == 0;
    free(found);
    return same;
}

bool recognise_vm(const struct ram *ram, uint64_t hgatp, uint64_t bundle, uint32_t number)
{
    const struct bundle_vm *vm =
        ram_at(ram, bundle + BUNDLE_HEADER_BYTES + number * sizeof(*vm), sizeof(*vm));

    return vm && holds_section(ram, hgatp, bundle, &vm->dtb, DEVICE_TREE_MOST) &&
           holds_section(ram, hgatp, bundle, &vm->image, IMAGE_BEGIN);
}

bool recognise_any(const struct ram *ram, uint64_t hgatp, const struct bundle_header *bundle,
                   uint64_t at)
{
    for (uint32_t i = 0; bundle && i < bundle->vm_count; i++) {
        if (recognise_vm(ram, hgatp, at, i))
            return true;
    }
    return false;
}

bool root_is_among(const uint64_t *hgatps, size_t count, uint64_t hgatp)
{
    for (size_t i = 0; i < count; i++) {
        if (HGATP_PPN(hgatps[i]) == HGATP_PPN(hgatp))
            return true;
    }
    return false;
}

struct reuse {
    uint64_t root; /* physical, 16 KiB */
    bool found;
};

static bool reuse_leaf(const struct walk_leaf *leaf, void *argument)
{
    struct reuse *reuse = argument;

    reuse->found =
        reuse->root + 4 * PAGE > leaf->physical && reuse->root < leaf->physical + leaf->bytes;
    return !reuse->found;
}

static bool reuse_table(const struct walk_table *table, void *argument)
{
    struct reuse *reuse = argument;

    reuse->found =
        reuse->root + 4 * PAGE > table->physical && reuse->root < table->physical + table->bytes;
    return !reuse->found;
}

bool root_is_reused(const struct ram *ram, uint64_t hgatp, const uint64_t *later, size_t count)
{
    struct reuse reuse = {.root = HGATP_PPN(hgatp) << 12 & ~0x3fffull};
    const struct walk_visitor visitor = {
        .leaf = reuse_leaf, .table = reuse_table, .argument = &reuse};
    struct walk_count visited;

    for (size_t i = 0; i < count && !reuse.found; i++)
        walk_second_stage(ram, later[i], &visitor, &visited);
    return reuse.found;
}

/* The tree in RAM that holds this VM and is none of the known, nor lies in a known VM's memory;
 * 0: there is none. */
static uint64_t find_tree(const struct ram *ram, uint64_t from, uint64_t bundle, uint32_t number,
                          const uint64_t *known, size_t count)
{
    uint64_t mode = (count ? known[0] >> 60 : MODE_SV39X4) << 60;

    for (uint64_t root = (from + 4 * PAGE - 1) & ~(uint64_t)(4 * PAGE - 1);
         root < ram->base + ram->bytes; root += 4 * PAGE) {
        uint64_t hgatp = mode | root >> 12;

        if (recognise_vm(ram, hgatp, bundle, number) && !root_is_among(known, count, hgatp) &&
            !root_is_reused(ram, hgatp, known, count))
            return hgatp;
    }
    return 0;
}

size_t audit_find_trees(const struct ram *ram, const struct symbols *hypervisor, uint64_t *hgatps,
                        size_t count, size_t most)
{
    uint64_t from, to, at;
    bool taken[AUDIT_VMS] = {false};
    size_t known = count;

    symbols_extent(hypervisor, &from, &to);
    const struct bundle_header *bundle = recognise_bundle(ram, from, &at);
    for (uint32_t vm = 0; bundle && vm < bundle->vm_count; vm++) {
        size_t tree = 0;

        while (tree < known && tree < AUDIT_VMS &&
               (taken[tree] || !recognise_vm(ram, hgatps[tree], at, vm)))
            tree++;
        if (tree < known && tree < AUDIT_VMS) {
            taken[tree] = true;
            continue;
        }
        uint64_t hgatp = find_tree(ram, to, at, vm, hgatps, count);
        if (hgatp && count < most)
            hgatps[count++] = hgatp;
    }
    return count;
}
