/* Builds, keeps and copies trees with their objects; see objects.h. */
#include "grade/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "stage/walk.h"

#define OBJECT_MOST (32u << 20)
#define ORIGIN      "origin" /* beside the tree */

/* Makes the folders above `path`, which begins with `root`. */
static void make_parents(const char *root, char *path)
{
    for (char *at = path + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        mkdir(path, 0755);
        *at = '/';
    }
}

/* One regular file with its time: make goes by it. Links were left out by the walk. */
static int copy_file(const char *from, const char *to, struct error *error)
{
    struct buffer bytes = {0};
    struct stat status;
    int result = file_read_bounded(from, OBJECT_MOST, &bytes, error);
    if (result == 0) {
        result = file_write(to, buffer_string(&bytes), bytes.length, error);
    }
    buffer_free(&bytes);
    if (result == 0 && stat(from, &status) == 0) {
        const struct timespec times[2] = {status.st_mtim, status.st_mtim};
        utimensat(AT_FDCWD, to, times, 0);
    }
    return result;
}

static int copy_tree(const char *from, const char *to, struct error *error)
{
    struct walk walk = {0};
    int status = walk_folder(&walk, from, ".", error);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        char *source = format_string("%s/%s", from, walk.paths[i] + 2);
        char *copy = format_string("%s/%s", to, walk.paths[i] + 2);
        make_parents(to, copy);
        status = copy_file(source, copy, error);
        free(source);
        free(copy);
    }
    walk_free(&walk);
    return status;
}

/* Builds into a folder of its own beside `folder`, and gives it that name when it is whole. */
static int keep(const struct work *work, const char *folder, struct error *error)
{
    char *part = format_string("%s.%ld", folder, (long)getpid());
    char *tree = format_string("%s/tree", part);
    char *origin = format_string("%s/" ORIGIN, part);
    int status = mkdir(part, 0755) == 0 && mkdir(tree, 0755) == 0
                     ? 0
                     : error_fault(error, "%s: %s", part, strerror(errno));
    if (status == 0) {
        status = copy_tree(work->tree, tree, error);
    }
    if (status == 0) {
        status = file_write(origin, work->tree, strlen(work->tree), error);
    }
    if (status == 0 && rename(part, folder) != 0) {
        status = error_fault(error, "%s: %s", folder, strerror(errno));
    }
    if (status != 0) {
        folder_remove(part);
    }
    free(origin);
    free(tree);
    free(part);
    return status;
}

int objects_make(const struct course *course, unsigned upto, enum sandbox_tier tier,
                 const char *folder, struct error *error)
{
    struct tree tree;
    struct tree_extent extent = {.upto = upto};
    struct work work;
    if (access(folder, F_OK) == 0) {
        return 0;
    }
    if (tree_plan(&tree, course, &extent, error) != 0) {
        return -1;
    }
    int status = work_open(&work, course, error);
    if (status == 0) {
        struct result_run *run = result_run_new("objects");
        struct work_stage stage = {course, upto, "objects", tier};
        if (work_build(&work, &tree, &stage, run, error) != VERDICT_PASS) {
            status = error_fault(error, "the course's own tree is not built");
        } else {
            status = keep(&work, folder, error);
        }
        result_run_free(run);
        work_close(&work);
    }
    tree_free(&tree);
    return status;
}

static bool has_new_sources(const struct tree *tree, const char *built)
{
    bool new = false;
    for (size_t i = 0; !new &&i < tree->count; i++) {
        const char *path = tree->files[i].path;
        if (strncmp(path, "hv/", 3) == 0 || strncmp(path, "guest-os/", 9) == 0) {
            char *there = format_string("%s/%s", built, path);
            new = access(there, F_OK) != 0;
            free(there);
        }
    }
    return new;
}

void objects_take(const char *folder, const struct tree *tree, const struct work *work)
{
    char *built = format_string("%s/tree", folder);
    struct error ignored;
    if (!has_new_sources(tree, built) && copy_tree(built, work->tree, &ignored) != 0) {
        folder_remove(work->tree);
        mkdir(work->tree, 0755);
    }
    free(built);
}

char *objects_origin(const char *folder)
{
    char *path = format_string("%s/" ORIGIN, folder);
    struct buffer text = {0};
    struct error ignored;
    file_read_bounded(path, 4096, &text, &ignored);
    char *origin = copy_string(buffer_string(&text));
    buffer_free(&text);
    free(path);
    return origin;
}
