/* Reads a submission from a tar or zip file through libarchive, in memory and within bounds. */
#include "grade/intake.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

/* Reads one member's bytes, or skips them when it is too large to be a source. */
static int read_member(struct intake *intake, struct archive *archive, struct intake_entry *entry,
                       struct error *error)
{
    char piece[65536];
    for (;;) {
        la_ssize_t count = archive_read_data(archive, piece, sizeof(piece));
        if (count < 0) {
            return error_set(error, "is damaged at %.100s: %.200s", entry->path,
                             archive_error_string(archive));
        }
        if (count == 0) {
            break;
        }
        if (intake_count(intake, (uint64_t)count, error) != 0) {
            return -1;
        }
        if (entry->text.length <= INTAKE_FILE_MOST) {
            buffer_add(&entry->text, piece, (size_t)count);
        }
    }
    if (entry->text.length > INTAKE_FILE_MOST) {
        entry->bytes = entry->text.length;
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

/* The name as it stands, or in UTF-8 if it cannot be told in the locale at hand. */
static const char *name_of(struct archive_entry *header)
{
    const char *name = archive_entry_pathname(header);
    if (name == NULL) {
        name = archive_entry_pathname_utf8(header);
    }
    return name != NULL ? name : "\x01";
}

static int read_members(struct intake *intake, struct archive *archive, struct error *error)
{
    struct archive_entry *header;
    for (;;) {
        int status = archive_read_next_header(archive, &header);
        if (status == ARCHIVE_EOF) {
            return 0;
        }
        if (status < ARCHIVE_WARN) {
            return error_set(error, "is no tar or zip file, or damaged: %.200s",
                             archive_error_string(archive));
        }
        if (archive_entry_filetype(header) == AE_IFDIR) {
            continue;
        }
        struct intake_entry *entry;
        if (intake_add(intake, name_of(header), kind_of(header),
                       (uint64_t)archive_entry_size(header), &entry, error) != 0) {
            return -1;
        }
        if (entry->kind == ENTRY_FILE && read_member(intake, archive, entry, error) != 0) {
            return -1;
        }
    }
}

int intake_read_archive(struct intake *intake, const char *path, struct error *error)
{
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    int status;
    if (archive_read_open_filename(archive, path, 65536) != ARCHIVE_OK) {
        status = error_set(error, "is no tar or zip file: %.200s", archive_error_string(archive));
    } else {
        status = read_members(intake, archive, error);
    }
    archive_read_free(archive);
    return status;
}
