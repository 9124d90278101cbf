/* Plans and writes a published course. */
#include "grade/publish.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"
#include "stage/answers.h"
#include "stage/walk.h"

#define FILE_MOST (8u << 20)

/* What a published course has at its root, and not where it lies in labs/published. */
#define PUBLISHED "labs/published/"

/*
 * What no learner needs, or may have: what tests the graders, or makes them for platforms; what
 * runs the whole hypervisor, which is not there; pages for whoever teaches.
 */
static bool stays_home(const char *path)
{
    static const char *const parts[] = {"/mutants/",       "/alternatives/", "/forgers/",
                                        "/platforms/",     "/walk.py",       "/" ANSWERS_FILE,
                                        "/" ANSWERS_HIDDEN};
    static const char *const paths[] = {
        "docs/htmlvalidate.json",
        "docs/package",
        "labs/README.md",
        "labs/later.txt",
        PUBLISHED,
        "tools/bench",
        "tools/build.mk",
        "tools/contract",
        "tools/debug",
        "tools/demo",
        "tools/fuzz",
        "tools/labs-check",
        "tools/mutation",
        "tools/reduce",
        "tools/soak",
        "tools/test-sum",
        "tools/walks",
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(path, parts[i]) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (strncmp(path, paths[i], strlen(paths[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Puts the file at `path` below `from` there as PREFIXpath. */
static int put_file(struct tree *tree, const char *from, const char *path, const char *prefix,
                    struct error *error)
{
    struct buffer text = {0};
    char *full = format_string("%s/%s", from, path);
    char *as = format_string("%s%s", prefix, path);
    int status = file_read_bounded(full, FILE_MOST, &text, error);
    if (status == 0) {
        tree_put(tree, as, 0, &text);
    }
    buffer_free(&text);
    free(as);
    free(full);
    return status;
}

/* Answers are published so that nobody reads them by accident: `coach answers` shows them. */
static int put_answers(struct tree *tree, const struct course *course, const char *prefix,
                       struct error *error)
{
    int status = 0;
    for (size_t i = 0; status == 0 && i < course->lab_count; i++) {
        struct buffer text = {0};
        status = answers_read(course, course->labs[i], &text, error);
        if (status == 0 && text.length > 0) {
            char *as = format_string("%s%s/" ANSWERS_HIDDEN, prefix, course->labs[i]->folder);
            answers_hide(&text);
            tree_put(tree, as, 0, &text);
            free(as);
        }
        buffer_free(&text);
    }
    return status;
}

static int put_folder(struct tree *tree, const char *root, const char *folder, const char *prefix,
                      struct error *error)
{
    struct walk walk = {0};
    int status = walk_folder(&walk, root, folder, error);
    walk_sort(&walk);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        if (!stays_home(walk.paths[i])) {
            status = put_file(tree, root, walk.paths[i], prefix, error);
        }
    }
    walk_free(&walk);
    return status;
}

/* Puts the blanked sources in place of the reference's. */
static int put_blanks(struct tree *tree, const struct course *course, const char *prefix,
                      struct error *error)
{
    struct tree staged;
    struct tree_extent extent = {.upto = (unsigned)course->lab_count};
    if (tree_plan(&staged, course, &extent, error) != 0) {
        return -1;
    }
    for (size_t i = 0; i < staged.count; i++) {
        if (course_file_find(course, staged.files[i].path) == NULL) {
            continue;
        }
        char *as = format_string("%s%s", prefix, staged.files[i].path);
        tree_put(tree, as, 0, &staged.files[i].text);
        free(as);
    }
    tree_free(&staged);
    return 0;
}

/* Puts the files of `folder` there, each as PREFIXname; there is at least one. */
static int put_beside(struct tree *tree, const char *folder, const char *prefix,
                      struct error *error)
{
    struct walk walk = {0};
    int status = walk_folder(&walk, folder, ".", error);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        status = put_file(tree, folder, walk.paths[i] + 2, prefix, error);
    }
    if (status == 0 && walk.count == 0) {
        status = error_set(error, "%s: holds no file", folder);
    }
    walk_free(&walk);
    return status;
}

static int put_hidden(struct tree *tree, const char *hidden, const char *prefix,
                      struct error *error)
{
    char *as = format_string("%shidden/", prefix);
    int status = put_beside(tree, hidden, as, error);
    free(as);
    return status;
}

/* The page that says what to do with the course: its own, or what an earlier publishing left. */
static int put_front(struct tree *tree, const struct course *course, const char *prefix,
                     struct error *error)
{
    char *folder = format_string("%s/" PUBLISHED, course->root);
    bool whole = access(folder, F_OK) == 0;
    free(folder);
    folder = format_string("%s/%s", course->root, whole ? PUBLISHED : "");
    char *page = format_string("%s/README.md", folder);
    bool there = access(page, F_OK) == 0;
    int status = 0;
    if (there) {
        status = whole ? put_beside(tree, folder, prefix, error)
                       : put_file(tree, folder, "README.md", prefix, error);
    }
    free(page);
    free(folder);
    return status;
}

int publish_plan(struct tree *tree, const struct course *course, const char *prefix,
                 const char *hidden, struct error *error)
{
    static const char *const folders[] = {"abi", "docs", "guest-os", "harness",
                                          "hv",  "labs", "tools"};
    static const char *const files[] = {"Makefile", ".clang-format", ".gitignore",
                                        ".devcontainer/Dockerfile",
                                        ".devcontainer/devcontainer.json"};
    int status = 0;
    *tree = (struct tree){0};
    for (size_t i = 0; status == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        status = put_folder(tree, course->root, folders[i], prefix, error);
    }
    for (size_t i = 0; status == 0 && i < sizeof(files) / sizeof(files[0]); i++) {
        char *path = format_string("%s/%s", course->root, files[i]);
        bool there = access(path, F_OK) == 0;
        free(path);
        status = there ? put_file(tree, course->root, files[i], prefix, error) : 0;
    }
    if (status == 0) {
        status = put_blanks(tree, course, prefix, error);
    }
    if (status == 0) {
        status = put_front(tree, course, prefix, error);
    }
    if (status == 0) {
        status = put_answers(tree, course, prefix, error);
    }
    if (status == 0 && hidden != NULL) {
        status = put_hidden(tree, hidden, prefix, error);
    }
    if (status != 0) {
        tree_free(tree);
    }
    return status;
}

bool publish_is_program(const struct tree_file *file)
{
    return file->text.length > 2 && memcmp(file->text.data, "#!", 2) == 0;
}

static int add_member(struct archive *archive, const struct tree_file *file)
{
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, file->path);
    archive_entry_set_size(entry, (la_int64_t)file->text.length);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, publish_is_program(file) ? 0755 : 0644);
    archive_entry_set_mtime(entry, 315532800, 0); /* 1980-01-01, the first that zip can say */
    int status = archive_write_header(archive, entry);
    if (status == ARCHIVE_OK && file->text.length > 0) {
        la_ssize_t count = archive_write_data(archive, file->text.data, file->text.length);
        status = count == (la_ssize_t)file->text.length ? ARCHIVE_OK : ARCHIVE_FATAL;
    }
    archive_entry_free(entry);
    return status;
}

int publish_zip(const struct tree *tree, const char *path, struct error *error)
{
    struct archive *archive = archive_write_new();
    char *unfinished = format_string("%s.part", path);
    setenv("TZ", "UTC", 1);
    archive_write_set_format_zip(archive);
    int status = archive_write_open_filename(archive, unfinished);
    for (size_t i = 0; status == ARCHIVE_OK && i < tree->count; i++) {
        status = add_member(archive, &tree->files[i]);
    }
    if (status == ARCHIVE_OK) {
        status = archive_write_close(archive);
    }
    int result = 0;
    if (status != ARCHIVE_OK) {
        result = error_fault(error, "%s: %s", path, archive_error_string(archive));
        unlink(unfinished);
    } else if (rename(unfinished, path) != 0) {
        result = error_fault(error, "%s: %s", path, strerror(errno));
        unlink(unfinished);
    }
    archive_write_free(archive);
    free(unfinished);
    return result;
}

int publish_folder(const struct tree *tree, const char *path, struct error *error)
{
    if (mkdir(path, 0755) != 0) {
        return error_set(error, "%s: cannot make this folder: %s", path, strerror(errno));
    }
    int status = tree_write(tree, path, error);
    for (size_t i = 0; status == 0 && i < tree->count; i++) {
        if (publish_is_program(&tree->files[i])) {
            char *file = format_string("%s/%s", path, tree->files[i].path);
            chmod(file, 0755);
            free(file);
        }
    }
    if (status != 0) {
        folder_remove(path);
    }
    return status;
}
