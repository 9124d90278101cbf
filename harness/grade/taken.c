/* Digests what was read, and knows files of other kinds by their first bytes. */
#include "grade/taken.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char taken_kinds[] =
    "coach takes a folder, a zip file or a tar file (plain, gzip, bzip2, xz or zstd)";

void taken_digest(const struct intake *intake, char text[DIGEST_CHARACTERS])
{
    struct digest digest;
    digest_begin(&digest);
    for (size_t i = 0; i < intake->entry_count; i++) {
        const struct intake_entry *entry = &intake->entries[i];
        digest_text(&digest, entry->path);
        digest_number(&digest, entry->kind);
        digest_number(&digest, entry->bytes);
        digest_add(&digest, buffer_string(&entry->text), entry->text.length);
    }
    digest_end(&digest, text);
}

/* Neither a file nor a folder: opening it might wait for ever. */
static const char *special_kind(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    case S_IFCHR:
    case S_IFBLK:
        return "a device";
    default:
        return NULL;
    }
}

const char *taken_other_kind(const char *path)
{
    char begin[KIND_BYTES];
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return stat(path, &status) == 0 ? special_kind(status.st_mode) : NULL;
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool regular = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    ssize_t bytes = regular ? read(fd, begin, sizeof(begin)) : -1;
    if (fd >= 0) {
        close(fd);
    }
    struct kind kind = kind_of(begin, bytes > 0 ? (size_t)bytes : 0);
    return kind.taken ? NULL : kind.name;
}
