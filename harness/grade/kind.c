/* Knows files by the bytes that their formats begin with. */
#include "grade/kind.h"

#include <string.h>
#include <strings.h>

/* `bytes` at `offset` tell the kind. */
static const struct signature {
    size_t offset, length;
    const char *bytes;
    struct kind kind;
} signatures[] = {
    {0, 4, "PK\x03\x04", {"a zip file", true, true}},
    {0, 4, "PK\x05\x06", {"a zip file", true, true}},
    {0, 2, "\x1f\x8b", {"a gzip file", true, true}},
    {0, 3, "BZh", {"a bzip2 file", true, true}},
    {0, 6, "\xfd\x37zXZ\0", {"an xz file", true, true}},
    {0, 4, "\x28\xb5\x2f\xfd", {"a zstd file", true, true}},
    {257, 5, "ustar", {"a tar file", true, true}},
    {0, 6, "Rar!\x1a\x07", {"a RAR archive", true, false}},
    {0, 6, "7z\xbc\xaf\x27\x1c", {"a 7z archive", true, false}},
    {0, 4, "MSCF", {"a cabinet file", true, false}},
    {0, 4, "xar!", {"a xar archive", true, false}},
    {0, 4, "LZIP", {"an lzip file", true, false}},
    {0, 7, "!<arch>", {"an ar archive", true, false}},
    {0, 5, "07070", {"a cpio archive", true, false}},
    {0, 2, "\x1f\x9d", {"a file of compress (.Z)", true, false}},
    {0, 2, "\x60\xea", {"an ARJ archive", true, false}},
    {2, 3, "-lh", {"an LHA archive", true, false}},
    {0, 7, "**ACE**", {"an ACE archive", true, false}},
    {7, 7, "**ACE**", {"an ACE archive", true, false}},
    {0, 4, "hsqs", {"a SquashFS image", true, false}},
    {0, 16, "# v2 git bundle\n", {"a git bundle", true, false}},
    {0, 16, "# v3 git bundle\n", {"a git bundle", true, false}},
    {0, 5, "%PDF-", {"a PDF document", false, false}},
    {0, 8, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {"an old Office document", false, false}},
    {0,
     4,
     "\x7f"
     "ELF",
     {"a program (ELF)", false, false}},
};

struct kind kind_of(const void *begin, size_t bytes)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        const struct signature *signature = &signatures[i];
        if (signature->offset + signature->length <= bytes &&
            memcmp((const char *)begin + signature->offset, signature->bytes, signature->length) ==
                0) {
            return signature->kind;
        }
    }
    return (struct kind){0};
}

bool kind_is_archive_name(const char *name)
{
    static const char *const endings[] = {".zip",  ".tar", ".tgz",     ".txz",    ".tbz2",
                                          ".tzst", ".tbz", ".tar.gz",  ".tar.xz", ".tar.bz2",
                                          ".rar",  ".7z",  ".tar.zst", ".bundle"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t ending = strlen(endings[i]);
        if (length >= ending && strcasecmp(name + length - ending, endings[i]) == 0) {
            return true;
        }
    }
    return false;
}
