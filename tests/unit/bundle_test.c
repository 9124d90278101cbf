/* Facts about boot bundles: device trees, packing, damage. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "bundle/devicetree.h"
#include "bundle/pack.h"
#include "bundle/spec.h"
#include "bundle_fixture.h"
#include "lib/crc32.h"
#include "lib/file.h"
#include "test.h"

static void tree_contents(void)
{
    struct devicetree_options options = {.memory = MEMORY,
                                         .vcpus = 3,
                                         .args = "quiet run=ls",
                                         .initrd_start = 0x83000000,
                                         .initrd_end = 0x83001234,
                                         .sstc = true};
    struct buffer tree = {0};
    CU_ASSERT_EQUAL_FATAL(devicetree_write(&options, &tree, NULL), 0);
    const void *fdt = tree.data;
    CU_ASSERT_EQUAL_FATAL(fdt_check_full(fdt, tree.length), 0);
    int root = fdt_path_offset(fdt, "/");
    int chosen = fdt_path_offset(fdt, "/chosen");
    int memory = fdt_path_offset(fdt, "/memory@80000000");
    CU_ASSERT_STRING_EQUAL(fdt_getprop(fdt, root, "compatible", NULL), "riscv-virtio");
    CU_ASSERT_STRING_EQUAL(fdt_getprop(fdt, chosen, "bootargs", NULL), "quiet run=ls");
    CU_ASSERT_PTR_NULL(fdt_getprop(fdt, chosen, "stdout-path", NULL));
    const fdt64_t *end = fdt_getprop(fdt, chosen, "linux,initrd-end", NULL);
    CU_ASSERT_EQUAL(fdt64_ld(end), 0x83001234);
    const fdt64_t *reg = fdt_getprop(fdt, memory, "reg", NULL);
    CU_ASSERT(fdt64_ld(reg) == RAM_BASE && fdt64_ld(reg + 1) == MEMORY);
    int cpu = fdt_path_offset(fdt, "/cpus/cpu@2");
    CU_ASSERT(cpu > 0 && fdt_path_offset(fdt, "/cpus/cpu@3") == -FDT_ERR_NOTFOUND);
    CU_ASSERT_PTR_NOT_NULL(strstr(fdt_getprop(fdt, cpu, "riscv,isa", NULL), "_sstc"));
    CU_ASSERT(fdt_path_offset(fdt, "/cpus/cpu@2/interrupt-controller") > 0);
    buffer_free(&tree);
}

static void tree_without_sstc(void)
{
    struct devicetree_options options = {.memory = MEMORY, .vcpus = 1};
    struct buffer tree = {0};
    CU_ASSERT_EQUAL_FATAL(devicetree_write(&options, &tree, NULL), 0);
    int cpu = fdt_path_offset(tree.data, "/cpus/cpu@0");
    int chosen = fdt_path_offset(tree.data, "/chosen");
    CU_ASSERT_PTR_NULL(strstr(fdt_getprop(tree.data, cpu, "riscv,isa", NULL), "sstc"));
    CU_ASSERT_PTR_NULL(fdt_getprop(tree.data, chosen, "linux,initrd-start", NULL));
    buffer_free(&tree);
}

/* A folder with image.elf and initrd, and two VMs made of them. */
struct pair {
    char *folder;
    struct vm_list list;
};

static void pair_make(struct pair *pair, uint64_t memory, size_t initrd_bytes)
{
    struct buffer elf = small_elf(RAM_BASE + 0x200000, 0x5000);
    struct buffer initrd = {0};
    pair->folder = folder_temporary(NULL);
    memset(buffer_reserve(&initrd, initrd_bytes), 'i', initrd_bytes);
    char *path = format_string("%s/image.elf", pair->folder);
    char *initrd_path = format_string("%s/initrd", pair->folder);
    file_write(path, elf.data, elf.length, NULL);
    file_write(initrd_path, initrd.data, initrd_bytes, NULL);
    for (int i = 0; i < 2; i++) {
        char *text = format_string("image=%s,initrd=%s,memory=%llu,weight=%d", path, initrd_path,
                                   (unsigned long long)memory, 3 - i);
        vm_list_add(&pair->list, text, NULL);
        free(text);
    }
    vm_specs_name(pair->list.vm, pair->list.count, NULL);
    free(path);
    free(initrd_path);
    buffer_free(&initrd);
    buffer_free(&elf);
}

static void pair_free(struct pair *pair)
{
    folder_remove(pair->folder);
    free(pair->folder);
    vm_list_free(&pair->list);
}

static int pair_pack(struct pair *pair, struct buffer *out, struct error *error)
{
    struct pack_options options = {.sstc = true};
    return bundle_pack(pair->list.vm, pair->list.count, &options, out, error);
}

static void pack_round_trip(void)
{
    struct pair pair = {0};
    struct buffer bundle = {0};
    const struct bundle_header *header;
    pair_make(&pair, MEMORY, 5000);
    CU_ASSERT_EQUAL_FATAL(pair_pack(&pair, &bundle, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(bundle_check(bundle.data, bundle.length, &header, NULL), 0);
    CU_ASSERT_EQUAL(header->vm_count, 2);
    CU_ASSERT_EQUAL(header->total_bytes, bundle.length);
    const struct bundle_vm *vm = &bundle_table(header)[1];
    CU_ASSERT_STRING_EQUAL(vm->name, "image-2");
    CU_ASSERT(vm->weight == 2 && vm->memory == MEMORY && vm->entry == RAM_BASE + 0x200004);
    CU_ASSERT_EQUAL(vm->image.offset % BUNDLE_ALIGN, 0);
    CU_ASSERT(memcmp(bundle.data + vm->image.offset, "0123456789abcdef", 16) == 0);
    CU_ASSERT(bundle.data[vm->initrd.offset + 4999] == 'i');
    CU_ASSERT(vm->initrd.gpa + vm->initrd.bytes <= vm->dtb.gpa);
    CU_ASSERT(vm->image.gpa + 0x5000 <= vm->initrd.gpa);
    CU_ASSERT(vm->dtb.gpa + vm->dtb.bytes <= RAM_BASE + MEMORY);
    CU_ASSERT_EQUAL(fdt_check_full(bundle.data + vm->dtb.offset, vm->dtb.bytes), 0);
    buffer_free(&bundle);
    pair_free(&pair);
}

static void pack_low(void)
{
    struct pair pair = {0};
    struct buffer bundle = {0};
    const struct bundle_header *header;
    pair_make(&pair, 4ull << 30, 5000);
    CU_ASSERT_EQUAL_FATAL(pair_pack(&pair, &bundle, NULL), 0);
    CU_ASSERT_EQUAL_FATAL(bundle_check(bundle.data, bundle.length, &header, NULL), 0);
    const struct bundle_vm *vm = &bundle_table(header)[0];
    CU_ASSERT(vm->dtb.gpa + vm->dtb.bytes <= RAM_BASE + (512ull << 20));
    buffer_free(&bundle);
    pair_free(&pair);
}

static void pack_too_large(void)
{
    struct pair pair = {0};
    struct buffer bundle = {0};
    struct error error = {0};
    pair_make(&pair, 4ull << 20, 2u << 20);
    CU_ASSERT_EQUAL(pair_pack(&pair, &bundle, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "VM \"image\": "));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "give it more memory"));
    CU_ASSERT_EQUAL(bundle.length, 0);
    pair_free(&pair);
}

static void pack_counts(void)
{
    struct buffer bundle = {0};
    struct pack_options options = {.sstc = true};
    struct error error = {0};
    CU_ASSERT_EQUAL(bundle_pack(NULL, 0, &options, &bundle, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "0 VMs: expected 1 to 16"));
}

/* Whether a byte of the bundle is covered: everything but the zeros between sections. */
static bool covered(const struct bundle_header *header, size_t at)
{
    if (at < BUNDLE_HEADER_BYTES + header->vm_count * sizeof(struct bundle_vm))
        return true;
    for (uint32_t i = 0; i < header->vm_count; i++) {
        const struct bundle_vm *vm = &bundle_table(header)[i];
        const struct bundle_section *sections[] = {&vm->image, &vm->dtb, &vm->initrd};
        for (int part = 0; part < 3; part++) {
            if (at - sections[part]->offset < sections[part]->bytes)
                return true;
        }
    }
    return false;
}

static void pack_damaged(void)
{
    struct pair pair = {0};
    struct buffer bundle = {0};
    const struct bundle_header *header;
    pair_make(&pair, MEMORY, 5000);
    CU_ASSERT_EQUAL_FATAL(pair_pack(&pair, &bundle, NULL), 0);
    size_t missed = 0;
    for (size_t at = 0; at < bundle.length; at++) {
        bool counts = covered((void *)bundle.data, at);
        char before = bundle.data[at];
        bundle.data[at] ^= (char)(1 << (at % 8));
        if (counts && bundle_check(bundle.data, bundle.length, &header, NULL) == 0)
            missed++;
        bundle.data[at] = before;
    }
    CU_ASSERT_EQUAL(missed, 0);
    buffer_free(&bundle);
    pair_free(&pair);
}

static void pack_cut_short(void)
{
    struct pair pair = {0};
    struct buffer bundle = {0};
    const struct bundle_header *header;
    pair_make(&pair, MEMORY, 5000);
    CU_ASSERT_EQUAL_FATAL(pair_pack(&pair, &bundle, NULL), 0);
    for (size_t length = 0; length < bundle.length; length += 61) {
        struct buffer copy = {0};
        buffer_add(&copy, bundle.data, length);
        CU_ASSERT_EQUAL(bundle_check(copy.data, length, &header, NULL), -1);
        buffer_free(&copy);
    }
    buffer_free(&bundle);
    pair_free(&pair);
}

/* A change of a bundle whose checksums are right again, and what is said of it. */
struct change {
    const char *said;
    void (*make)(struct bundle_header *header, struct bundle_vm *vm);
};

#define CHANGE(name, statement)                                                                    \
    static void name(struct bundle_header *header, struct bundle_vm *vm)                           \
    {                                                                                              \
        (void)header, (void)vm;                                                                    \
        statement;                                                                                 \
    }
CHANGE(header_reserved, header->reserved[8] = 1)
CHANGE(section_reserved, vm[1].initrd.reserved = 4)
CHANGE(name_padding, vm[1].name[23] = 'x')
CHANGE(name_bytes, vm[0].name[0] = '\033')
CHANGE(name_twice, memcpy(vm[1].name, vm[0].name, sizeof vm[0].name))
CHANGE(offset_odd, vm[0].image.offset += 8)
CHANGE(tree_odd, vm[0].dtb.gpa += 4)
CHANGE(entry_odd, vm[0].entry |= 1)
CHANGE(entry_far, vm[0].entry = vm[0].image.gpa + vm[0].image.bytes)
CHANGE(sections_overlap, vm[0].dtb.gpa = vm[0].initrd.gpa)
CHANGE(no_vcpus, vm[0].vcpus = 0)
CHANGE(no_weight, vm[0].weight = 0)
CHANGE(much_cap, vm[0].cap = 1000)
CHANGE(odd_flags, vm[0].flags = 2)
CHANGE(odd_memory, vm[0].memory += 8)
CHANGE(endless_memory, vm[0].memory = 1ull << 41)

static void pack_rules(void)
{
    static const struct change changes[] = {
        {"reserved word 8 of its header is 0x1", header_reserved},
        {"reserved word of its initrd is 0x4", section_reserved},
        {"behind its name", name_padding},
        {"byte 0x1b in a VM's name", name_bytes},
        {"the same name", name_twice},
        {"expected a multiple of 4096", offset_odd},
        {"expected a multiple of 8", tree_odd},
        {"expected even", entry_odd},
        {"in its image", entry_far},
        {"overlap", sections_overlap},
        {"0 vCPUs", no_vcpus},
        {"weight 0", no_weight},
        {"cap of 1000 %", much_cap},
        {"flags 0x2", odd_flags},
        {"memory of", odd_memory},
        {"memory of 0x20000000000 bytes", endless_memory},
    };
    struct pair pair = {0};
    pair_make(&pair, MEMORY, 5000);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct buffer bundle = {0};
        struct error error = {0};
        const struct bundle_header *checked;
        CU_ASSERT_EQUAL_FATAL(pair_pack(&pair, &bundle, NULL), 0);
        struct bundle_header *header = (void *)bundle.data;
        struct bundle_vm *vm = (struct bundle_vm *)(void *)(header + 1);
        changes[i].make(header, vm);
        header->table_crc = 0;
        header->table_crc = crc32_update(crc32_update(0, header, sizeof *header), vm,
                                         header->vm_count * sizeof *vm);
        CU_ASSERT_EQUAL(bundle_check(bundle.data, bundle.length, &checked, &error), -1);
        if (strstr(error.text, changes[i].said) == NULL)
            CU_FAIL("another fault is told");
        buffer_free(&bundle);
    }
    pair_free(&pair);
}

TEST_SUITE(bundle, {"the device tree holds memory, cpus, bootargs and initrd", tree_contents},
           {"the device tree has no Sstc where the machine has none", tree_without_sstc},
           {"a bundle packed is a bundle read, without overlaps", pack_round_trip},
           {"device tree and initrd stay in the first 512 MiB", pack_low},
           {"what does not fit in a VM's memory is refused by name", pack_too_large},
           {"a bundle of no VMs is refused", pack_counts},
           {"no flipped bit goes unseen", pack_damaged}, {"no cut goes unseen", pack_cut_short},
           {"what breaks a rule of the format is refused by name", pack_rules});
