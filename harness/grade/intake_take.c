/* Decides what of a submission is taken, and says what is not. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

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

static void note(struct intake *intake, const char *path, const char *text)
{
    if (intake->note_count == INTAKE_NOTES_MOST) {
        intake->unsaid++;
        return;
    }
    struct buffer line = {0}, shown = {0};
    text_add(&shown, path);
    buffer_printf(&line, "%.*s%s: %s", PATH_SHOWN, buffer_string(&shown),
                  shown.length > PATH_SHOWN ? "…" : "", text);
    intake->notes = reallocate(intake->notes, (intake->note_count + 1) * sizeof(char *));
    intake->notes[intake->note_count++] = line.data;
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
static void leave(struct taking *taking, const struct intake_entry *entry, const char *path)
{
    const struct tree_file *ours = tree_find(taking->tree, path);
    bool source = strncmp(path, "hv/", 3) == 0 || strncmp(path, "guest-os/", 9) == 0 ||
                  strncmp(path, "abi/", 4) == 0 || strcmp(path, "Makefile") == 0;
    bool same =
        ours != NULL && ours->text.length == entry->text.length &&
        memcmp(buffer_string(&ours->text), buffer_string(&entry->text), entry->text.length) == 0;
    if (ours != NULL && source && !same) {
        note(taking->intake, path, "is the course's; yours differs and was not taken");
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

static void put(struct taking *taking, struct intake_entry *entry, const char *path,
                const char *meant)
{
    struct intake *intake = taking->intake;
    entry->returns |= strip_returns(&entry->text) > 0;
    if (entry->returns) {
        note(intake, path, "has carriage returns at the ends of lines; they were removed");
    }
    if (meant != path) {
        char *text = format_string("was taken for %s", meant);
        note(intake, path, text);
        free(text);
    }
    struct buffer text = {0};
    buffer_add(&text, entry->text.data, entry->text.length);
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
static void consider(struct taking *taking, struct intake_entry *entry, const char *path,
                     bool exact)
{
    const char *meant = intake_meant(taking->course, taking->upto, path);
    if (meant == NULL || (meant != path && !exact && is_taken(taking, meant))) {
        if (!exact) {
            leave(taking, entry, path);
        }
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

void intake_take(struct intake *intake, const struct course *course, unsigned upto,
                 struct tree *tree)
{
    struct taking taking = {.intake = intake, .course = course, .upto = upto, .tree = tree};
    struct buffer others = {0};
    const char *root;
    forget(intake);
    size_t length = intake_root(intake, course, upto, &root, &others);
    if (intake->remark != NULL) {
        note(intake, "revision", intake->remark);
    }
    if (others.length > 0) {
        char *name = format_string("%.*s", (int)length, root);
        char *text = format_string("was taken; there is another tree in %s", others.data);
        note(intake, length > 0 ? name : "hv/ and guest-os/ at the top", text);
        free(text);
        free(name);
    }
    for (int exact = 1; exact >= 0; exact--) {
        for (size_t i = 0; i < intake->entry_count; i++) {
            const char *path = intake_plain(intake->entries[i].path);
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
    buffer_free(&others);
    free(taking.paths);
}
