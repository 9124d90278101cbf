/* Decides what of a submission is taken. */
#include "grade/intake.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int intake_add(struct intake *intake, const char *path, enum entry_kind kind, uint64_t bytes,
               struct intake_entry **entry, struct error *error)
{
    if (intake->entry_count == INTAKE_ENTRIES_MOST) {
        return error_set(error, "holds more than %u files and folders", INTAKE_ENTRIES_MOST);
    }
    intake->entries =
        reallocate(intake->entries, (intake->entry_count + 1) * sizeof(*intake->entries));
    *entry = &intake->entries[intake->entry_count++];
    **entry = (struct intake_entry){.path = copy_string(path), .kind = kind, .bytes = bytes};
    return 0;
}

int intake_count(struct intake *intake, uint64_t bytes, struct error *error)
{
    intake->total += bytes;
    if (bytes > INTAKE_TOTAL_MOST || intake->total > INTAKE_TOTAL_MOST) {
        return error_set(error, "holds more than %llu MiB", INTAKE_TOTAL_MOST >> 20);
    }
    return 0;
}

int intake_open(struct intake *intake, const char *where, struct error *error)
{
    *intake = (struct intake){0};
    struct stat status;
    const char *hash = strrchr(where, '#');
    int result;
    if (stat(where, &status) == 0 && S_ISDIR(status.st_mode)) {
        result = intake_read_folder(intake, where, error);
    } else if (stat(where, &status) == 0) {
        result = intake_read_archive(intake, where, error);
    } else if (hash != NULL) {
        char *repository = copy_string(where);
        repository[hash - where] = '\0';
        result = intake_read_git(intake, repository, hash + 1, error);
        free(repository);
    } else {
        result = intake_read_git(intake, ".", where, error);
    }
    if (result != 0) {
        error_prefix(error, "%s", where);
        intake_free(intake);
    }
    return result;
}

/* Adds a note; control characters and bytes that are no ASCII are shown as \xNN. */
static void note(struct intake *intake, const char *path, const char *text)
{
    struct buffer line = {0};
    size_t length = strlen(path);
    for (size_t i = 0; i < length && i < 200; i++) {
        unsigned char byte = (unsigned char)path[i];
        buffer_printf(&line, byte < ' ' || byte > '~' ? "\\x%02x" : "%c", byte);
    }
    buffer_printf(&line, "%s: %s", length > 200 ? "…" : "", text);
    intake->notes = reallocate(intake->notes, (intake->note_count + 1) * sizeof(char *));
    intake->notes[intake->note_count++] = copy_string(buffer_string(&line));
    buffer_free(&line);
}

static bool leaves_tree(const char *path)
{
    if (path[0] == '/' || strchr(path, '\\') != NULL) {
        return true;
    }
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += part[0] == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) {
            return true;
        }
    }
    return false;
}

static const char *without_dot(const char *path)
{
    while (strncmp(path, "./", 2) == 0) {
        path += 2;
    }
    return path;
}

static bool begins_source_folder(const char *path)
{
    return strncmp(path, "hv/", 3) == 0 || strncmp(path, "guest-os/", 9) == 0;
}

/*
 * How many bytes of every path name a folder around the tree, as archives of a folder have it:
 * 0 if some path begins with hv/ or guest-os/ already, or there is more than one top folder.
 */
static size_t wrapping(const struct intake *intake)
{
    const char *folder = NULL;
    size_t length = 0;
    for (size_t i = 0; i < intake->entry_count; i++) {
        const char *path = without_dot(intake->entries[i].path);
        const char *slash = strchr(path, '/');
        if (begins_source_folder(path)) {
            return 0;
        }
        if (slash == NULL || leaves_tree(path) || !begins_source_folder(slash + 1)) {
            continue;
        }
        size_t here = (size_t)(slash + 1 - path);
        if (folder != NULL && (here != length || strncmp(folder, path, here) != 0)) {
            return 0;
        }
        folder = path;
        length = here;
    }
    return length;
}

/* Whether a build can take the name: letters, digits and _ - + . / only. */
static bool name_is_plain(const char *path)
{
    for (; *path != '\0'; path++) {
        if (!isalnum((unsigned char)*path) && strchr("_-+./", *path) == NULL) {
            return false;
        }
    }
    return true;
}

/* Removes carriage returns that stand before a newline. Returns how many there were. */
static size_t strip_returns(struct buffer *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        bool before_newline = i + 1 < text->length && text->data[i + 1] == '\n';
        if (text->data[i] != '\r' || !before_newline) {
            text->data[kept++] = text->data[i];
        }
    }
    size_t removed = text->length - kept;
    if (removed > 0) {
        text->length = kept;
        text->data[kept] = '\0';
    }
    return removed;
}

/* Why an allowed entry cannot be taken; NULL if it can. */
static const char *objection(const struct intake_entry *entry, const char *path)
{
    if (entry->kind == ENTRY_LINK) {
        return "is a link and was not taken; hand in the file itself";
    }
    if (entry->kind != ENTRY_FILE) {
        return "is no regular file and was not taken";
    }
    if (!name_is_plain(path)) {
        return "was not taken: its name has other characters than letters, digits and _ - + .";
    }
    if (entry->bytes > INTAKE_FILE_MOST) {
        return "was not taken: it is larger than 256 KiB";
    }
    if (memchr(buffer_string(&entry->text), '\0', entry->text.length) != NULL) {
        return "was not taken: it holds a NUL byte and so is no text";
    }
    return NULL;
}

/* What to say of a file that no learner may change: only that it differs from the course's. */
static void leave(struct intake *intake, const struct tree *tree, const struct intake_entry *entry,
                  const char *path)
{
    const struct tree_file *ours = tree_find(tree, path);
    bool source = begins_source_folder(path) || strncmp(path, "abi/", 4) == 0 ||
                  strcmp(path, "Makefile") == 0;
    bool same =
        ours != NULL && ours->text.length == entry->text.length &&
        memcmp(buffer_string(&ours->text), buffer_string(&entry->text), entry->text.length) == 0;
    if (ours != NULL && source && !same) {
        note(intake, path, "is the course's; yours differs and was not taken");
    } else {
        intake->left++;
    }
}

static void consider(struct intake *intake, const struct course *course, unsigned upto,
                     struct tree *tree, struct intake_entry *entry, const char *path)
{
    if (leaves_tree(path)) {
        note(intake, path, "leads out of the tree and was not taken");
        return;
    }
    if (!course_allows(course, upto, path)) {
        leave(intake, tree, entry, path);
        return;
    }
    const char *reason = objection(entry, path);
    if (reason != NULL) {
        note(intake, path, reason);
        return;
    }
    entry->returns |= strip_returns(&entry->text) > 0;
    if (entry->returns) {
        note(intake, path, "has carriage returns at the ends of lines; they were removed");
    }
    struct buffer text = {0};
    buffer_add(&text, entry->text.data, entry->text.length);
    tree_put(tree, path, upto, &text);
    intake->taken++;
}

/* What an earlier stage took and noted. */
static void forget(struct intake *intake)
{
    for (size_t i = 0; i < intake->note_count; i++) {
        free(intake->notes[i]);
    }
    intake->note_count = intake->taken = intake->left = 0;
}

void intake_take(struct intake *intake, const struct course *course, unsigned upto,
                 struct tree *tree)
{
    size_t wrapped = wrapping(intake);
    forget(intake);
    for (size_t i = 0; i < intake->entry_count; i++) {
        struct intake_entry *entry = &intake->entries[i];
        const char *path = without_dot(entry->path);
        bool inside = strlen(path) > wrapped && !leaves_tree(path);
        consider(intake, course, upto, tree, entry, inside ? path + wrapped : path);
    }
}

void intake_free(struct intake *intake)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        free(intake->entries[i].path);
        buffer_free(&intake->entries[i].text);
    }
    for (size_t i = 0; i < intake->note_count; i++) {
        free(intake->notes[i]);
    }
    free(intake->entries);
    free(intake->notes);
    *intake = (struct intake){0};
}
