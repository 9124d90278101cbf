/* Symbols of an ELF file made here: names for addresses, addresses for names, code scanned. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbols/symbols.h"
#include "test.h"

#define TEXT 0x80200000ull

/* One segment, one symbol table: what the linker of a small kernel writes. */
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    uint32_t text[8];
    Elf64_Sym symbol[5];
    char names[64];
    Elf64_Shdr section[3];
};

static void make(struct image *image)
{
    static const char names[] = "\0start\0vcpu_enter\0table\0$x";

    memset(image, 0, sizeof(*image));
    image->header = (Elf64_Ehdr){.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
                                 .e_type = ET_EXEC,
                                 .e_machine = EM_RISCV,
                                 .e_version = 1,
                                 .e_phoff = offsetof(struct image, segment),
                                 .e_shoff = offsetof(struct image, section),
                                 .e_ehsize = sizeof(Elf64_Ehdr),
                                 .e_phentsize = sizeof(Elf64_Phdr),
                                 .e_phnum = 1,
                                 .e_shentsize = sizeof(Elf64_Shdr),
                                 .e_shnum = 3};
    image->segment = (Elf64_Phdr){.p_type = PT_LOAD,
                                  .p_flags = PF_R | PF_X,
                                  .p_offset = offsetof(struct image, text),
                                  .p_vaddr = TEXT,
                                  .p_paddr = TEXT,
                                  .p_filesz = sizeof(image->text),
                                  .p_memsz = 0x3000};
    image->text[3] = 0x10200073; /* sret */
    memcpy(image->names, names, sizeof(names));
    image->symbol[1] = (Elf64_Sym){1, STT_FUNC, 0, 1, TEXT, 8};
    image->symbol[2] = (Elf64_Sym){7, STT_FUNC, 0, 1, TEXT + 8, 8};
    image->symbol[3] = (Elf64_Sym){18, STT_OBJECT, 0, 1, TEXT + 0x1000, 16};
    image->symbol[4] = (Elf64_Sym){24, STT_NOTYPE, 0, 1, TEXT + 8, 0};
    image->section[1] = (Elf64_Shdr){.sh_type = SHT_SYMTAB,
                                     .sh_offset = offsetof(struct image, symbol),
                                     .sh_size = sizeof(image->symbol),
                                     .sh_link = 2,
                                     .sh_entsize = sizeof(Elf64_Sym)};
    image->section[2] = (Elf64_Shdr){.sh_type = SHT_STRTAB,
                                     .sh_offset = offsetof(struct image, names),
                                     .sh_size = sizeof(image->names)};
}

static struct symbols *opened(const void *data, size_t bytes, struct error *error)
{
    char path[] = "/tmp/symbols_test.XXXXXX";
    int file = mkstemp(path);

    CU_ASSERT_EQUAL(write(file, data, bytes), (ssize_t)bytes);
    struct symbols *symbols = symbols_open(path, error);
    close(file);
    unlink(path);
    return symbols;
}

static void names_and_addresses_go_both_ways(void)
{
    struct image image;
    struct error error;
    uint64_t address, size, offset;

    make(&image);
    struct symbols *symbols = opened(&image, sizeof(image), &error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(symbols);
    CU_ASSERT_TRUE(symbols_find(symbols, "vcpu_enter", &address, &size));
    CU_ASSERT_EQUAL(address, TEXT + 8);
    CU_ASSERT_EQUAL(size, 8);
    CU_ASSERT_FALSE(symbols_find(symbols, "nothing", &address, NULL));
    CU_ASSERT_STRING_EQUAL(symbols_name(symbols, TEXT + 15, &offset), "vcpu_enter");
    CU_ASSERT_EQUAL(offset, 7);
    CU_ASSERT_PTR_NULL(symbols_name(symbols, TEXT + 16, &offset)); /* behind its end */
    CU_ASSERT_PTR_NULL(symbols_name(symbols, TEXT - 1, &offset));
    char text[100];
    symbols_describe(symbols, TEXT + 12, text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, "vcpu_enter+0x4");
    symbols_describe(symbols, 0x1234, text, sizeof(text));
    CU_ASSERT_STRING_EQUAL(text, "0x1234");
    symbols_extent(symbols, &address, &size);
    CU_ASSERT_EQUAL(address, TEXT);
    CU_ASSERT_EQUAL(size, TEXT + 0x3000);
    symbols_close(symbols);
}

static void note(uint64_t address, uint32_t instruction, void *argument)
{
    uint64_t *found = argument;

    CU_ASSERT_EQUAL(instruction, 0x10200073);
    found[0]++;
    found[1] = address;
}

static void an_instruction_is_found_in_the_code(void)
{
    struct image image;
    struct error error;
    uint64_t found[2] = {0};

    make(&image);
    struct symbols *symbols = opened(&image, sizeof(image), &error);
    symbols_scan(symbols, UINT32_MAX, 0x10200073, note, found);
    CU_ASSERT_EQUAL(found[0], 1);
    CU_ASSERT_EQUAL(found[1], TEXT + 12);
    symbols_close(symbols);
}

static void other_files_are_refused(void)
{
    struct image image;
    struct error error;

    CU_ASSERT_PTR_NULL(opened("hello", 5, &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "not an ELF file"));
    make(&image);
    image.header.e_machine = EM_X86_64;
    CU_ASSERT_PTR_NULL(opened(&image, sizeof(image), &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "expected 64-bit RISC-V"));
    CU_ASSERT_PTR_NULL(symbols_open("/nowhere/x.elf", &error));
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "/nowhere/x.elf"));
}

static void a_cut_file_never_leads_outside(void)
{
    struct image image;
    struct error error;

    make(&image);
    for (size_t bytes = 0; bytes < sizeof(image); bytes += 5) {
        struct symbols *symbols = opened(&image, bytes, &error);
        uint64_t offset, found[2] = {0};

        if (!symbols)
            continue;
        symbols_name(symbols, TEXT + 4, &offset);
        symbols_scan(symbols, UINT32_MAX, 0x10200073, note, found);
        symbols_close(symbols);
    }
}

TEST_SUITE(symbols, {"names and addresses go both ways", names_and_addresses_go_both_ways},
           {"an instruction is found in the code", an_instruction_is_found_in_the_code},
           {"other files are refused", other_files_are_refused},
           {"a cut file never leads outside", a_cut_file_never_leads_outside});
