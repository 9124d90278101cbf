/* For tests of intake: a course of one lab, a tree of it, and a submission that is offered. */
#ifndef TESTS_INTAKE_FIXTURE_H
#define TESTS_INTAKE_FIXTURE_H

#include <string.h>

#include "grade/intake.h"
#include "test.h"

/* A course of one lab that brings a.c, which has a blank, and b.c, which has none. */
static struct lab_blank blank = {.file = "hv/x/a.c", .function = "f", .step = 1};
static char *allowed[] = {"hv/x/my_*.c"};
static struct lab lab = {
    .number = 1, .allow = allowed, .allow_count = 1, .blanks = &blank, .blanks_count = 1};
static struct lab *labs[] = {&lab};
static struct course_file files[] = {{"hv/x/a.c", 1}, {"hv/x/b.c", 1}};
static struct course course = {.labs = labs, .lab_count = 1, .files = files, .file_count = 2};

struct taken {
    struct tree tree;
    struct intake intake;
};

static inline void begin(struct taken *taken)
{
    struct buffer ours = {0};
    buffer_text(&ours, "ours\n");
    *taken = (struct taken){0};
    tree_put(&taken->tree, "hv/x/b.c", 1, &ours);
}

static inline void offer(struct taken *taken, const char *path, enum entry_kind kind,
                         const char *text, size_t bytes)
{
    struct intake_entry *entry;
    CU_ASSERT_EQUAL_FATAL(intake_add(&taken->intake, path, kind, bytes, &entry, NULL), 0);
    buffer_add(&entry->text, text, bytes);
}

static inline int choose(struct taken *taken, struct error *error)
{
    return intake_choose(&taken->intake, &course, 1, &taken->tree, error);
}

static inline void take(struct taken *taken)
{
    struct error error = {0};
    CU_ASSERT_EQUAL_FATAL(choose(taken, &error), 0);
    intake_take(&taken->intake, &course, 1, &taken->tree);
}

static inline void end(struct taken *taken)
{
    intake_free(&taken->intake);
    tree_free(&taken->tree);
}

static inline bool holds(struct taken *taken, const char *path, const char *text)
{
    const struct tree_file *file = tree_find(&taken->tree, path);
    return file != NULL && strcmp(buffer_string(&file->text), text) == 0;
}

static inline bool noted(const struct taken *taken, const char *words)
{
    for (size_t i = 0; i < taken->intake.note_count; i++) {
        if (strstr(taken->intake.notes[i], words) != NULL) {
            return true;
        }
    }
    return false;
}

#endif
