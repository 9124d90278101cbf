/* Reads what a class has written; see written.h. */
#include "marks/written.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "grade/intake.h"
#include "grade/taken.h"

/* The next character that is not white space; NUL at the end. */
static char next_of(const struct buffer *text, size_t *at)
{
    while (*at < text->length && isspace((unsigned char)text->data[*at])) {
        ++*at;
    }
    return *at < text->length ? text->data[(*at)++] : '\0';
}

bool written_alike(const struct buffer *one, const struct buffer *other)
{
    size_t first = 0, second = 0;
    for (;;) {
        char a = next_of(one, &first), b = next_of(other, &second);
        if (a != b) {
            return false;
        }
        if (a == '\0') {
            return true;
        }
    }
}

static void keep(const struct written *written, const struct tree *whole, bool all,
                 struct tree *kept)
{
    for (size_t i = 0; i < whole->count; i++) {
        const struct tree_file *file = &whole->files[i];
        const struct tree_file *blank = tree_find(&written->blank, file->path);
        if (!course_allows(written->course, written->labs.last, file->path) ||
            (!all && blank != NULL && written_alike(&blank->text, &file->text))) {
            continue;
        }
        struct buffer text = {0};
        buffer_add(&text, file->text.data, file->text.length);
        tree_put(kept, file->path, file->lab, &text);
    }
}

static int read_one(const struct written *written, size_t index, bool all, struct error *error)
{
    const char *path = written->plan.entries[index].path, *kind = taken_other_kind(path);
    struct tree_extent extent = {.upto = written->labs.last};
    struct intake intake;
    struct tree whole;
    if (kind != NULL) {
        return error_set(error, "this is %s; coach takes %s", kind, taken_kinds);
    }
    if (intake_open(&intake, path, error) != 0) {
        return -1;
    }
    int status =
        intake_choose(&intake, written->course, written->labs.last, &written->blank, error);
    if (status == 0 && tree_plan(&whole, written->course, &extent, error) != 0) {
        status = -1;
    } else if (status == 0) {
        intake_take(&intake, written->course, written->labs.last, &whole);
        keep(written, &whole, all, &written->trees[index]);
        tree_free(&whole);
    }
    intake_free(&intake);
    return status;
}

int written_read(struct written *written, const char *course, const char *folder, const char *lab,
                 const char *out, bool all, size_t *unread, struct error *error)
{
    *written = (struct written){.course = course_open(course, error)};
    *unread = 0;
    if (written->course == NULL) {
        return -1;
    }
    if (lab_range_parse(written->course, lab, &written->labs, error) != 0 ||
        plan_list(&written->plan, folder, out, error) != 0 ||
        tree_plan(&written->blank, written->course,
                  &(struct tree_extent){.upto = written->labs.last}, error) != 0) {
        return -1;
    }
    written->trees = allocate(written->plan.count, sizeof(*written->trees));
    for (size_t i = 0; i < written->plan.count; i++) {
        struct error reason = {0};
        if (read_one(written, i, all, &reason) != 0) {
            complain("%s: %s", written->plan.entries[i].name, reason.text);
            ++*unread;
        }
    }
    return 0;
}

void written_free(struct written *written)
{
    for (size_t i = 0; written->trees != NULL && i < written->plan.count; i++) {
        tree_free(&written->trees[i]);
    }
    free(written->trees);
    tree_free(&written->blank);
    plan_free(&written->plan);
    course_free(written->course);
    *written = (struct written){0};
}
