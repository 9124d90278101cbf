/* Facts about guest images: ELF, Linux Image, raw; and what is none. */
#include "bundle/image.h"
#include "bundle_fixture.h"
#include "test.h"

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

TEST_SUITE(image,
           {"an ELF image lies at its physical addresses, .bss counted", elf_by_physical_address},
           {"an ELF image outside the VM's memory is refused", elf_out_of_memory},
           {"an ELF image cut short anywhere is refused", elf_cut_short},
           {"an ELF image for another machine or without entry is refused", elf_for_others},
           {"a Linux Image lies at its text_offset", linux_image},
           {"a raw image lies at 0x80200000", raw_image});
