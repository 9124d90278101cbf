/* Guest images laid out: ELF, Linux Image, raw. */
#include "bundle/image.h"

#include <ctype.h>
#include <elf.h>
#include <endian.h>
#include <string.h>

#include "abi/bundle.h"
#include "lib/file.h"

#define RAM_BASE   BUNDLE_GUEST_RAM_BASE
#define ULL(value) ((unsigned long long)(value))

/* The bytes of the file while they are laid out. */
struct source {
    const char *path;
    const uint8_t *data;
    size_t bytes;
    uint64_t memory;
};

static int check_range(const struct source *source, uint64_t start, uint64_t bytes,
                       struct error *error)
{
    if (start >= RAM_BASE && bytes <= source->memory && start - RAM_BASE <= source->memory - bytes)
        return 0;
    return error_set(error, "%s: occupies %#llx to %#llx; the VM's memory is %#llx to %#llx",
                     source->path, ULL(start), ULL(start + bytes), RAM_BASE,
                     ULL(RAM_BASE + source->memory));
}

static int check_elf(const struct source *source, const Elf64_Ehdr *header, struct error *error)
{
    const char *path = source->path;
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB)
        return error_set(error, "%s: not a 64-bit little-endian ELF file", path);
    if (header->e_machine != EM_RISCV)
        return error_set(error, "%s: ELF file for machine %u, expected %u (RISC-V)", path,
                         header->e_machine, EM_RISCV);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return error_set(error, "%s: ELF type %u, expected a linked program (%u)", path,
                         header->e_type, ET_EXEC);
    uint64_t table = (uint64_t)header->e_phnum * sizeof(Elf64_Phdr);
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phoff > source->bytes ||
        table > source->bytes - header->e_phoff)
        return error_set(error, "%s: cut short: its program headers end at %llu of %zu bytes", path,
                         ULL(header->e_phoff + table), source->bytes);
    return 0;
}

static Elf64_Phdr segment_of(const struct source *source, const Elf64_Ehdr *header, unsigned index)
{
    Elf64_Phdr segment;
    memcpy(&segment, source->data + header->e_phoff + index * sizeof(segment), sizeof(segment));
    return segment;
}

static int check_segment(const struct source *source, const Elf64_Phdr *segment,
                         struct error *error)
{
    if (segment->p_filesz > segment->p_memsz)
        return error_set(error, "%s: a segment has %llu bytes in the file and only %llu in memory",
                         source->path, ULL(segment->p_filesz), ULL(segment->p_memsz));
    if (segment->p_offset > source->bytes || segment->p_filesz > source->bytes - segment->p_offset)
        return error_set(error, "%s: cut short: a segment ends at byte %llu of %zu", source->path,
                         ULL(segment->p_offset + segment->p_filesz), source->bytes);
    return check_range(source, segment->p_paddr, segment->p_memsz, error);
}

/* Finds what the loadable segments span: file bytes in [gpa, *flat_end), memory up to end. */
static int measure_elf(const struct source *source, const Elf64_Ehdr *header, struct image *image,
                       uint64_t *flat_end, struct error *error)
{
    image->gpa = UINT64_MAX;
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment = segment_of(source, header, i);
        if (segment.p_type != PT_LOAD || segment.p_memsz == 0)
            continue;
        if (check_segment(source, &segment, error) != 0)
            return -1;
        if (segment.p_paddr < image->gpa)
            image->gpa = segment.p_paddr;
        if (segment.p_paddr + segment.p_memsz > image->end)
            image->end = segment.p_paddr + segment.p_memsz;
        if (segment.p_paddr + segment.p_filesz > *flat_end)
            *flat_end = segment.p_paddr + segment.p_filesz;
    }
    if (*flat_end <= image->gpa)
        return error_set(error, "%s: ELF file with nothing to load", source->path);
    return 0;
}

/* The entry is a virtual address; the guest starts without translation. */
static int place_entry(const struct source *source, const Elf64_Ehdr *header, struct image *image,
                       struct error *error)
{
    for (unsigned i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment = segment_of(source, header, i);
        if (segment.p_type != PT_LOAD || header->e_entry < segment.p_vaddr ||
            header->e_entry - segment.p_vaddr >= segment.p_filesz)
            continue;
        image->entry = header->e_entry - segment.p_vaddr + segment.p_paddr;
        return 0;
    }
    return error_set(error, "%s: its entry %#llx is in no segment", source->path,
                     ULL(header->e_entry));
}

static int load_elf(const struct source *source, struct image *image, struct error *error)
{
    Elf64_Ehdr header;
    if (source->bytes < sizeof(header))
        return error_set(error, "%s: cut short: %zu bytes, an ELF header has %zu", source->path,
                         source->bytes, sizeof(header));
    memcpy(&header, source->data, sizeof(header));
    uint64_t flat_end = 0;
    if (check_elf(source, &header, error) != 0 ||
        measure_elf(source, &header, image, &flat_end, error) != 0 ||
        place_entry(source, &header, image, error) != 0)
        return -1;
    char *flat = buffer_reserve(&image->bytes, flat_end - image->gpa);
    memset(flat, 0, flat_end - image->gpa + 1);
    image->bytes.length = flat_end - image->gpa;
    for (unsigned i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr segment = segment_of(source, &header, i);
        if (segment.p_type == PT_LOAD && segment.p_memsz != 0)
            memcpy(flat + (segment.p_paddr - image->gpa), source->data + segment.p_offset,
                   segment.p_filesz);
    }
    return 0;
}

static uint64_t little64(const uint8_t *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof(value));
    return le64toh(value);
}

/* Header of a Linux Image: text_offset at 8, image_size at 16, magic at 0x38; 64 bytes. */
static bool is_linux(const struct source *source)
{
    return source->bytes >= 64 && memcmp(source->data + 0x38, "RSC\x05", 4) == 0;
}

static int load_flat(const struct source *source, uint64_t gpa, uint64_t bytes, struct image *image,
                     struct error *error)
{
    if (bytes < source->bytes)
        bytes = source->bytes;
    if (check_range(source, gpa, bytes, error) != 0)
        return -1;
    buffer_add(&image->bytes, source->data, source->bytes);
    image->gpa = image->entry = gpa;
    image->end = gpa + bytes;
    return 0;
}

static int load_linux(const struct source *source, struct image *image, struct error *error)
{
    uint64_t text_offset = little64(source->data + 8);
    uint64_t size = little64(source->data + 16);
    if (text_offset % (2ull << 20) != 0)
        return error_set(error, "%s: Linux Image with text_offset %#llx, not a multiple of 2 MiB",
                         source->path, ULL(text_offset));
    if (text_offset > source->memory)
        return check_range(source, RAM_BASE + source->memory, text_offset, error);
    return load_flat(source, RAM_BASE + text_offset, size, image, error);
}

static int refuse_compressed(const struct source *source, struct error *error)
{
    static const struct {
        const char *magic, *name, *cure;
    } packers[] = {
        {"\x1f\x8b", "gzip", "gunzip"},
        {"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
        {"\xfd"
         "7zXZ",
         "xz", "unxz"},
    };
    for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
        size_t length = strlen(packers[i].magic);
        if (source->bytes >= length && memcmp(source->data, packers[i].magic, length) == 0)
            return error_set(error, "%s: is compressed with %s; unpack it first (%s)", source->path,
                             packers[i].name, packers[i].cure);
    }
    return 0;
}

/* Is every byte of it one that texts have? A program has zeros and other control characters. */
static bool is_text(const struct source *source)
{
    for (size_t i = 0; i < source->bytes; i++)
        if (source->data[i] == 0 || (source->data[i] < ' ' && !isspace(source->data[i])))
            return false;
    return true;
}

int image_from_bytes(const char *path, const void *data, size_t bytes, uint64_t memory,
                     struct image *image, struct error *error)
{
    struct source source = {path, data, bytes, memory};
    *image = (struct image){0};
    int result;
    if (bytes == 0)
        result = error_set(error, "%s: is empty", path);
    else if (refuse_compressed(&source, error) != 0)
        result = -1;
    else if (bytes >= 4 && memcmp(data, ELFMAG, SELFMAG) == 0)
        result = load_elf(&source, image, error);
    else if (is_linux(&source))
        result = load_linux(&source, image, error);
    else if (is_text(&source))
        result = error_set(
            error, "%s: is text; expected a program: ELF, a Linux Image, or raw code", path);
    else
        result = load_flat(&source, IMAGE_RAW_ADDRESS, bytes, image, error);
    if (result != 0)
        image_free(image);
    return result;
}

int image_load(const char *path, uint64_t memory, struct image *image, struct error *error)
{
    struct buffer file = {0};
    *image = (struct image){0};
    int result = file_read(path, &file, error);
    if (result == 0)
        result = image_from_bytes(path, file.data, file.length, memory, image, error);
    buffer_free(&file);
    return result;
}

void image_free(struct image *image)
{
    buffer_free(&image->bytes);
    *image = (struct image){0};
}
