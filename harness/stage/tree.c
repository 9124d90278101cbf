/* Plans a learner's tree from the course's files. */
#include "stage/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "stage/blank.h"
#include "stage/walk.h"

#define FILE_MOST (4u << 20) /* no source or figure of a course is larger */

static int compare_path(const void *key, const void *element)
{
    return strcmp(key, ((const struct tree_file *)element)->path);
}

struct tree_file *tree_find(const struct tree *tree, const char *path)
{
    if (tree->count == 0) {
        return NULL;
    }
    return bsearch(path, tree->files, tree->count, sizeof(*tree->files), compare_path);
}

void tree_put(struct tree *tree, const char *path, unsigned lab, struct buffer *text)
{
    struct tree_file *there = tree_find(tree, path);
    if (there != NULL) {
        buffer_free(&there->text);
        there->text = *text;
        *text = (struct buffer){0};
        return;
    }
    tree->files = reallocate(tree->files, (tree->count + 1) * sizeof(*tree->files));
    size_t at = tree->count++;
    while (at > 0 && strcmp(tree->files[at - 1].path, path) > 0) {
        tree->files[at] = tree->files[at - 1];
        at--;
    }
    tree->files[at] = (struct tree_file){copy_string(path), *text, lab};
    *text = (struct buffer){0};
}

static int read_into(struct tree *tree, const struct course *course, const char *from,
                     const char *as, unsigned lab, struct error *error)
{
    struct buffer text = {0};
    char *full = format_string("%s/%s", course->root, from);
    int status = file_read_bounded(full, FILE_MOST, &text, error);
    free(full);
    if (status == 0) {
        tree_put(tree, as, lab, &text);
    }
    buffer_free(&text);
    return status;
}

static int put_sources(struct tree *tree, const struct course *course, unsigned upto,
                       struct error *error)
{
    for (size_t i = 0; i < course->file_count; i++) {
        const struct course_file *file = &course->files[i];
        if (file->lab <= upto &&
            read_into(tree, course, file->path, file->path, file->lab, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* What of a lab's folder a learner gets: the handout, its figures, the open checks. */
static bool is_handout(const char *path, const char *folder)
{
    const char *name = path + strlen(folder) + 1;
    const char *dot = strrchr(name, '.');
    if (strncmp(name, "checks/", 7) == 0 || strncmp(name, "figures/", 8) == 0) {
        return true;
    }
    if (strchr(name, '/') != NULL || dot == NULL || strcmp(name, "answers.md") == 0) {
        return false;
    }
    return strcmp(dot, ".md") == 0 || strcmp(dot, ".svg") == 0 || strcmp(dot, ".png") == 0;
}

static int put_handout(struct tree *tree, const struct course *course, const struct lab *lab,
                       struct error *error)
{
    struct walk walk = {0};
    int status = walk_folder(&walk, course->root, lab->folder, error);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        if (is_handout(walk.paths[i], lab->folder)) {
            status = read_into(tree, course, walk.paths[i], walk.paths[i], lab->number, error);
        }
    }
    walk_free(&walk);
    return status;
}

static int put_scaffold(struct tree *tree, const struct course *course, const struct lab *lab,
                        unsigned upto, struct error *error)
{
    for (unsigned i = 0; i < lab->scaffold_count; i++) {
        const struct lab_scaffold *scaffold = &lab->scaffold[i];
        if (upto >= scaffold->until) {
            continue;
        }
        char *from = format_string("%s/scaffold/%s", lab->folder, scaffold->file);
        int status = read_into(tree, course, from, scaffold->file, lab->number, error);
        free(from);
        if (status != 0) {
            return -1;
        }
    }
    return 0;
}

static int put_skeleton(struct tree *tree, const struct course *course, struct error *error)
{
    static const char from[] = "labs/skeleton";
    struct walk walk = {0};
    int status = walk_folder(&walk, course->root, from, error);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        const char *name = walk.paths[i] + sizeof(from);
        bool hidden = strncmp(name, "dot-", 4) == 0;
        char *as = hidden ? format_string(".%s", name + 4) : copy_string(name);
        status = read_into(tree, course, walk.paths[i], as, 0, error);
        free(as);
    }
    walk_free(&walk);
    return status;
}

#define TODO_HEADER "boot/todo.h" /* both hv/ and guest-os/kernel/ have it */

/* Refuses a course whose reference is a TODO where the solution was asked for. */
static int expect_solution(const struct course *course, const struct tree_file *file,
                           const struct lab_blank *blank, struct error *error)
{
    bool todo;
    if (blank_is_todo(&file->text, file->path, blank->function, &todo, error) != 0) {
        return -1;
    }
    if (todo) {
        return error_set(error, "%s: is published without its solution (%s: %s is a TODO)",
                         course->root, file->path, blank->function);
    }
    return 0;
}

static int blank_lab(struct tree *tree, const struct course *course, const struct lab *lab,
                     unsigned filled, struct error *error)
{
    for (unsigned i = 0; i < lab->blanks_count; i++) {
        const struct lab_blank *blank = &lab->blanks[i];
        struct tree_file *file = tree_find(tree, blank->file);
        if (file == NULL) {
            return error_set(error, "%s/lab.yaml: %s does not exist", lab->folder, blank->file);
        }
        int status;
        if (i < filled) {
            status = expect_solution(course, file, blank, error);
        } else {
            char *sentence = lab_sentence(lab, blank);
            status = blank_function(&file->text, blank->file, blank->function, sentence,
                                    TODO_HEADER, error);
            free(sentence);
        }
        if (status != 0) {
            return error_prefix(error, "%s/lab.yaml", lab->folder);
        }
    }
    return 0;
}

int tree_plan(struct tree *tree, const struct course *course, const struct tree_extent *extent,
              struct error *error)
{
    *tree = (struct tree){0};
    int status = put_sources(tree, course, extent->upto, error);
    if (status == 0) {
        status = put_skeleton(tree, course, error);
    }
    for (unsigned i = 0; status == 0 && i < extent->upto && i < course->lab_count; i++) {
        unsigned filled = i < extent->solved ? ~0u : i == extent->solved ? extent->filled : 0;
        status = put_handout(tree, course, course->labs[i], error);
        if (status == 0) {
            status = put_scaffold(tree, course, course->labs[i], extent->upto, error);
        }
        if (status == 0) {
            status = blank_lab(tree, course, course->labs[i], filled, error);
        }
    }
    if (status != 0) {
        tree_free(tree);
    }
    return status;
}

void tree_free(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->files[i].path);
        buffer_free(&tree->files[i].text);
    }
    free(tree->files);
    *tree = (struct tree){0};
}

/* Makes the folders that lead to `path`. */
static int make_folders(char *path, struct error *error)
{
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int status = mkdir(path, 0755);
        int reason = errno;
        if (status != 0 && reason != EEXIST) {
            error_set(error, "%s: cannot make this folder: %s", path, strerror(reason));
            *slash = '/';
            return -1;
        }
        *slash = '/';
    }
    return 0;
}

/* Whether the file is there with just that text: it then keeps its time, which make looks at. */
static bool is_written(const char *path, const struct buffer *text)
{
    struct stat status;
    struct buffer there = {0};
    struct error ignored;
    bool same = lstat(path, &status) == 0 && S_ISREG(status.st_mode) &&
                (size_t)status.st_size == text->length &&
                file_read_bounded(path, FILE_MOST, &there, &ignored) == 0 &&
                there.length == text->length &&
                memcmp(buffer_string(&there), buffer_string(text), text->length) == 0;
    buffer_free(&there);
    return same;
}

int tree_write(const struct tree *tree, const char *folder, struct error *error)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_file *file = &tree->files[i];
        char *path = format_string("%s/%s", folder, file->path);
        int status = make_folders(path, error);
        if (status == 0 && !is_written(path, &file->text)) {
            status = file_write(path, buffer_string(&file->text), file->text.length, error);
        }
        free(path);
        if (status != 0) {
            return -1;
        }
    }
    return 0;
}
