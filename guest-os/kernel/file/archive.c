/*
 * Reads cpio "newc": each file is a header of 110 characters, its name with a terminator, and
 * its data; name and data are filled up to multiples of 4. All numbers are eight hex digits.
 *
 *     "070701" ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor
 *     namesize check
 */
#include "file/archive.h"

#include "lib/string.h"
#include "platform/platform.h"

#define HEADER_BYTES    110
#define FIELD_MODE      1
#define FIELD_FILE_SIZE 6
#define FIELD_NAME_SIZE 11
#define MODE_TYPE       0170000
#define MODE_REGULAR    0100000

extern const char __archive_start[], __archive_end[];

/* Field number `field` of the header: -1 if it is not eight hex digits. */
static int64_t header_field(const char *header, int field)
{
    int64_t value = 0;
    for (int i = 0; i < 8; i++) {
        const char *digits = "0123456789abcdef";
        char digit = header[6 + 8 * field + i];
        if (digit >= 'A' && digit <= 'F')
            digit += 'a' - 'A';
        const char *place = digit ? strchr(digits, digit) : NULL;
        if (!place)
            return -1;
        value = value * 16 + (place - digits);
    }
    return value;
}

static size_t fill_up(size_t bytes)
{
    return (bytes + 3) & ~3ul;
}

/*
 * Reads the entry at `at`, which ends before `end`. Returns where the next entry begins, or
 * NULL after the last one and at anything that is not whole. *regular: it is a file.
 */
static const char *read_entry(const char *at, const char *end, struct archive_file *file,
                              bool *regular)
{
    if (end - at < HEADER_BYTES || strncmp(at, "070701", 6))
        return NULL;
    int64_t mode = header_field(at, FIELD_MODE);
    int64_t bytes = header_field(at, FIELD_FILE_SIZE);
    int64_t name_bytes = header_field(at, FIELD_NAME_SIZE);
    if (mode < 0 || bytes < 0 || name_bytes < 1)
        return NULL;
    size_t data_at = fill_up(HEADER_BYTES + (size_t)name_bytes);
    if (data_at + fill_up((size_t)bytes) > (size_t)(end - at))
        return NULL;

    const char *name = at + HEADER_BYTES;
    if (name[name_bytes - 1] || !strcmp(name, "TRAILER!!!"))
        return NULL;
    if (!strncmp(name, "./", 2))
        name += 2;
    *file = (struct archive_file){name, (const uint8_t *)at + data_at, (size_t)bytes};
    *regular = (mode & MODE_TYPE) == MODE_REGULAR;
    return at + data_at + fill_up((size_t)bytes);
}

/* Walks one archive: counts *index down at each regular file, and stops at the one that brings
 * it below 0 (wanted == NULL) or that has the wanted name. */
static bool search(const char *at, const char *end, const char *wanted, int64_t *index,
                   struct archive_file *file)
{
    bool regular;
    while (at && (at = read_entry(at, end, file, &regular))) {
        if (!regular)
            continue;
        if (wanted ? !strcmp(file->name, wanted) : (*index)-- == 0)
            return true;
    }
    return false;
}

bool archive_find(const char *name, struct archive_file *file)
{
    const char *start = (const char *)platform.initrd.start, *end = (char *)platform.initrd.end;
    return (start < end && search(start, end, name, NULL, file)) ||
           search(__archive_start, __archive_end, name, NULL, file);
}

bool archive_at(unsigned index, struct archive_file *file)
{
    int64_t left = index;
    const char *start = (const char *)platform.initrd.start, *end = (char *)platform.initrd.end;
    return (start < end && search(start, end, NULL, &left, file)) ||
           search(__archive_start, __archive_end, NULL, &left, file);
}
