/* What a reader found, as bytes: from inside the sandbox, whose word is not trusted, to outside. */
#include <stdlib.h>
#include <string.h>

#include "grade/intake.h"

#define MAGIC "intake 1"

struct record {
    uint32_t kind; /* of enum entry_kind */
    uint32_t unread;
    uint64_t path_bytes;
    uint64_t bytes;
    uint64_t text_bytes;
};

static void put(struct buffer *out, const struct record *record, const char *path,
                const struct buffer *text)
{
    buffer_add(out, record, sizeof(*record));
    buffer_add(out, path, record->path_bytes);
    if (record->text_bytes > 0) {
        buffer_add(out, text->data, record->text_bytes);
    }
}

void intake_pack(const struct intake *intake, struct buffer *out)
{
    const char *remark = intake->remark != NULL ? intake->remark : "";
    struct record first = {.path_bytes = strlen(remark)};
    buffer_add(out, MAGIC, sizeof(MAGIC));
    put(out, &first, remark, NULL);
    for (size_t i = 0; i < intake->entry_count; i++) {
        const struct intake_entry *entry = &intake->entries[i];
        struct record record = {.kind = entry->kind,
                                .unread = entry->unread,
                                .path_bytes = strlen(entry->path),
                                .bytes = entry->bytes,
                                .text_bytes = entry->text.length};
        put(out, &record, entry->path, &entry->text);
    }
}

/* The bytes that are still to be read. */
struct rest {
    const char *at;
    size_t bytes;
};

static bool take(struct rest *rest, void *to, size_t bytes)
{
    if (bytes > rest->bytes) {
        return false;
    }
    memcpy(to, rest->at, bytes);
    rest->at += bytes;
    rest->bytes -= bytes;
    return true;
}

/* A record and its path, to be freed; NULL when the bytes are no record. */
static char *take_record(struct rest *rest, struct record *record)
{
    if (!take(rest, record, sizeof(*record)) || record->kind > ENTRY_SUBMODULE ||
        record->path_bytes > rest->bytes || record->text_bytes > INTAKE_FILE_MOST) {
        return NULL;
    }
    char *path = allocate(record->path_bytes + 1, 1);
    bool good = take(rest, path, record->path_bytes) && strlen(path) == record->path_bytes &&
                record->text_bytes <= rest->bytes;
    if (!good) {
        free(path);
        return NULL;
    }
    return path;
}

static int take_entry(struct intake *intake, struct rest *rest, struct error *error)
{
    struct record record;
    struct intake_entry *entry;
    char *path = take_record(rest, &record);
    if (path == NULL) {
        return error_failed(error, "cannot be read: what its reader left is damaged");
    }
    int status =
        intake_add(intake, path, (enum entry_kind)record.kind, record.bytes, &entry, error);
    free(path);
    if (status == 0) {
        entry->unread = record.unread != 0;
        take(rest, buffer_reserve(&entry->text, record.text_bytes), record.text_bytes);
        entry->text.length = record.text_bytes;
        entry->text.data[entry->text.length] = '\0';
    }
    return status;
}

int intake_unpack(struct intake *intake, const struct buffer *packed, struct error *error)
{
    struct rest rest = {buffer_string(packed), packed->length};
    struct record first;
    char magic[sizeof(MAGIC)];
    char *remark = take(&rest, magic, sizeof(magic)) && memcmp(magic, MAGIC, sizeof(magic)) == 0
                       ? take_record(&rest, &first)
                       : NULL;
    if (remark == NULL || first.text_bytes != 0) {
        free(remark);
        return error_failed(error, "cannot be read: what its reader left is damaged");
    }
    intake->remark = remark[0] != '\0' ? remark : NULL;
    if (intake->remark == NULL) {
        free(remark);
    }
    int status = 0;
    while (status == 0 && rest.bytes > 0) {
        status = take_entry(intake, &rest, error);
    }
    return status;
}
