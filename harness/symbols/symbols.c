/* ELF symbols and segments by libelf; lines by libdw. Opened once, then only looked up. */
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/file.h"
#include "symbols/symbols.h"

struct entry {
    const char *name; /* in libelf's string table */
    uint64_t address, size;
    bool function;
};

struct symbols {
    int file;
    Elf *elf;
    Dwarf *dwarf;        /* NULL: no line table */
    struct entry *entry; /* ascending by address */
    size_t count;
};

static int by_address(const void *left, const void *right)
{
    const struct entry *a = left, *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->function - b->function;
}

/* Local labels and mapping symbols are no names for people. */
static bool worth_keeping(const GElf_Sym *symbol, const char *name)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);

    if (!name || !*name || name[0] == '$' || symbol->st_shndx == SHN_UNDEF)
        return false;
    return type == STT_FUNC || type == STT_OBJECT || (type == STT_NOTYPE && name[0] != '.');
}

static void read_table(struct symbols *symbols, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = data && header->sh_entsize ? data->d_size / header->sh_entsize : 0;

    symbols->entry =
        reallocate(symbols->entry, (symbols->count + count + 1) * sizeof(*symbols->entry));
    for (size_t i = 0; i < count; i++) {
        GElf_Sym symbol;

        if (!gelf_getsym(data, (int)i, &symbol))
            continue;
        const char *name = elf_strptr(symbols->elf, header->sh_link, symbol.st_name);
        if (worth_keeping(&symbol, name))
            symbols->entry[symbols->count++] = (struct entry){
                name, symbol.st_value, symbol.st_size, GELF_ST_TYPE(symbol.st_info) == STT_FUNC};
    }
}

static void read_tables(struct symbols *symbols)
{
    Elf_Scn *section = NULL;

    while ((section = elf_nextscn(symbols->elf, section))) {
        GElf_Shdr header;

        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            read_table(symbols, section, &header);
    }
    if (symbols->count)
        qsort(symbols->entry, symbols->count, sizeof(*symbols->entry), by_address);
}

static int check(struct symbols *symbols, const char *path, struct error *error)
{
    GElf_Ehdr header;

    if (!symbols->elf || elf_kind(symbols->elf) != ELF_K_ELF ||
        !gelf_getehdr(symbols->elf, &header))
        return error_set(error, "%s: not an ELF file", path);
    if (header.e_machine != EM_RISCV || header.e_ident[EI_CLASS] != ELFCLASS64)
        return error_set(error, "%s: ELF for machine %u, expected 64-bit RISC-V (%u)", path,
                         header.e_machine, EM_RISCV);
    return 0;
}

struct symbols *symbols_open(const char *path, struct error *error)
{
    int file = file_open(path, error);

    if (file < 0)
        return NULL;
    elf_version(EV_CURRENT);
    struct symbols *symbols = allocate(1, sizeof(*symbols));
    symbols->file = file;
    symbols->elf = elf_begin(file, ELF_C_READ_MMAP, NULL);
    if (check(symbols, path, error) != 0) {
        symbols_close(symbols);
        return NULL;
    }
    read_tables(symbols);
    symbols->dwarf = dwarf_begin_elf(symbols->elf, DWARF_C_READ, NULL);
    return symbols;
}

void symbols_close(struct symbols *symbols)
{
    if (!symbols)
        return;
    if (symbols->dwarf)
        dwarf_end(symbols->dwarf);
    elf_end(symbols->elf);
    close(symbols->file);
    free(symbols->entry);
    free(symbols);
}

bool symbols_find(const struct symbols *symbols, const char *name, uint64_t *address,
                  uint64_t *size)
{
    for (size_t i = 0; i < symbols->count; i++) {
        if (strcmp(symbols->entry[i].name, name) != 0)
            continue;
        *address = symbols->entry[i].address;
        if (size)
            *size = symbols->entry[i].size;
        return true;
    }
    return false;
}

const char *symbols_name(const struct symbols *symbols, uint64_t address, uint64_t *offset)
{
    size_t low = 0, high = symbols->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (symbols->entry[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0)
        return NULL;
    const struct entry *entry = &symbols->entry[low - 1];
    uint64_t distance = address - entry->address;

    if (entry->size ? distance >= entry->size : distance >= 4096)
        return NULL;
    *offset = distance;
    return entry->name;
}

/* dwarf_addrdie needs .debug_aranges, which not every file has: units are asked one by one. */
static bool unit_line(Dwarf_Die *unit, uint64_t address, const char **file, int *line)
{
    Dwarf_Line *found = dwarf_getsrc_die(unit, address);

    if (!found || dwarf_lineno(found, line) != 0)
        return false;
    *file = dwarf_linesrc(found, NULL, NULL);
    return *file != NULL;
}

bool symbols_line(const struct symbols *symbols, uint64_t address, const char **file, int *line)
{
    Dwarf_CU *unit = NULL;
    Dwarf_Die die;

    if (!symbols->dwarf)
        return false;
    while (dwarf_get_units(symbols->dwarf, unit, &unit, NULL, NULL, &die, NULL) == 0) {
        if (dwarf_haspc(&die, address) == 1 && unit_line(&die, address, file, line))
            return true;
    }
    return false;
}

int symbols_describe(const struct symbols *symbols, uint64_t address, char *to, size_t bytes)
{
    uint64_t offset = 0;
    int line = 0;
    const char *file = NULL;
    const char *name = symbols_name(symbols, address, &offset);
    char where[64];

    if (name)
        snprintf(where, sizeof(where), "%.48s+0x%" PRIx64, name, offset);
    else
        snprintf(where, sizeof(where), "0x%" PRIx64, address);
    if (symbols_line(symbols, address, &file, &line))
        return snprintf(to, bytes, "%s %s:%d", where, file, line);
    return snprintf(to, bytes, "%s", where);
}

/* Segment number i if it is loaded. */
static bool loaded(const struct symbols *symbols, size_t i, GElf_Phdr *segment)
{
    return gelf_getphdr(symbols->elf, (int)i, segment) && segment->p_type == PT_LOAD &&
           segment->p_memsz > 0;
}

/* Of the loaded segments that have these flags. */
static void extent(const struct symbols *symbols, GElf_Word flags, uint64_t *from, uint64_t *to)
{
    size_t count = 0;
    GElf_Phdr segment;

    *from = UINT64_MAX;
    *to = 0;
    elf_getphdrnum(symbols->elf, &count);
    for (size_t i = 0; i < count; i++) {
        if (!loaded(symbols, i, &segment) || (segment.p_flags & flags) != flags)
            continue;
        if (segment.p_paddr < *from)
            *from = segment.p_paddr;
        if (segment.p_paddr + segment.p_memsz > *to)
            *to = segment.p_paddr + segment.p_memsz;
    }
    if (*from > *to)
        *from = *to = 0;
}

void symbols_extent(const struct symbols *symbols, uint64_t *from, uint64_t *to)
{
    extent(symbols, 0, from, to);
}

void symbols_text(const struct symbols *symbols, uint64_t *from, uint64_t *to)
{
    extent(symbols, PF_X, from, to);
}

/* Where what is linked at that address is loaded. */
static uint64_t load_address(const struct symbols *symbols, uint64_t address)
{
    size_t count = 0;
    GElf_Phdr segment;

    elf_getphdrnum(symbols->elf, &count);
    for (size_t i = 0; i < count; i++)
        if (loaded(symbols, i, &segment) && address - segment.p_vaddr < segment.p_memsz)
            return segment.p_paddr + (address - segment.p_vaddr);
    return address;
}

void symbols_code(const struct symbols *symbols, uint64_t *from, uint64_t *to)
{
    Elf_Scn *section = NULL;
    GElf_Shdr header;

    *from = *to = 0;
    while ((section = elf_nextscn(symbols->elf, section))) {
        if (!gelf_getshdr(section, &header) || header.sh_type != SHT_PROGBITS ||
            (header.sh_flags & (SHF_EXECINSTR | SHF_WRITE)) != SHF_EXECINSTR ||
            header.sh_size <= *to - *from)
            continue;
        *from = load_address(symbols, header.sh_addr);
        *to = *from + header.sh_size;
    }
}

void symbols_scan(const struct symbols *symbols, uint32_t mask, uint32_t match,
                  void (*found)(uint64_t address, uint32_t instruction, void *argument),
                  void *argument)
{
    size_t count = 0, size = 0;
    GElf_Phdr segment;
    const char *image = elf_rawfile(symbols->elf, &size);

    elf_getphdrnum(symbols->elf, &count);
    for (size_t i = 0; image && i < count; i++) {
        if (!loaded(symbols, i, &segment) || !(segment.p_flags & PF_X) || segment.p_offset > size ||
            segment.p_filesz > size - segment.p_offset)
            continue;
        for (uint64_t at = 0; at + 4 <= segment.p_filesz; at += 2) {
            uint32_t instruction;

            memcpy(&instruction, image + segment.p_offset + at, sizeof(instruction));
            if ((instruction & mask) == match)
                found(segment.p_vaddr + at, instruction, argument);
        }
    }
}
