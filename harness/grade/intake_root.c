/* Where in a submission the learner's tree begins, and which file a path means there. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grade/intake.h"
#include "lib/text.h"

#define CANDIDATES_MOST 1000
#define SHOWN_MOST      4 /* other trees in a line */

/* A folder in which a learner's tree may begin. */
struct candidate {
    const char *path; /* of an entry in it */
    size_t length;    /* of the folder's part of that, with the slash */
    unsigned depth;
    unsigned written; /* files of the course's, not as it hands them out */
    unsigned files;   /* of the course's */
};

/* A search for the tree. */
struct search {
    const struct intake *intake;
    const struct course *course;
    unsigned upto;
    const struct tree *blank;
    struct candidate *list;
    size_t count;
};

bool intake_leaves(const char *path)
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

const char *intake_meant(const struct course *course, unsigned upto, const char *path)
{
    if (course_allows(course, upto, path)) {
        return path;
    }
    for (size_t i = 0; i < course->file_count; i++) {
        const char *ours = course->files[i].path;
        if (strcasecmp(ours, path) == 0 && course_allows(course, upto, ours)) {
            return ours;
        }
    }
    return NULL;
}

static bool begins_source_folder(const char *path)
{
    return strncasecmp(path, "hv/", 3) == 0 || strncasecmp(path, "guest-os/", 9) == 0;
}

/* The candidate with that beginning of the path; NULL when there are too many. */
static struct candidate *add(struct search *search, const char *path, size_t length, unsigned depth)
{
    for (size_t i = 0; i < search->count; i++) {
        struct candidate *there = &search->list[i];
        if (there->length == length && strncmp(there->path, path, length) == 0) {
            return there;
        }
    }
    if (search->count == CANDIDATES_MOST) {
        return NULL;
    }
    search->list = reallocate(search->list, (search->count + 1) * sizeof(*search->list));
    search->list[search->count] = (struct candidate){path, length, depth, 0, 0};
    return &search->list[search->count++];
}

/* Whether it is a text, and not the one that the course hands out. */
static bool is_written(const struct search *search, const struct intake_entry *entry,
                       const char *meant)
{
    const struct tree_file *ours = tree_find(search->blank, meant);
    return entry->kind == ENTRY_FILE && (ours == NULL || !intake_same(&ours->text, entry));
}

/* Each place in the path at which a file of the tree may begin. */
static void consider(struct search *search, const struct intake_entry *entry)
{
    unsigned depth = 0;
    if (intake_leaves(entry->path) || strncmp(entry->path, "__MACOSX/", 9) == 0) {
        return; /* what an archiver noted of the files, and not the files */
    }
    for (const char *at = entry->path; at != NULL; depth++) {
        const char *meant =
            begins_source_folder(at) ? intake_meant(search->course, search->upto, at) : NULL;
        size_t length = (size_t)(at - entry->path);
        struct candidate *candidate =
            meant != NULL ? add(search, entry->path, length, depth) : NULL;
        if (candidate != NULL && course_file_find(search->course, meant) != NULL) {
            candidate->files++;
            candidate->written += is_written(search, entry, meant);
        }
        at = strchr(at, '/');
        at += at != NULL;
    }
}

static int by_preference(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->written != b->written) {
        return a->written > b->written ? -1 : 1;
    }
    if (a->files != b->files) {
        return a->files > b->files ? -1 : 1;
    }
    if (a->depth != b->depth) {
        return a->depth < b->depth ? -1 : 1;
    }
    size_t length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->path, b->path, length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static const struct intake_entry *entry_in(const struct search *search,
                                           const struct candidate *tree, const char *path)
{
    for (size_t i = 0; i < search->intake->entry_count; i++) {
        const struct intake_entry *entry = &search->intake->entries[i];
        if (strncmp(entry->path, tree->path, tree->length) == 0 &&
            strcmp(entry->path + tree->length, path) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* Whether whatever a learner may write in one tree stands alike in the other. */
static bool holds_all(const struct search *search, const struct candidate *one,
                      const struct candidate *other)
{
    for (size_t i = 0; i < search->intake->entry_count; i++) {
        const struct intake_entry *entry = &search->intake->entries[i], *twin;
        const char *path = entry->path + one->length;
        if (strncmp(entry->path, one->path, one->length) != 0 ||
            intake_meant(search->course, search->upto, path) == NULL) {
            continue;
        }
        twin = entry_in(search, other, path);
        if (twin == NULL || twin->kind != entry->kind || !intake_same(&twin->text, entry)) {
            return false;
        }
    }
    return true;
}

/* Whether the first goes before the other, which has as many files, for a reason. */
static bool goes_before(const struct search *search, const struct candidate *first,
                        const struct candidate *other)
{
    bool around =
        first->length < other->length && strncmp(first->path, other->path, first->length) == 0;
    return around || (holds_all(search, first, other) && holds_all(search, other, first));
}

static void add_name(struct buffer *names, const struct candidate *tree)
{
    char *name = format_string("%.*s", (int)tree->length, tree->path);
    text_add(names, tree->length > 0 ? name : "the top");
    free(name);
}

/* Two that are equal: a person has to decide. */
static int tell_both(const struct candidate *first, const struct candidate *second,
                     struct error *error)
{
    struct buffer one = {0}, two = {0};
    add_name(&one, first);
    add_name(&two, second);
    error_fault(error,
                "holds two trees that differ, and as much is written in each: %.200s and %.200s; "
                "leave the one that is to be graded",
                buffer_string(&one), buffer_string(&two));
    buffer_free(&one);
    buffer_free(&two);
    return -1;
}

static void tell_others(struct intake *intake, const struct search *search)
{
    struct buffer taken = {0}, others = {0};
    add_name(&taken, &search->list[0]);
    for (size_t i = 1; i < search->count && i <= SHOWN_MOST; i++) {
        buffer_text(&others, i > 1 ? ", " : "");
        add_name(&others, &search->list[i]);
    }
    intake_remark(intake, "%.200s: was taken; there is another tree in %.400s%s",
                  search->list[0].length > 0 ? buffer_string(&taken)
                                             : "hv/ and guest-os/ at the top",
                  buffer_string(&others), search->count > SHOWN_MOST + 1 ? ", …" : "");
    buffer_free(&others);
    buffer_free(&taken);
}

int intake_choose(struct intake *intake, const struct course *course, unsigned upto,
                  const struct tree *blank, struct error *error)
{
    struct search search = {.intake = intake, .course = course, .upto = upto, .blank = blank};
    int status = 0;
    for (size_t i = 0; i < intake->entry_count; i++) {
        consider(&search, &intake->entries[i]);
    }
    if (search.count > 0) {
        qsort(search.list, search.count, sizeof(search.list[0]), by_preference);
    }
    const struct candidate *first = search.list;
    for (size_t i = 1; status == 0 && i < search.count; i++) {
        const struct candidate *other = &search.list[i];
        if (other->written == first->written && other->files == first->files &&
            !goes_before(&search, first, other)) {
            status = tell_both(first, other, error);
        }
    }
    free(intake->root);
    intake->root =
        search.count > 0 ? format_string("%.*s", (int)first->length, first->path) : copy_string("");
    if (status == 0 && search.count > 1) {
        tell_others(intake, &search);
    }
    free(search.list);
    return status;
}
