/* Files of the archive, and the directory that lists all files: both can only be read. */
#include <stddef.h>

#include "file/archive.h"
#include "file/file.h"
#include "file/memory_file.h"
#include "lib/string.h"

/* Is this anything but plain reading? */
static bool writes(unsigned flags)
{
    return flags & (OPEN_WRITE | OPEN_TRUNCATE | OPEN_APPEND);
}

static long archive_read(struct file *file, struct space *space, uint64_t to, size_t bytes)
{
    size_t left = file->bytes - file->offset;
    size_t part = bytes < left ? bytes : left;
    const char *data = file->object;
    if (!user_copy_out(space, to, data + file->offset, part))
        return -EFAULT;
    file->offset += part;
    return (long)part;
}

static const struct file_operations archive_operations = {.read = archive_read};

struct file *archive_open(const char *name, unsigned flags, long *error)
{
    struct archive_file found;
    *error = -ENOENT;
    if (!archive_find(name, &found))
        return NULL;
    *error = -EROFS;
    if (writes(flags))
        return NULL;
    *error = -ENFILE;
    struct file *file = file_create(&archive_operations, flags);
    if (!file)
        return NULL;
    file->object = found.data;
    file->bytes = found.bytes;
    return file;
}

/* Entry number index of the directory: files in memory first, then the archive's. */
static bool entry_at(unsigned index, struct directory_entry *entry)
{
    const char *name;
    size_t bytes;
    unsigned in_memory = 0;
    while (memory_file_at(in_memory, &name, &bytes)) {
        if (in_memory++ != index)
            continue;
        string_copy(entry->name, name, sizeof(entry->name));
        entry->bytes = (uint32_t)bytes;
        return true;
    }
    struct archive_file file;
    if (!archive_at(index - in_memory, &file))
        return false;
    string_copy(entry->name, file.name, sizeof(entry->name));
    entry->bytes = (uint32_t)file.bytes;
    return true;
}

/* Gives whole entries only. */
static long directory_read(struct file *file, struct space *space, uint64_t to, size_t bytes)
{
    long moved = 0;
    struct directory_entry entry;
    while (bytes - (size_t)moved >= sizeof(entry)) {
        memset(&entry, 0, sizeof(entry));
        if (!entry_at((unsigned)file->offset, &entry))
            return moved;
        if (!user_copy_out(space, to + (uint64_t)moved, &entry, sizeof(entry)))
            return moved ? moved : -EFAULT;
        file->offset++;
        moved += (long)sizeof(entry);
    }
    return moved ? moved : -EINVAL;
}

static const struct file_operations directory_operations = {.read = directory_read};

struct file *directory_open(unsigned flags, long *error)
{
    *error = -EISDIR;
    if (writes(flags))
        return NULL;
    *error = -ENFILE;
    return file_create(&directory_operations, flags);
}
