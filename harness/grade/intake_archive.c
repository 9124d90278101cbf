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

/* Whether the bytes of a member are kept: those of a source, and what may have to be opened. */
static bool is_kept(struct intake_entry *entry, uint64_t bytes)
{
    if (entry == NULL || entry->kind != ENTRY_FILE) {
        return false;
    }
    return bytes <= INTAKE_FILE_MOST || entry->file.taken || intake_is_of_repository(entry->path);
}

/* Where the archive says itself that it is good and cannot be read; before it is known to be one,
 * there is nobody to ask. */
static int damaged(struct archive *archive, const char *where, struct error *error)
{
    if (archive_format(archive) != 0 && archive_read_has_encrypted_entries(archive) > 0) {
        return error_fault(error, "is encrypted: hand in one that needs no password");
    }
    return error_failed(error, "is %s: %.200s", where, archive_error_string(archive));
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
            char *where = format_string("damaged at %.100s", entry ? entry->path : "a folder");
            int status = damaged(archive, where, error);
            free(where);
            return status;
        }
        if (got == 0) {
            break;
        }
        if (entry != NULL && bytes == 0) {
            entry->file = kind_of(piece, (size_t)got);
        }
        bytes += (uint64_t)got;
        *contents += (uint64_t)got;
        if (count(intake, archive, *contents, error) != 0) {
            return -1;
        }
        if (is_kept(entry, bytes)) {
            buffer_add(&entry->text, piece, (size_t)got);
        }
    }
    if (entry != NULL && bytes > entry->bytes) { /* a hole at its end is not read */
        entry->bytes = bytes;
    }
    if (!is_kept(entry, bytes) && entry != NULL) {
        buffer_free(&entry->text);
    }
    return 0;
}

static enum entry_kind entry_kind_of(struct archive_entry *header)
{
    if (archive_entry_hardlink(header) != NULL || archive_entry_hardlink_utf8(header) != NULL ||
        archive_entry_filetype(header) == AE_IFLNK) {
        return ENTRY_LINK;
    }
    return archive_entry_filetype(header) == AE_IFREG ? ENTRY_FILE : ENTRY_OTHER;
}

/*
 * A name as it stands, or in UTF-8 if it cannot be told in the locale at hand. Some programs put
 * \ for / into archives, and no source has one in its name.
 */
static char *name_of(const char *name, const char *utf8)
{
    char *own = copy_string(name != NULL ? name : utf8 != NULL ? utf8 : "\x01");
    for (char *at = own; *at != '\0'; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
    return own;
}

/* What a hard link leads to, written as entries' paths are. NULL: the member is none. */
static char *hard_link_target(struct archive_entry *header)
{
    const char *there = archive_entry_hardlink(header), *utf8 = archive_entry_hardlink_utf8(header);
    if (there == NULL && utf8 == NULL) {
        return NULL;
    }
    char *name = name_of(there, utf8), *target = intake_plain(name);
    free(name);
    return target;
}

/* A hard link has the bytes of the member it names: of several, the last one before it. */
static int follow_hard_link(struct intake *intake, const char *target, uint64_t *contents,
                            struct error *error)
{
    struct intake_entry *entry = &intake->entries[intake->entry_count - 1];
    for (size_t i = intake->entry_count - 1; target != NULL && i-- > 0;) {
        const struct intake_entry *other = &intake->entries[i];
        if (strcmp(other->path, target) != 0) {
            continue;
        }
        if (other->kind == ENTRY_FILE) {
            *contents += other->text.length;
            entry->kind = ENTRY_FILE;
            entry->bytes = other->bytes;
            entry->file = other->file;
            buffer_free(&entry->text);
            buffer_add(&entry->text, buffer_string(&other->text), other->text.length);
        }
        return intake_count(intake, other->text.length, error);
    }
    return 0;
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
        char *name = name_of(archive_entry_pathname(header), archive_entry_pathname_utf8(header));
        status = intake_add(intake, name, entry_kind_of(header),
                            (uint64_t)archive_entry_size(header), &entry, error);
        free(name);
    }
    if (status != 0 || count(intake, archive, *contents, error) != 0) {
        return -1;
    }
    if (read_member(intake, archive, entry, contents, error) != 0) {
        return -1;
    }
    char *target = hard_link_target(header);
    if (entry != NULL && entry->kind == ENTRY_LINK) {
        status = follow_hard_link(intake, target, contents, error);
    }
    free(target);
    return status;
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
            return damaged(archive, "no tar or zip file, or damaged", error);
        }
        if (take_member(intake, archive, header, &contents, error) != 0) {
            return -1;
        }
    }
}

static struct archive *new_reader(void)
{
    setlocale(LC_CTYPE, "C.UTF-8"); /* in which names are told */
    struct archive *archive = archive_read_new();
    archive_read_support_format_tar(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_filter_gzip(archive);
    archive_read_support_filter_bzip2(archive);
    archive_read_support_filter_xz(archive);
    archive_read_support_filter_zstd(archive);
    return archive;
}

/* Only the texts of sources go out of the sandbox. */
static void drop_large(struct intake *intake)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        if (intake->entries[i].text.length > INTAKE_FILE_MOST) {
            buffer_free(&intake->entries[i].text);
        }
    }
}

static int read_opened(struct intake *intake, struct archive *archive, int opened, unsigned depth,
                       struct error *error)
{
    int status = opened == ARCHIVE_OK ? read_members(intake, archive, error)
                                      : damaged(archive, "no tar or zip file", error);
    archive_read_free(archive);
    if (status == 0) {
        status = intake_unwrap_inside(intake, depth, error);
    }
    if (status == 0) {
        drop_large(intake);
    }
    return status;
}

int intake_read_packed(struct intake *intake, const struct buffer *packed, unsigned depth,
                       struct error *error)
{
    struct archive *archive = new_reader();
    int opened = archive_read_open_memory(archive, packed->data, packed->length);
    return read_opened(intake, archive, opened, depth, error);
}

int intake_read_archive(struct intake *intake, int file, struct error *error)
{
    struct archive *archive = new_reader();
    return read_opened(intake, archive, archive_read_open_fd(archive, file, 65536), 1, error);
}
