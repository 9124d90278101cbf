/* Facts about boot bundles: VM descriptions, images, device trees, packing, damage. */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "bundle/devicetree.h"
#include "bundle/image.h"
#include "bundle/pack.h"
#include "bundle/spec.h"
#include "lib/file.h"
#include "test.h"

#define RAM_BASE BUNDLE_GUEST_RAM_BASE
#define MEMORY   (64ull << 20)

static void spec_in_full(void)
{
    struct vm_spec spec;
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("name=a-1,image=x.elf,memory=1G,vcpus=2,initrd=i,"
                                        "weight=3,cap=150,args=run=stress,,4,manual=yes",
                                        &spec, NULL),
                          0);
    CU_ASSERT_STRING_EQUAL(spec.name, "a-1");
    CU_ASSERT_STRING_EQUAL(spec.image, "x.elf");
    CU_ASSERT_STRING_EQUAL(spec.initrd, "i");
    CU_ASSERT_STRING_EQUAL(spec.args, "run=stress,4");
    CU_ASSERT_EQUAL(spec.memory, 1ull << 30);
    CU_ASSERT(spec.vcpus == 2 && spec.weight == 3 && spec.cap == 150 && spec.manual);
    vm_spec_free(&spec);
}

static void spec_quotes(void)
{
    struct vm_spec spec;
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("args=\"a=1, b='2'\",image='x,y'", &spec, NULL), 0);
    CU_ASSERT_STRING_EQUAL(spec.args, "a=1, b='2'");
    CU_ASSERT_STRING_EQUAL(spec.image, "x,y");
    vm_spec_free(&spec);
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("args=,image=x", &spec, NULL), 0);
    CU_ASSERT_STRING_EQUAL(spec.args, "");
    vm_spec_free(&spec);
}

static void spec_refused(void)
{
    static const struct {
        const char *text, *reason;
    } bad[] = {
        {"", "image=FILE is missing"},
        {"memory=64M", "image=FILE is missing"},
        {"image=x,memory=0", "memory of 0 bytes"},
        {"image=x,memory=4097", "multiple of 4096"},
        {"image=x,memory=2T", "at most 1T"},
        {"image=x,memory=lots", "expected a number"},
        {"image=x,vcpus=0", "vcpus 0: expected 1 to 8"},
        {"image=x,vcpus=9", "vcpus 9: expected 1 to 8"},
        {"image=x,weight=0", "weight 0"},
        {"image=x,weight=10001", "weight 10001"},
        {"image=x,cap=101", "cap 101: expected at most 100"},
        {"image=x,name=", "1 to 23 characters"},
        {"image=x,name=abcdefghijklmnopqrstuvwx", "1 to 23 characters"},
        {"image=x,name=a b", "letters, digits"},
        {"image=x,colour=red", "key \"colour\" is unknown"},
        {"image", "expected KEY=VALUE"},
        {"image=x,,y=3,z", "expected KEY=VALUE"},
        {"image='x", "quote is not closed"},
        {"image='x'y", "comma after the closing quote"},
        {"image=x,manual=maybe", "yes or no"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct vm_spec spec;
        struct error error = {0};
        CU_ASSERT_EQUAL(vm_spec_parse(bad[i].text, &spec, &error), -1);
        if (strstr(error.text, bad[i].reason) == NULL)
            printf("    \"%s\" gave \"%s\"\n", bad[i].text, error.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, bad[i].reason));
    }
}

static void names_given(void)
{
    struct vm_list list = {0};
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=build/rider.elf", NULL), 0);
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=build/rider.elf", NULL), 0);
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=a b+c.bin", NULL), 0);
    CU_ASSERT_EQUAL(vm_specs_name(list.vm, list.count, NULL), 0);
    CU_ASSERT_STRING_EQUAL(list.vm[0].name, "rider");
    CU_ASSERT_STRING_EQUAL(list.vm[1].name, "rider-2");
    CU_ASSERT_STRING_EQUAL(list.vm[2].name, "a-b-c");
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=x,name=rider", NULL), 0);
    CU_ASSERT_EQUAL(vm_specs_name(list.vm, list.count, NULL), -1);
    vm_list_free(&list);
}

/* An ELF file of one segment: 16 bytes in the file, `memsz` in memory, entry 4 bytes into it. */
static struct buffer small_elf(uint64_t paddr, uint64_t memsz)
{
    struct buffer file = {0};
    Elf64_Ehdr header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                         .e_type = ET_EXEC,
                         .e_machine = EM_RISCV,
                         .e_version = EV_CURRENT,
                         .e_entry = 0xffffffff80000004,
                         .e_phoff = sizeof(Elf64_Ehdr),
                         .e_ehsize = sizeof(Elf64_Ehdr),
                         .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 1};
    Elf64_Phdr segment = {.p_type = PT_LOAD,
                          .p_offset = sizeof(header) + sizeof(segment),
                          .p_vaddr = 0xffffffff80000000,
                          .p_paddr = paddr,
                          .p_filesz = 16,
                          .p_memsz = memsz};
    buffer_add(&file, &header, sizeof(header));
    buffer_add(&file, &segment, sizeof(segment));
    buffer_text(&file, "0123456789abcdef");
    return file;
}

static int load(const struct buffer *file, struct image *image, struct error *error)
{
    return image_from_bytes("image", file->data, file->length, MEMORY, image, error);
}

static void elf_by_physical_address(void)
{
    struct buffer file = small_elf(RAM_BASE + 0x200000, 0x5000);
    struct image image;
    CU_ASSERT_EQUAL_FATAL(load(&file, &image, NULL), 0);
    CU_ASSERT_EQUAL(image.gpa, RAM_BASE + 0x200000);
    CU_ASSERT_EQUAL(image.entry, RAM_BASE + 0x200004);
    CU_ASSERT_EQUAL(image.end, RAM_BASE + 0x205000);
    CU_ASSERT(image.bytes.length == 16 && memcmp(image.bytes.data, "0123456789abcdef", 16) == 0);
    image_free(&image);
    buffer_free(&file);
}

static void elf_out_of_memory(void)
{
    static const uint64_t places[][2] = {{RAM_BASE - 0x1000, 32},
                                         {RAM_BASE + MEMORY - 16, 32},
                                         {RAM_BASE, MEMORY + 1},
                                         {UINT64_MAX - 8, 32},
                                         {0, 32},
                                         {RAM_BASE, UINT64_MAX}};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        struct buffer file = small_elf(places[i][0], places[i][1]);
        struct image image;
        struct error error = {0};
        CU_ASSERT_EQUAL(load(&file, &image, &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "the VM's memory is"));
        buffer_free(&file);
    }
}

static void elf_cut_short(void)
{
    struct buffer file = small_elf(RAM_BASE, 16);
    for (size_t length = 4; length < file.length; length++) {
        struct image image;
        struct error error = {0};
        CU_ASSERT_EQUAL(image_from_bytes("image", file.data, length, MEMORY, &image, &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "cut short"));
    }
    buffer_free(&file);
}

static void elf_for_others(void)
{
    struct buffer file = small_elf(RAM_BASE, 16);
    Elf64_Ehdr *header = (void *)file.data;
    struct image image;
    struct error error = {0};
    header->e_machine = EM_X86_64;
    CU_ASSERT_EQUAL(load(&file, &image, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "expected 243 (RISC-V)"));
    header->e_machine = EM_RISCV;
    header->e_entry = 0x10;
    CU_ASSERT_EQUAL(load(&file, &image, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "entry 0x10 is in no segment"));
    buffer_free(&file);
}

static void linux_image(void)
{
    uint8_t file[128] = {0};
    file[8 + 2] = 0x20;  /* text_offset 0x200000 */
    file[16 + 2] = 0x30; /* image_size 0x300000 */
    memcpy(file + 0x30, "RISCV\0\0\0RSC\x05", 12);
    struct image image;
    struct error error = {0};
    CU_ASSERT_EQUAL_FATAL(image_from_bytes("Image", file, 128, MEMORY, &image, NULL), 0);
    CU_ASSERT_EQUAL(image.gpa, RAM_BASE + 0x200000);
    CU_ASSERT_EQUAL(image.entry, image.gpa);
    CU_ASSERT_EQUAL(image.end, RAM_BASE + 0x500000);
    image_free(&image);
    file[8] = 1;
    CU_ASSERT_EQUAL(image_from_bytes("Image", file, 128, MEMORY, &image, &error), -1);
    memset(file + 8, 0xff, 8);
    file[8] = file[9] = file[10] = 0;
    CU_ASSERT_EQUAL(image_from_bytes("Image", file, 128, MEMORY, &image, &error), -1);
}

static void raw_image(void)
{
    struct image image;
    struct error error = {0};
    CU_ASSERT_EQUAL_FATAL(image_from_bytes("raw", "\x13\0\0\0", 4, MEMORY, &image, NULL), 0);
    CU_ASSERT(image.gpa == 0x80200000 && image.entry == 0x80200000);
    image_free(&image);
    CU_ASSERT_EQUAL(image_from_bytes("raw", "\x13\0\0\0", 4, 0x200000, &image, &error), -1);
    CU_ASSERT_EQUAL(image_from_bytes("raw", "1234\n", 5, MEMORY, &image, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "raw: is text"));
    CU_ASSERT_EQUAL(image_from_bytes("raw", "", 0, MEMORY, &image, &error), -1);
    CU_ASSERT_STRING_EQUAL(error.text, "raw: is empty");
    CU_ASSERT_EQUAL(image_from_bytes("z", "\x1f\x8b\x08", 3, MEMORY, &image, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "gunzip"));
}

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

TEST_SUITE(bundle, {"a VM description takes every key in any order", spec_in_full},
           {"quotes and doubled commas keep commas in a value", spec_quotes},
           {"a wrong VM description is refused with its reason", spec_refused},
           {"VMs are named after their images, and names differ", names_given},
           {"an ELF image lies at its physical addresses, .bss counted", elf_by_physical_address},
           {"an ELF image outside the VM's memory is refused", elf_out_of_memory},
           {"an ELF image cut short anywhere is refused", elf_cut_short},
           {"an ELF image for another machine or without entry is refused", elf_for_others},
           {"a Linux Image lies at its text_offset", linux_image},
           {"a raw image lies at 0x80200000", raw_image},
           {"the device tree holds memory, cpus, bootargs and initrd", tree_contents},
           {"the device tree has no Sstc where the machine has none", tree_without_sstc},
           {"a bundle packed is a bundle read, without overlaps", pack_round_trip},
           {"device tree and initrd stay in the first 512 MiB", pack_low},
           {"what does not fit in a VM's memory is refused by name", pack_too_large},
           {"a bundle of no VMs is refused", pack_counts},
           {"no flipped bit goes unseen", pack_damaged}, {"no cut goes unseen", pack_cut_short});
