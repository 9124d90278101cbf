/* From a machine to the audit's input: reserved ranges, trees, and the VMs' names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/monitor.h"
#include "abi/trace.h"
#include "audit/machine.h"

#define PAGE             4096u
#define INITRD_OFFSET    (128ull << 20) /* QEMU: kernel + min(RAM / 2, 128 MiB) */
#define IMAGE_BEGIN      256            /* bytes of code that no guest changes at once */
#define DEVICE_TREE_MOST (64u << 10)

static void reserve(struct audit_input *input, uint64_t from, uint64_t to, const char *what)
{
    size_t most = sizeof(input->reserved) / sizeof(input->reserved[0]);

    if (from < to && input->reserved_count < most)
        input->reserved[input->reserved_count++] = (struct audit_reserved){from, to, what};
}

/* Rings are named by the header (told), so a ring that is nonsense is left out, not believed. */
static void reserve_rings(struct audit_input *input, const struct symbols *hypervisor)
{
    static const char *const names[TRACE_MAX_HARTS] = {
        "trace ring of hart 0", "trace ring of hart 1", "trace ring of hart 2",
        "trace ring of hart 3", "trace ring of hart 4", "trace ring of hart 5",
        "trace ring of hart 6", "trace ring of hart 7"};
    struct trace_header header;
    uint64_t at;

    if (!symbols_find(hypervisor, "trace_header", &at, NULL) ||
        !ram_copy(input->ram, at, &header, sizeof(header)) ||
        memcmp(header.magic, TRACE_MAGIC, sizeof(header.magic)) != 0)
        return;
    for (unsigned hart = 0; hart < TRACE_MAX_HARTS && hart < header.hart_count; hart++) {
        const struct trace_ring *ring = &header.ring[hart];

        if (ring->mask != 0 && ring->mask < input->ram->bytes &&
            ram_at(input->ram, ring->base, ring->mask + 1))
            reserve(input, ring->base, ring->base + ring->mask + 1, names[hart]);
    }
}

/* The bundle, where QEMU puts an initrd; NULL: none there. */
static const struct bundle_header *find_bundle(const struct ram *ram, uint64_t kernel, uint64_t *at)
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

static bool is_taken(const struct audit_input *input, const struct bundle_vm *vm)
{
    for (size_t i = 0; i < input->trees; i++) {
        if (strncmp(input->tree[i].name, vm->name, sizeof(vm->name) - 1) == 0)
            return true;
    }
    return false;
}

/*
 * A tree belongs to the VM whose device tree and whose image's begin stand in its memory; of VMs
 * that are alike, to the first that has no tree yet, since trees come in the order of entry.
 */
static void name_tree(const struct audit_input *input, struct audit_tree *tree,
                      const struct bundle_header *bundle, uint64_t at)
{
    const struct ram *ram = input->ram;

    for (uint32_t i = 0; bundle && i < bundle->vm_count; i++) {
        const struct bundle_vm *vm =
            ram_at(ram, at + BUNDLE_HEADER_BYTES + i * sizeof(*vm), sizeof(*vm));

        if (!vm || is_taken(input, vm) ||
            !holds_section(ram, tree->hgatp, at, &vm->dtb, DEVICE_TREE_MOST) ||
            !holds_section(ram, tree->hgatp, at, &vm->image, IMAGE_BEGIN))
            continue;
        snprintf(tree->name, sizeof(tree->name), "%.*s", (int)sizeof(vm->name) - 1, vm->name);
        tree->memory = vm->memory;
        return;
    }
    snprintf(tree->name, sizeof(tree->name), "vmid %u", HGATP_VMID(tree->hgatp));
}

/* A tree whose root has become another tree's memory or table is that of a VM that is gone … */
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

static bool is_reused(const struct audit_input *input, uint64_t hgatp, const uint64_t *later,
                      size_t count)
{
    struct reuse reuse = {.root = HGATP_PPN(hgatp) << 12 & ~0x3fffull};
    const struct walk_visitor visitor = {
        .leaf = reuse_leaf, .table = reuse_table, .argument = &reuse};
    struct walk_count visited;

    for (size_t i = 0; i < count && !reuse.found; i++)
        walk_second_stage(input->ram, later[i], &visitor, &visited);
    return reuse.found;
}

/* … or whose root has, in part, become the hypervisor's own: no VM's device tree and image stand
 * in its memory any more. */
static bool is_recognised(const struct ram *ram, uint64_t hgatp, const struct bundle_header *bundle,
                          uint64_t at)
{
    for (uint32_t i = 0; bundle && i < bundle->vm_count; i++) {
        const struct bundle_vm *vm =
            ram_at(ram, at + BUNDLE_HEADER_BYTES + i * sizeof(*vm), sizeof(*vm));

        if (vm && holds_section(ram, hgatp, at, &vm->dtb, DEVICE_TREE_MOST) &&
            holds_section(ram, hgatp, at, &vm->image, IMAGE_BEGIN))
            return true;
    }
    return false;
}

/* Both count only for as many trees as there are more than VMs that the hypervisor tells to hold
 * memory. */
static size_t trees_gone(const struct audit_input *input, const struct symbols *hypervisor,
                         size_t roots)
{
    struct monitor monitor;
    size_t holding = 0;
    uint64_t at;

    if (!symbols_find(hypervisor, "monitor", &at, NULL) ||
        !ram_copy(input->ram, at, &monitor, sizeof(monitor)) ||
        memcmp(monitor.magic, MONITOR_MAGIC, sizeof(monitor.magic)) != 0)
        return 0;
    for (uint32_t i = 0; i < MONITOR_MAX_VMS && i < monitor.vm_count; i++) {
        uint32_t state = monitor.vm[i].state;

        holding += state == VM_STATE_RUNNING || state == VM_STATE_PAUSED || state == VM_STATE_ENDED;
    }
    return roots > holding ? roots - holding : 0;
}

/* A tree that leads nowhere: of a VM that is gone, its root scrubbed, or that has not begun. */
static bool is_empty(const struct ram *ram, uint64_t hgatp)
{
    const struct walk_visitor nobody = {0};
    struct walk_count count;

    return walk_second_stage(ram, hgatp, &nobody, &count) == WALK_DONE && count.leaves == 0;
}

static bool has_root(const uint64_t *hgatps, size_t count, uint64_t hgatp)
{
    for (size_t i = 0; i < count; i++) {
        if (HGATP_PPN(hgatps[i]) == HGATP_PPN(hgatp))
            return true;
    }
    return false;
}

void audit_from_machine(struct audit_input *input, const struct ram *ram,
                        const struct symbols *hypervisor, const uint64_t *hgatps, size_t count)
{
    uint64_t from, to, at;

    *input = (struct audit_input){.ram = ram};
    symbols_extent(hypervisor, &from, &to);
    reserve(input, ram->base, from, "firmware");
    reserve(input, from, to, "hypervisor");
    reserve_rings(input, hypervisor);
    const struct bundle_header *bundle = find_bundle(ram, from, &at);
    if (bundle)
        reserve(input, at, at + bundle->total_bytes, "boot bundle");
    size_t roots = 0, strangers = 0;
    for (size_t i = 0; i < count; i++) {
        if (has_root(&hgatps[i + 1], count - i - 1, hgatps[i]))
            continue;
        roots++;
        strangers += !is_empty(ram, hgatps[i]) && !is_recognised(ram, hgatps[i], bundle, at);
    }
    size_t gone = trees_gone(input, hypervisor, roots);

    for (size_t i = 0; i < count && input->trees < AUDIT_VMS; i++) {
        if (has_root(&hgatps[i + 1], count - i - 1, hgatps[i]))
            continue; /* the same tree under a newer VMID */
        if (i + 1 < count && is_empty(ram, hgatps[i])) {
            gone -= gone > 0;
            continue;
        }
        bool stranger = !is_recognised(ram, hgatps[i], bundle, at);
        if ((stranger && gone) ||
            (gone > strangers && is_reused(input, hgatps[i], &hgatps[i + 1], count - i - 1))) {
            strangers -= stranger;
            gone--;
            continue;
        }
        struct audit_tree *tree = &input->tree[input->trees];

        tree->hgatp = hgatps[i];
        name_tree(input, tree, bundle, at);
        input->trees++;
    }
}

void audit_keep_names(struct audit_input *input, const struct audit_input *before)
{
    for (size_t i = 0; i < input->trees; i++) {
        struct audit_tree *tree = &input->tree[i];

        for (size_t n = 0; n < before->trees && tree->memory == 0; n++) {
            if (HGATP_PPN(before->tree[n].hgatp) != HGATP_PPN(tree->hgatp))
                continue;
            memcpy(tree->name, before->tree[n].name, sizeof(tree->name));
            tree->memory = before->tree[n].memory;
        }
    }
}
