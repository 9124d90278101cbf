/*
 * Starts programs. A program is an ELF file (System V ABI, "Object Files"; RISC-V ELF psABI);
 * its segments become regions, and no page is read before it is needed.
 */
#include "process/program.h"

#include "boot/csr.h"
#include "boot/hart.h"
#include "file/archive.h"
#include "lib/string.h"
#include "memory/kernel_map.h"

#define ELF_MAGIC           "\177ELF\2\1" /* 64 bits, little-endian */
#define ELF_TYPE_EXECUTABLE 2
#define ELF_MACHINE_RISCV   243
#define SEGMENT_LOAD        1
#define SEGMENT_X           1
#define SEGMENT_W           2
#define SEGMENT_R           4

/* Files of the archive begin at multiples of 4, and so do the numbers in them. */
#define IN_ARCHIVE __attribute__((packed, aligned(4)))

struct elf_header {
    uint8_t magic[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, segments_at, sections_at;
    uint32_t flags;
    uint16_t header_bytes, segment_bytes, segment_count;
    uint16_t section_bytes, section_count, name_section;
} IN_ARCHIVE;

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, virtual_address, physical_address, file_bytes, memory_bytes, align;
} IN_ARCHIVE;

bool arguments_add(struct arguments *arguments, const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (arguments->count == MAX_ARGUMENTS || bytes > ARGUMENT_BYTES - arguments->used)
        return false;
    memcpy(arguments->text + arguments->used, text, bytes);
    arguments->used += bytes;
    arguments->count++;
    return true;
}

/* The file's header, or NULL if it is not a program for this machine. */
static const struct elf_header *elf_check(const struct archive_file *file)
{
    const struct elf_header *header = (const struct elf_header *)file->data;
    if (file->bytes < sizeof(*header) || memcmp(header->magic, ELF_MAGIC, 6))
        return NULL;
    if (header->type != ELF_TYPE_EXECUTABLE || header->machine != ELF_MACHINE_RISCV)
        return NULL;
    if (header->segment_bytes != sizeof(struct elf_segment) || header->segments_at & 3)
        return NULL;
    uint64_t table = header->segment_count * sizeof(struct elf_segment);
    if (header->segments_at > file->bytes || table > file->bytes - header->segments_at)
        return NULL;
    return header;
}

static bool add_segment(struct space *space, const struct archive_file *file,
                        const struct elf_segment *segment)
{
    if (segment->type != SEGMENT_LOAD || !segment->memory_bytes)
        return true;
    if (segment->offset > file->bytes || segment->file_bytes > file->bytes - segment->offset)
        return false;
    if (segment->memory_bytes < segment->file_bytes || segment->memory_bytes > USER_TOP)
        return false;
    struct region region = {
        .start = segment->virtual_address,
        .end = segment->virtual_address + segment->memory_bytes,
        .permissions = (segment->flags & SEGMENT_R ? PTE_R : 0) |
                       (segment->flags & SEGMENT_W ? PTE_W : 0) |
                       (segment->flags & SEGMENT_X ? PTE_X : 0),
        .file = file->data + segment->offset,
        .file_start = segment->virtual_address,
        .file_bytes = segment->file_bytes,
    };
    return region.end <= USER_HEAP_LIMIT && space_add_region(space, &region);
}

/* The heap begins on the page after the last segment; the stack has its fixed place. */
static bool add_heap_and_stack(struct space *space)
{
    uint64_t end = 0;
    for (unsigned i = 0; i < space->region_count; i++)
        end = space->regions[i].end > end ? space->regions[i].end : end;
    struct region heap = {PAGE_UP(end), PAGE_UP(end), PTE_R | PTE_W, 0, 0, NULL};
    struct region stack = {
        USER_STACK_TOP - USER_STACK_BYTES, USER_STACK_TOP, PTE_R | PTE_W, 0, 0, NULL};
    if (!space_add_region(space, &heap) || !space_add_region(space, &stack))
        return false;
    space->heap = &space->regions[space->region_count - 2];
    return true;
}

static bool load(struct space *space, const struct archive_file *file)
{
    const struct elf_header *header = elf_check(file);
    if (!header)
        return false;
    const struct elf_segment *segments =
        (const struct elf_segment *)(file->data + header->segments_at);
    for (unsigned i = 0; i < header->segment_count; i++) {
        if (!add_segment(space, file, &segments[i]))
            return false;
    }
    return add_heap_and_stack(space);
}

/*
 * Puts the arguments at the top of the stack: the strings, and below them the array of pointers
 * to them. Returns the array's address, aligned to 16, or 0 if there is no memory.
 */
static uint64_t push_arguments(struct space *space, const struct arguments *arguments)
{
    uint64_t strings = USER_STACK_TOP - ((arguments->used + 15) & ~15ul);
    uint64_t array = (strings - 8 * (arguments->count + 1)) & ~15ul;
    if (!user_copy_out(space, strings, arguments->text, arguments->used))
        return 0;
    uint64_t offset = 0;
    for (unsigned i = 0; i < arguments->count; i++) {
        uint64_t pointer = strings + offset;
        if (!user_copy_out(space, array + 8 * i, &pointer, sizeof(pointer)))
            return 0;
        offset += strlen(arguments->text + offset) + 1;
    }
    return array;
}

static void begin_program(struct process *process, uint64_t entry, uint64_t array, unsigned count)
{
    uint64_t status = process->frame->sstatus;
    memset(process->frame, 0, sizeof(*process->frame));
    process->frame->sstatus = (status & ~SSTATUS_FS) | SSTATUS_FS_OFF;
    process->frame->sepc = entry;
    process->frame->x[REG_SP] = array;
    process->frame->x[REG_A0] = count;
    process->frame->x[REG_A1] = array;
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->exec)
            (*hooks)->exec(process);
    }
}

/* Gives the process its new space; the old one goes, which the hart may be translating by. */
static void replace_space(struct process *process, const struct space *space)
{
    struct space old = process->space;
    process->space = *space;
    if (space->heap)
        process->space.heap = process->space.regions + (space->heap - space->regions);
    if (process == this_hart()->current)
        kernel_map_switch(process->space.root);
    space_destroy(&old);
}

int program_start(struct process *process, const char *path, const struct arguments *arguments)
{
    struct archive_file file;
    if (!archive_find(*path == '/' ? path + 1 : path, &file))
        return -ENOENT;
    struct space space;
    if (!space_create(&space))
        return -ENOMEM;
    if (!load(&space, &file)) {
        space_destroy(&space);
        return -ENOEXEC;
    }
    uint64_t array = push_arguments(&space, arguments);
    if (!array) {
        space_destroy(&space);
        return -ENOMEM;
    }
    uint64_t entry = ((const struct elf_header *)file.data)->entry;
    replace_space(process, &space);
    string_copy(process->name, file.name, sizeof(process->name));
    begin_program(process, entry, array, arguments->count);
    return 0;
}
