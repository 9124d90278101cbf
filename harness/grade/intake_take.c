/* Decides what of a submission is taken, and says what is not. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grade/intake.h"
#include "lib/text.h"

#define PATH_SHOWN 200

/* One intake into one tree. */
struct taking {
    struct intake *intake;
    const struct course *course;
    unsigned upto;
    struct tree *tree;
    const char **paths; /* taken so far */
};

/* Takes the line over. */
static void add_note(struct intake *intake, char *line)
{
    if (intake->note_count == INTAKE_NOTES_MOST) {
        intake->unsaid++;
        free(line);
        return;
    }
    intake->notes = reallocate(intake->notes, (intake->note_count + 1) * sizeof(char *));
    intake->notes[intake->note_count++] = line;
}

static void note(struct intake *intake, const char *path, const char *text)
{
    struct buffer line = {0}, shown = {0};
    text_add(&shown, path);
    buffer_printf(&line, "%.*s%s: %s", PATH_SHOWN, buffer_string(&shown),
                  shown.length > PATH_SHOWN ? "…" : "", text);
    add_note(intake, line.data);
    buffer_free(&shown);
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
    if (entry->text.length >= 2 && (memcmp(entry->text.data, "\xff\xfe", 2) == 0 ||
                                    memcmp(entry->text.data, "\xfe\xff", 2) == 0)) {
        return "was not taken: it is UTF-16; save it as UTF-8";
    }
    if (memchr(buffer_string(&entry->text), '\0', entry->text.length) != NULL) {
        return "was not taken: it holds a NUL byte and so is no text";
    }
    return NULL;
}

/* Whether files of the course lie below the path. */
static bool is_course_folder(const struct course *course, const char *path)
{
    size_t length = strlen(path);
    for (size_t i = 0; i < course->file_count; i++) {
        const char *file = course->files[i].path;
        if (strncasecmp(file, path, length) == 0 && file[length] == '/') {
            return true;
        }
    }
    return false;
}

/* What to say of an entry that no learner may change: that it differs from the course's, or that
 * what is behind it is not here. */
static void leave(struct taking *taking, const struct intake_entry *entry, const char *path)
{
    const struct tree_file *ours = tree_find(taking->tree, path);
    bool source = strncmp(path, "hv/", 3) == 0 || strncmp(path, "guest-os/", 9) == 0 ||
                  strncmp(path, "abi/", 4) == 0 || strcmp(path, "Makefile") == 0;
    if (ours != NULL && source && !(entry->kind == ENTRY_FILE && intake_same(&ours->text, entry))) {
        note(taking->intake, path, "is the course's; yours differs and was not taken");
    } else if (entry->kind == ENTRY_LINK && is_course_folder(taking->course, path)) {
        note(taking->intake, path, "is a link and was not followed; hand in the folder itself");
    } else if (entry->kind == ENTRY_SUBMODULE && is_course_folder(taking->course, path)) {
        note(taking->intake, path,
             "is a submodule, and so not in this repository; hand in its files");
    } else {
        taking->intake->left++;
    }
}

static bool is_taken(const struct taking *taking, const char *path)
{
    for (size_t i = 0; i < taking->intake->taken; i++) {
        if (strcmp(taking->paths[i], path) == 0) {
            return true;
        }
    }
    return false;
}

static void put(struct taking *taking, const struct intake_entry *entry, const char *path,
                const char *meant)
{
    struct intake *intake = taking->intake;
    struct buffer text = {0};
    buffer_add(&text, entry->text.data, entry->text.length);
    if (intake_strip_returns(&text)) {
        note(intake, path, "has carriage returns at the ends of lines; they were removed");
    }
    if (intake_strip_mark(&text)) {
        note(intake, path, "begins with a byte order mark; it was removed");
    }
    if (meant != path) {
        char *words = format_string("was taken for %s", meant);
        note(intake, path, words);
        free(words);
    }
    tree_put(taking->tree, meant, taking->upto, &text);
    if (is_taken(taking, meant)) {
        note(intake, meant, "is there more than once; the last one was taken");
        return;
    }
    taking->paths = reallocate(taking->paths, (intake->taken + 1) * sizeof(char *));
    taking->paths[intake->taken++] = meant;
}

/* exact: only what is spelled as the course spells it; else only what is not, and is yet missing.
 */
static void consider(struct taking *taking, const struct intake_entry *entry, const char *path,
                     bool exact)
{
    const char *meant = intake_meant(taking->course, taking->upto, path);
    if (meant == NULL) {
        if (!exact) {
            leave(taking, entry, path);
        }
        return;
    }
    if (meant != path && !exact && is_taken(taking, meant)) {
        char *words = format_string("was not taken: %s is there too", meant);
        note(taking->intake, path, words);
        free(words);
        return;
    }
    if ((meant == path) != exact) {
        return;
    }
    const char *reason = objection(entry, path);
    if (reason != NULL) {
        note(taking->intake, path, reason);
        return;
    }
    put(taking, entry, path, meant);
}

/* What an earlier stage took and noted. */
static void forget(struct intake *intake)
{
    for (size_t i = 0; i < intake->note_count; i++) {
        free(intake->notes[i]);
    }
    intake->note_count = intake->taken = intake->left = intake->unsaid = 0;
}

/* For a submission in which nothing was found: what was looked for, and what is there. */
static void tell_nothing(struct intake *intake)
{
    struct buffer line = {0};
    for (size_t i = 0; i < intake->entry_count && i < 5; i++) {
        buffer_text(&line, i > 0 ? ", " : "");
        text_add(&line, intake->entries[i].path);
    }
    if (line.length > 0) {
        char *text = format_string("looked for, with the files that the lab names; found %.300s%s",
                                   buffer_string(&line), intake->entry_count > 5 ? ", …" : "");
        note(intake, "hv/ and guest-os/", text);
        free(text);
    }
    buffer_free(&line);
}

/* What was found out before, a line each. */
static void note_remarks(struct intake *intake)
{
    const char *at = intake->remark != NULL ? intake->remark : "";
    while (*at != '\0') {
        size_t length = strcspn(at, "\n");
        char *line = format_string("%.*s", (int)length, at);
        add_note(intake, copy_string(line));
        free(line);
        at += length + (at[length] == '\n');
    }
}

void intake_take(struct intake *intake, const struct course *course, unsigned upto,
                 struct tree *tree)
{
    struct taking taking = {.intake = intake, .course = course, .upto = upto, .tree = tree};
    const char *root = intake->root != NULL ? intake->root : "";
    size_t length = strlen(root);
    forget(intake);
    note_remarks(intake);
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < intake->entry_count; i++) {
            const char *path = intake->entries[i].path;
            if (intake_leaves(path)) {
                if (exact) {
                    note(intake, path, "leads out of the tree and was not taken");
                }
            } else if (strncmp(path, root, length) == 0) {
                consider(&taking, &intake->entries[i], path + length, exact);
            } else if (exact) {
                intake->left++;
            }
        }
    }
    if (intake->taken == 0) {
        tell_nothing(intake);
    }
    free(taking.paths);
}
