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

/* `bytes` at `offset` tell the kind. */
static const struct signature {
    size_t offset, length;
    const char *bytes;
    const char *kind;
} signatures[] = {
    {0, 6, "Rar!\x1a\x07", "a RAR archive"},
    {0, 6, "7z\xbc\xaf\x27\x1c", "a 7z archive"},
    {0, 4, "MSCF", "a cabinet file"},
    {0, 4, "xar!", "a xar archive"},
    {0, 4, "LZIP", "an lzip file"},
    {0, 7, "!<arch>", "an ar archive"},
    {0, 5, "07070", "a cpio archive"},
    {0, 2, "\x1f\x9d", "a file of compress (.Z)"},
    {0, 2, "\x60\xea", "an ARJ archive"},
    {2, 3, "-lh", "an LHA archive"},
    {0, 7, "**ACE**", "an ACE archive"},
    {7, 7, "**ACE**", "an ACE archive"},
    {0, 4, "hsqs", "a SquashFS image"},
    {0, 5, "%PDF-", "a PDF document"},
    {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"},
    {0, 4,
     "\x7f"
     "ELF",
     "a program (ELF)"},
};

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
    char begin[16] = {0};
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISREG(status.st_mode)) {
        return stat(path, &status) == 0 ? special_kind(status.st_mode) : NULL;
    }
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    bool readable = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                    read(fd, begin, sizeof(begin)) > 0;
    if (fd >= 0) {
        close(fd);
    }
    for (size_t i = 0; readable && i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        const struct signature *signature = &signatures[i];
        if (memcmp(begin + signature->offset, signature->bytes, signature->length) == 0) {
            return signature->kind;
        }
    }
    return NULL;
}
