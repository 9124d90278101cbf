/* Files in memory: a table of names, each with its pages. */
#include "file/memory_file.h"

#include <stddef.h>

#include "file/archive.h"
#include "lib/string.h"
#include "memory/page.h"

struct memory_file {
    bool used;
    bool removed;     /* no name any more; goes when nobody has it open */
    unsigned openers; /* open files that refer to it */
    size_t bytes;
    char name[NAME_BYTES];
    char *pages[MEMORY_FILE_PAGES]; /* NULL: not written yet */
};

static struct memory_file table[MEMORY_FILES];

static struct memory_file *find(const char *name)
{
    for (int i = 0; i < MEMORY_FILES; i++) {
        if (table[i].used && !table[i].removed && !strcmp(table[i].name, name))
            return &table[i];
    }
    return NULL;
}

static struct memory_file *create(const char *name)
{
    for (int i = 0; i < MEMORY_FILES; i++) {
        if (table[i].used)
            continue;
        memset(&table[i], 0, sizeof(table[i]));
        table[i].used = true;
        string_copy(table[i].name, name, sizeof(table[i].name));
        return &table[i];
    }
    return NULL;
}

static void truncate(struct memory_file *memory)
{
    for (int i = 0; i < MEMORY_FILE_PAGES; i++) {
        if (memory->pages[i])
            page_free(memory->pages[i]);
        memory->pages[i] = NULL;
    }
    memory->bytes = 0;
}

/* Forgets a file that has neither a name nor openers. */
static void forget_if_unused(struct memory_file *memory)
{
    if (!memory->removed || memory->openers)
        return;
    truncate(memory);
    memory->used = false;
}

/* The bytes of [offset, offset + bytes) that are in the page of offset. */
static size_t part_in_page(uint64_t offset, size_t bytes)
{
    size_t room = PAGE_SIZE - (offset & PAGE_MASK);
    return bytes < room ? bytes : room;
}

static struct memory_file *memory_of(const struct file *file)
{
    return (struct memory_file *)file->object;
}

static long memory_read(struct file *file, struct space *space, uint64_t to, size_t bytes)
{
    struct memory_file *memory = memory_of(file);
    size_t left = file->offset < memory->bytes ? memory->bytes - file->offset : 0;
    size_t wanted = bytes < left ? bytes : left, moved = 0;
    while (moved < wanted) {
        size_t part = part_in_page(file->offset, wanted - moved);
        const char *page = memory->pages[file->offset / PAGE_SIZE];
        if (!user_copy_out(space, to + moved, page + (file->offset & PAGE_MASK), part))
            return moved ? (long)moved : -EFAULT;
        file->offset += part;
        moved += part;
    }
    return (long)moved;
}

/* The page for offset, made if it is missing; NULL and *error if there can be none. */
static char *page_to_write(struct memory_file *memory, uint64_t offset, long *error)
{
    *error = -EFBIG;
    if (offset >= MEMORY_FILE_PAGES * PAGE_SIZE)
        return NULL;
    *error = -ENOMEM;
    char **page = &memory->pages[offset / PAGE_SIZE];
    if (!*page)
        *page = page_alloc();
    return *page;
}

/* An offset past the end, after somebody else made the file shorter, begins at the end. */
static uint64_t write_offset(const struct file *file, const struct memory_file *memory)
{
    if (file->flags & OPEN_APPEND || file->offset > memory->bytes)
        return memory->bytes;
    return file->offset;
}

static long memory_write(struct file *file, struct space *space, uint64_t from, size_t bytes)
{
    struct memory_file *memory = memory_of(file);
    file->offset = write_offset(file, memory);
    size_t moved = 0;
    while (moved < bytes) {
        long error;
        size_t part = part_in_page(file->offset, bytes - moved);
        char *page = page_to_write(memory, file->offset, &error);
        if (!page)
            return moved ? (long)moved : error;
        if (!user_copy_in(space, page + (file->offset & PAGE_MASK), from + moved, part))
            return moved ? (long)moved : -EFAULT;
        file->offset += part;
        moved += part;
        if (file->offset > memory->bytes)
            memory->bytes = file->offset;
    }
    return (long)moved;
}

static void memory_close(struct file *file)
{
    struct memory_file *memory = memory_of(file);
    memory->openers--;
    forget_if_unused(memory);
}

static const struct file_operations memory_operations = {
    .read = memory_read,
    .write = memory_write,
    .close = memory_close,
};

struct file *memory_open(const char *name, unsigned flags, long *error)
{
    struct memory_file *memory = find(name);
    *error = -ENOENT;
    if (!memory && !(flags & OPEN_CREATE))
        return NULL;
    *error = -ENFILE;
    struct file *file = file_create(&memory_operations, flags);
    if (!file)
        return NULL;
    if (!memory)
        memory = create(name);
    if (!memory) {
        file->operations = NULL;
        *error = -ENOSPC;
        return NULL;
    }
    if (flags & OPEN_TRUNCATE)
        truncate(memory);
    memory->openers++;
    file->object = memory;
    return file;
}

long memory_file_remove(const char *name)
{
    struct memory_file *memory = find(name);
    struct archive_file in_archive;
    if (!memory)
        return archive_find(name, &in_archive) ? -EROFS : -ENOENT;
    memory->removed = true;
    forget_if_unused(memory);
    return 0;
}

bool memory_file_at(unsigned index, const char **name, size_t *bytes)
{
    for (int i = 0; i < MEMORY_FILES; i++) {
        if (!table[i].used || table[i].removed || index--)
            continue;
        *name = table[i].name;
        *bytes = table[i].bytes;
        return true;
    }
    return false;
}
