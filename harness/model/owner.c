/*
 * Whose second stage is it? A VM is known by its own device tree, which coach packed and which
 * names it: it stands at the packed place in the memory that the tree gives. What was found holds
 * until the model sees another life begin. Privileged ISA, 18.5.1: Guest Physical Address
 * Translation.
 */
#include <stdlib.h>
#include <string.h>

#include "model/parts.h"

#define PAGE_BITS   12
#define PTE_V       1ull
#define PTE_R       2ull
#define PTE_RWX     14ull
#define PTE_U       16ull
#define MODE_SV39X4 8
#define MODE_SV57X4 10
#define PPN_MASK    0xfffffffffffull

struct model_tree {
    uint64_t root; /* mode and PPN of hgatp; the VMID may change in a life */
    int vm;
};

uint64_t model_root(uint64_t hgatp)
{
    return hgatp & (0xfull << 60 | PPN_MASK);
}

static const uint8_t *ram_at(const struct model *model, uint64_t physical, uint64_t bytes)
{
    uint64_t at = physical - model->setup.ram_base;

    return at < model->setup.ram_bytes && bytes <= model->setup.ram_bytes - at
               ? model->setup.ram + at
               : NULL;
}

const uint8_t *model_guest_memory(const struct model *model, uint64_t hgatp, uint64_t address,
                                  uint64_t *left)
{
    unsigned mode = (unsigned)(hgatp >> 60);
    uint64_t table = (hgatp & PPN_MASK & ~3ull) << PAGE_BITS;

    if (mode < MODE_SV39X4 || mode > MODE_SV57X4)
        return NULL;
    unsigned levels = 3 + mode - MODE_SV39X4;
    if (address >> (levels * 9 + PAGE_BITS + 2))
        return NULL;
    for (unsigned level = levels; level-- > 0;) {
        unsigned shift = PAGE_BITS + 9 * level;
        uint64_t index = address >> shift & (level == levels - 1 ? 2047 : 511), entry;
        const uint8_t *at = ram_at(model, table + index * 8, 8);

        if (!at)
            return NULL;
        memcpy(&entry, at, sizeof(entry));
        if (!(entry & PTE_V))
            return NULL;
        table = (entry >> 10 & PPN_MASK) << PAGE_BITS;
        if (!(entry & PTE_RWX))
            continue;
        uint64_t size = 1ull << shift, into = address & (size - 1);
        *left = size - into;
        return (entry & PTE_R) && (entry & PTE_U) ? ram_at(model, (table & ~(size - 1)) + into, 1)
                                                  : NULL;
    }
    return NULL;
}

static bool holds(const struct model *model, uint64_t hgatp, uint64_t address, const uint8_t *bytes,
                  uint64_t count)
{
    while (count) {
        uint64_t part;
        const uint8_t *at = model_guest_memory(model, hgatp, address, &part);

        if (!at)
            return false;
        if (part > count)
            part = count;
        if (at + part > model->setup.ram + model->setup.ram_bytes || memcmp(at, bytes, part) != 0)
            return false;
        address += part;
        bytes += part;
        count -= part;
    }
    return true;
}

bool model_owns(const struct model *model, unsigned vm, uint64_t hgatp)
{
    const struct bundle_section *dtb = &model->packed[vm].dtb;

    return dtb->offset <= model->setup.bundle_bytes &&
           dtb->bytes <= model->setup.bundle_bytes - dtb->offset &&
           holds(model, hgatp, dtb->gpa, (const uint8_t *)model->setup.bundle + dtb->offset,
                 dtb->bytes);
}

static int find_owner(const struct model *model, uint64_t hgatp)
{
    for (unsigned i = 0; i < model->vms; i++)
        if (model_owns(model, i, hgatp))
            return (int)i;
    return -1;
}

int model_vm_of(const struct model *model, uint64_t hgatp)
{
    for (size_t i = 0; i < model->tree_count; i++)
        if (model->trees[i].root == model_root(hgatp))
            return model->trees[i].vm;
    return -1;
}

int model_owner(struct model *model, uint64_t hgatp)
{
    int vm = model_vm_of(model, hgatp);

    if (vm >= 0)
        return vm;
    vm = find_owner(model, hgatp);
    if (vm < 0)
        return -1;
    struct model_tree *more =
        realloc(model->trees, (model->tree_count + 1) * sizeof(*model->trees));
    if (!more)
        return vm;
    model->trees = more;
    model->trees[model->tree_count++] = (struct model_tree){model_root(hgatp), vm};
    return vm;
}

void model_owner_forget(struct model *model, uint64_t hgatp)
{
    uint64_t root = model_root(hgatp);

    for (size_t i = 0; i < model->tree_count; i++)
        if (model->trees[i].root == root)
            model->trees[i] = model->trees[--model->tree_count];
}
