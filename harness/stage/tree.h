/*
 * A learner's tree, planned in memory before anything is written: which files it has, with which
 * contents. Staging, `coach next` and the build of a submission all start from one.
 */
#ifndef HARNESS_STAGE_TREE_H
#define HARNESS_STAGE_TREE_H

#include "lib/buffer.h"
#include "stage/course.h"

struct tree_file {
    char *path; /* relative to the tree's root */
    struct buffer text;
    unsigned lab; /* that brought it; 0: every tree has it */
};

struct tree {
    struct tree_file *files; /* sorted by path, none twice */
    size_t count;
};

/* How far a tree goes, and how much of it the reference has written. */
struct tree_extent {
    unsigned upto;   /* files of labs 1 … upto */
    unsigned solved; /* blanks of labs 1 … solved are filled by the reference */
    unsigned filled; /* so are the first `filled` blanks of lab solved + 1 */
};

/*
 * Plans the tree: sources, handouts (README.md, figures, checks) of its labs, the skeleton
 * (labs/skeleton, where a file named dot-NAME becomes .NAME). -1 with *error: a file cannot be
 * read, a blank is not found, or something should be solved in a course that was published
 * without its solution.
 */
int tree_plan(struct tree *tree, const struct course *course, const struct tree_extent *extent,
              struct error *error);
void tree_free(struct tree *tree);

/* The file at `path`, or NULL. */
struct tree_file *tree_find(const struct tree *tree, const char *path);

/* Adds a file, or replaces the text of one that is there. *text is taken over. */
void tree_put(struct tree *tree, const char *path, unsigned lab, struct buffer *text);

/*
 * Writes the files below `folder`, which exists, making folders as needed. Existing files are
 * overwritten, unless they are the same already. -1 with *error.
 */
int tree_write(const struct tree *tree, const char *folder, struct error *error);

#endif
