/* What tests of images and bundles share: a small ELF file. */
#ifndef TESTS_UNIT_BUNDLE_FIXTURE_H
#define TESTS_UNIT_BUNDLE_FIXTURE_H

#include <elf.h>
#include <string.h>

#include "abi/bundle.h"
#include "lib/buffer.h"

#define RAM_BASE BUNDLE_GUEST_RAM_BASE
#define MEMORY   (64ull << 20)

/* An ELF file of one segment: 16 bytes in the file, `memsz` in memory, entry 4 bytes into it. */
static inline struct buffer small_elf(uint64_t paddr, uint64_t memsz)
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

#endif
