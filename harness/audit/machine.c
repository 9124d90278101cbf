/* From a machine to the audit's input: reserved ranges, trees, and the VMs' names. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/monitor.h"
#include "abi/trace.h"
#include "audit/machine.h"
#include "audit/recognise.h"

static void reserve(struct audit_input *input, uint64_t from, uint64_t to, const char *what)
{
    size_t most = sizeof(input->reserved) / sizeof(input->reserved[0]);

    if (from < to && input->reserved_count < most)
        input->reserved[input->reserved_count++] = (struct audit_reserved){from, to, what};
}

/* Rings are named by the header (told), so a ring that is nonsense is left out, not believed. */
static void reserve_rings(struct audit_input *input, const struct symbols *hypervisor)
{
#define RING(n) "trace ring of hart " #n
    static const char *const names[TRACE_MAX_HARTS] = {
        RING(0), RING(1), RING(2),  RING(3),  RING(4),  RING(5),  RING(6),  RING(7),
        RING(8), RING(9), RING(10), RING(11), RING(12), RING(13), RING(14), RING(15)};
#undef RING
    struct trace_header header;
    uint64_t at;

    if (!symbols_find(hypervisor, "trace_header", &at, NULL) ||
        !ram_copy(input->ram, at, &header, sizeof(header)) ||
        memcmp(header.magic, TRACE_MAGIC, sizeof(header.magic)) != 0)
        return;
    for (unsigned hart = 0; hart < TRACE_MAX_HARTS && hart < header.hart_count; hart++) {
        const struct trace_ring *ring = &header.ring[hart];

        if (ring->mask != 0 && ring->mask < input->ram->bytes && ring->hart < TRACE_MAX_HARTS &&
            ram_at(input->ram, ring->base, ring->mask + 1))
            reserve(input, ring->base, ring->base + ring->mask + 1, names[ring->hart]);
    }
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

        if (!vm || is_taken(input, vm) || !recognise_vm(ram, tree->hgatp, at, i))
            continue;
        snprintf(tree->name, sizeof(tree->name), "%.*s", (int)sizeof(vm->name) - 1, vm->name);
        tree->memory = vm->memory;
        return;
    }
    snprintf(tree->name, sizeof(tree->name), "vmid %u", HGATP_VMID(tree->hgatp));
}

/* A tree of a VM that is gone counts as such only for as many trees as there are more than VMs that
 * the hypervisor tells to hold memory. */
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

/* Does one of these VMs use this tree's root for something else? Those trees count that are a VM's:
 * what the tables of one that is gone hold by now points anywhere. */
static bool is_reused(const struct ram *ram, uint64_t root, const uint64_t *hgatps, size_t count,
                      const struct bundle_header *bundle, uint64_t at)
{
    for (size_t i = 0; i < count; i++)
        if (HGATP_PPN(hgatps[i]) != HGATP_PPN(root) && recognise_any(ram, hgatps[i], bundle, at) &&
            root_is_reused(ram, root, &hgatps[i], 1))
            return true;
    return false;
}

/* Is it a VM's that has been entered with another tree since? Either may be in use, and they may
 * share all that is below; what they lead to the model judges. VMs that are packed alike have a
 * tree each. */
static bool is_superseded(const struct ram *ram, const uint64_t *hgatps, size_t count,
                          const struct bundle_header *bundle, uint64_t at)
{
    size_t alike = 0, newer = 0;
    uint32_t one = 0;

    for (uint32_t vm = 0; bundle && vm < bundle->vm_count; vm++) {
        if (!recognise_vm(ram, hgatps[0], at, vm))
            continue;
        alike++;
        one = vm;
    }
    for (size_t i = 1; newer < alike && i < count; i++)
        newer += HGATP_PPN(hgatps[i]) != HGATP_PPN(hgatps[0]) &&
                 !root_is_among(&hgatps[i + 1], count - i - 1, hgatps[i]) &&
                 recognise_vm(ram, hgatps[i], at, one);
    return alike && newer >= alike;
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
    const struct bundle_header *bundle = recognise_bundle(ram, from, &at);
    if (bundle)
        reserve(input, at, at + bundle->total_bytes, "boot bundle");
    size_t roots = 0, strangers = 0;
    for (size_t i = 0; i < count; i++) {
        if (root_is_among(&hgatps[i + 1], count - i - 1, hgatps[i]))
            continue;
        roots++;
        strangers += !is_empty(ram, hgatps[i]) && !recognise_any(ram, hgatps[i], bundle, at);
    }
    size_t gone = trees_gone(input, hypervisor, roots);

    for (size_t i = 0; i < count && input->trees < AUDIT_VMS; i++) {
        if (root_is_among(&hgatps[i + 1], count - i - 1, hgatps[i]))
            continue; /* the same tree under a newer VMID */
        if (i + 1 < count &&
            (is_empty(ram, hgatps[i]) || is_superseded(ram, &hgatps[i], count - i, bundle, at))) {
            gone -= gone > 0;
            continue;
        }
        bool stranger = !recognise_any(ram, hgatps[i], bundle, at);
        /* A tree that is no VM's, in a page that a VM has by now, whatever is told: if its VM were
         * entered with it, the model would say so. */
        if (stranger && is_reused(ram, hgatps[i], hgatps, count, bundle, at)) {
            strangers--;
            gone -= gone > 0;
            continue;
        }
        if ((stranger && gone) || (gone > strangers && is_reused(ram, hgatps[i], &hgatps[i + 1],
                                                                 count - i - 1, bundle, at))) {
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
