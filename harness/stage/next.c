/* coach next: adds the next lab's files to a learner's tree, and changes none of theirs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lib/file.h"
#include "stage/learner.h"
#include "stage/repository.h"
#include "stage/tree.h"
#include "stage/tree_options.h"

static const char help[] =
    "Add the next lab's files to the learner's tree in DIR (default: the one around this folder), "
    "and commit them if it is a git repository. A file that is there stays as it is.";

/* Whether a file stands there that the new lab would bring, with other contents. */
static bool in_the_way(const char *folder, const struct tree_file *file)
{
    char *path = format_string("%s/%s", folder, file->path);
    struct buffer there = {0};
    struct error ignored;
    bool differs = access(path, F_OK) == 0 &&
                   (file_read(path, &there, &ignored) != 0 || there.length != file->text.length ||
                    memcmp(buffer_string(&there), buffer_string(&file->text), there.length) != 0);
    buffer_free(&there);
    free(path);
    return differs;
}

/* Leaves in *tree only what lab `number` brings and is not there yet. */
static void keep_new(struct tree *tree, const char *folder, unsigned number)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->count; i++) {
        struct tree_file *file = &tree->files[i];
        bool differs = file->lab == number && in_the_way(folder, file);
        if (differs) {
            complain("%s/%s: is there already and was left as it is", folder, file->path);
        }
        if (file->lab == number && !differs) {
            struct tree_file moved = *file;
            *file = tree->files[kept];
            tree->files[kept++] = moved;
        }
    }
    for (size_t i = kept; i < tree->count; i++) {
        free(tree->files[i].path);
        buffer_free(&tree->files[i].text);
    }
    tree->count = kept;
}

/* Paths that a lab brings or takes away, for git; those of the tree's files are the tree's. */
struct paths {
    const char **path;
    size_t count;
};

static void add_path(struct paths *paths, const char *path)
{
    paths->path = reallocate(paths->path, (paths->count + 1) * sizeof(*paths->path));
    paths->path[paths->count++] = path;
}

/* Takes down the scaffolds that lab `number` replaces; they are the course's. */
static void take_down(const struct course *course, const char *folder, unsigned number,
                      struct paths *paths)
{
    for (unsigned i = 0; i + 1 < number; i++) {
        const struct lab *lab = course->labs[i];
        for (unsigned j = 0; j < lab->scaffold_count; j++) {
            if (lab->scaffold[j].until != number) {
                continue;
            }
            char *path = format_string("%s/%s", folder, lab->scaffold[j].file);
            if (unlink(path) == 0) {
                printf("%s: was a scaffold; this lab brings the real thing\n", path);
                add_path(paths, lab->scaffold[j].file);
            }
            free(path);
        }
    }
}

/* The files are there by now, and stay whatever git says. */
static int commit(const struct lab *lab, const char *folder, const struct paths *paths,
                  struct error *error)
{
    bool committed;
    if (!repository_here(folder)) {
        return 0;
    }
    if (repository_add_lab(folder, lab, paths->path, paths->count, &committed, error) != 0) {
        return error_prefix(error, "the files are there, and not committed");
    }
    if (!committed) {
        printf("%s: the new files are staged, and not committed: changes of yours are staged too\n",
               folder);
    }
    return 0;
}

static int add_lab(const struct course *course, const char *folder, const struct lab *lab,
                   struct error *error)
{
    struct tree tree;
    struct tree_extent extent = {.upto = lab->number};
    if (tree_plan(&tree, course, &extent, error) != 0) {
        return -1;
    }
    keep_new(&tree, folder, lab->number);
    struct learner learner = {.lab = lab->number};
    struct paths paths = {0};
    for (size_t i = 0; i < tree.count; i++) {
        add_path(&paths, tree.files[i].path);
    }
    add_path(&paths, LEARNER_FILE);
    int status = tree_write(&tree, folder, error);
    if (status == 0) {
        take_down(course, folder, lab->number, &paths);
        status = learner_write(folder, &learner, error);
    }
    if (status == 0) {
        status = commit(lab, folder, &paths, error);
    }
    free(paths.path);
    if (status == 0) {
        printf("%s: lab %u, %s: %zu files added. Go on with %s/README.md\n", folder, lab->number,
               lab->title, tree.count, lab->folder);
    }
    tree_free(&tree);
    return status;
}

static int go_on(const struct tree_options *options, struct error *error)
{
    struct learner learner;
    if (learner_read(options->folder, &learner, error) != 0) {
        return -1;
    }
    struct course *course = course_open(options->course, error);
    if (course == NULL) {
        return -1;
    }
    int status;
    if (learner.lab >= course->lab_count) {
        status = error_set(error, "%s: has lab %u, the last one", options->folder, learner.lab);
    } else {
        status = add_lab(course, options->folder, course->labs[learner.lab], error);
    }
    course_free(course);
    return status;
}

static int next_command(int argc, char **argv)
{
    struct tree_options options = {0};
    if (tree_options_parse(argc, argv, help, &options) != 0) {
        return COACH_USAGE;
    }
    struct error error = {0};
    char *root = options.folder == NULL ? learner_root(".") : NULL;
    if (root != NULL) {
        options.folder = root;
    }
    int status = go_on(&options, &error) == 0 ? COACH_OK : error_report(&error);
    free(root);
    return status;
}

COACH_COMMAND(next, next_command, "add the next lab's files to a learner's tree");
