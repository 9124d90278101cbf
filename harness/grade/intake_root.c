/* Where in a submission the learner's tree begins, and which file a path means there. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grade/intake.h"

#define CANDIDATES_MOST 64

struct candidate {
    const char *path; /* of an entry in it */
    size_t length;    /* of the folder's part of that, with the slash */
    unsigned depth;
    unsigned files; /* that a learner may write */
};

const char *intake_plain(const char *path)
{
    while (strncmp(path, "./", 2) == 0) {
        path += 2;
    }
    return path;
}

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

static void add(struct candidate *list, size_t *count, const char *path, size_t length,
                unsigned depth)
{
    for (size_t i = 0; i < *count; i++) {
        if (list[i].length == length && strncmp(list[i].path, path, length) == 0) {
            list[i].files++;
            return;
        }
    }
    if (*count < CANDIDATES_MOST) {
        list[(*count)++] = (struct candidate){path, length, depth, 1};
    }
}

/* Each place in the path at which a file of the tree may begin. */
static void consider(const struct course *course, unsigned upto, const char *path,
                     struct candidate *list, size_t *count)
{
    unsigned depth = 0;
    if (strncmp(path, "__MACOSX/", 9) == 0) {
        return; /* what an archiver noted of the files, and not the files */
    }
    for (const char *at = path; at != NULL; depth++) {
        if (begins_source_folder(at) && intake_meant(course, upto, at) != NULL) {
            add(list, count, path, (size_t)(at - path), depth);
        }
        at = strchr(at, '/');
        at += at != NULL;
    }
}

static int by_preference(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->depth != b->depth) {
        return a->depth < b->depth ? -1 : 1;
    }
    if (a->files != b->files) {
        return a->files > b->files ? -1 : 1;
    }
    size_t length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->path, b->path, length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

size_t intake_root(const struct intake *intake, const struct course *course, unsigned upto,
                   const char **path, struct buffer *others)
{
    struct candidate list[CANDIDATES_MOST];
    size_t count = 0;
    for (size_t i = 0; i < intake->entry_count; i++) {
        const char *plain = intake_plain(intake->entries[i].path);
        if (!intake_leaves(plain)) {
            consider(course, upto, plain, list, &count);
        }
    }
    *path = "";
    if (count == 0) {
        return 0;
    }
    qsort(list, count, sizeof(list[0]), by_preference);
    for (size_t i = 1; i < count && i < 5; i++) {
        buffer_printf(others, "%s%.*s", i > 1 ? ", " : "",
                      list[i].length > 100 ? 100 : (int)list[i].length, list[i].path);
    }
    *path = list[0].path;
    return list[0].length;
}
