/*
 * Reads a submission from a tar or zip file through libarchive, inside the sandbox. Every byte
 * that comes out of a decompressor counts: contents, headers, and what is passed over.
 */
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "grade/intake.h"

/* What the decompressors have made so far, or the members' contents where those are more. */
static int count(struct intake *intake, struct archive *archive, uint64_t contents,
                 struct error *error)
{
    la_int64_t raw = archive_filter_bytes(archive, 0);
    uint64_t all = raw > 0 && (uint64_t)raw > contents ? (uint64_t)raw : contents;
    intake->total = 0;
    return intake_count(intake, all, error);
}

/* Reads one member's bytes to their end, and keeps them unless it is too large to be a source. */
static int read_member(struct intake *intake, struct archive *archive, struct intake_entry *entry,
                       uint64_t *contents, struct error *error)
{
    char piece[65536];
    uint64_t bytes = 0;
    for (;;) {
        la_ssize_t got = archive_read_data(archive, piece, sizeof(piece));
        if (got < 0) {
            return error_set(error, "is damaged at %.100s: %.200s",
                             entry != NULL ? entry->path : "a folder",
                             archive_error_string(archive));
        }
        if (got == 0) {
            break;
        }
        bytes += (uint64_t)got;
        *contents += (uint64_t)got;
        if (count(intake, archive, *contents, error) != 0) {
            return -1;
        }
        if (entry != NULL && entry->kind == ENTRY_FILE && bytes <= INTAKE_FILE_MOST) {
            buffer_add(&entry->text, piece, (size_t)got);
        }
    }
    if (entry != NULL && bytes > INTAKE_FILE_MOST) {
        entry->bytes = bytes;
        buffer_free(&entry->text);
    }
    return 0;
}

static enum entry_kind kind_of(struct archive_entry *header)
{
    if (archive_entry_hardlink(header) != NULL || archive_entry_filetype(header) == AE_IFLNK) {
        return ENTRY_LINK;
    }
    return archive_entry_filetype(header) == AE_IFREG ? ENTRY_FILE : ENTRY_OTHER;
}

/*
 * The name as it stands, or in UTF-8 if it cannot be told in the locale at hand. Some programs
 * put \ for / into zip files.
 */
static char *name_of(struct archive_entry *header)
{
    const char *name = archive_entry_pathname(header);
    if (name == NULL) {
        name = archive_entry_pathname_utf8(header);
    }
    char *own = copy_string(name != NULL ? name : "\x01");
    for (char *at = strchr(own, '/') == NULL ? own : own + strlen(own); *at != '\0'; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
    return own;
}

/* One member; folders are not kept, and yet read to their end. */
static int take_member(struct intake *intake, struct archive *archive, struct archive_entry *header,
                       uint64_t *contents, struct error *error)
{
    struct intake_entry *entry = NULL;
    int status;
    if (archive_entry_filetype(header) == AE_IFDIR) {
        status = intake_add_folder(intake, error);
    } else {
        char *name = name_of(header);
        status = intake_add(intake, name, kind_of(header), (uint64_t)archive_entry_size(header),
                            &entry, error);
        free(name);
    }
    if (status != 0 || count(intake, archive, *contents, error) != 0) {
        return -1;
    }
    return read_member(intake, archive, entry, contents, error);
}

static int read_members(struct intake *intake, struct archive *archive, struct error *error)
{
    struct archive_entry *header;
    uint64_t contents = 0;
    for (;;) {
        int status = archive_read_next_header(archive, &header);
        if (status == ARCHIVE_EOF) {
            return 0;
        }
        if (status < ARCHIVE_WARN) {
            return error_set(error, "is no tar or zip file, or damaged: %.200s",
                             archive_error_string(archive));
        }
        if (take_member(intake, archive, header, &contents, error) != 0) {
            return -1;
        }
    }
}

int intake_read_archive(struct intake *intake, int file, struct error *error)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* in which names are told */
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    int status;
    if (archive_read_open_fd(archive, file, 65536) != ARCHIVE_OK) {
        status = error_set(error, "is no tar or zip file: %.200s", archive_error_string(archive));
    } else {
        status = read_members(intake, archive, error);
    }
    archive_read_free(archive);
    return status;
}
