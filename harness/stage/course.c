/* Opens a course: finds its labs, and which lab brings which file. */
#include "stage/course.h"

#include <ctype.h>
#include <dirent.h>
#include <fnmatch.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "stage/walk.h"

static bool has_labs(const char *root)
{
    char *path = format_string("%s/labs", root);
    bool found = access(path, R_OK | X_OK) == 0;
    free(path);
    return found;
}

/* The folder above the one that the running program lies in; "." if that cannot be found out. */
static char *root_of_program(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    if (length <= 0) {
        return copy_string(".");
    }
    path[length] = '\0';
    return copy_string(dirname(dirname(path)));
}

static char *find_root(const char *root, struct error *error)
{
    const char *given = root != NULL ? root : getenv("STAGECOACH_COURSE");
    char *candidate = given != NULL && given[0] != '\0' ? copy_string(given) : root_of_program();
    char *absolute = realpath(candidate, NULL);
    if (absolute == NULL || !has_labs(absolute)) {
        error_set(error,
                  "%s: holds no course (no folder labs/); name one with --course DIR or "
                  "STAGECOACH_COURSE",
                  candidate);
        free(absolute);
        absolute = NULL;
    }
    free(candidate);
    return absolute;
}

static int is_lab_folder(const struct dirent *entry)
{
    const char *name = entry->d_name;
    return isdigit((unsigned char)name[0]) && isdigit((unsigned char)name[1]) && name[2] == '-';
}

static int add_lab(struct course *course, const char *name, struct error *error)
{
    char *folder = format_string("labs/%s", name);
    struct lab *lab = lab_read(course->root, folder, error);
    free(folder);
    if (lab == NULL) {
        return -1;
    }
    course->labs = reallocate(course->labs, (course->lab_count + 1) * sizeof(struct lab *));
    course->labs[course->lab_count++] = lab;
    if (lab->number != course->lab_count) {
        return error_set(error, "%s: lab %zu is missing before it", lab->folder, course->lab_count);
    }
    return 0;
}

static int read_labs(struct course *course, struct error *error)
{
    char *path = format_string("%s/labs", course->root);
    struct dirent **entries;
    int count = scandir(path, &entries, is_lab_folder, alphasort);
    int status = 0;
    for (int i = 0; i < count; i++) {
        if (status == 0) {
            status = add_lab(course, entries[i]->d_name, error);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free(entries);
    }
    if (status == 0 && course->lab_count == 0) {
        status = error_set(error, "%s: holds no lab (no folder NN-name)", path);
    }
    free(path);
    return status;
}

enum match { MATCH_NONE, MATCH_PATTERN, MATCH_LITERAL };

static enum match lab_match(const struct lab *lab, const char *path)
{
    enum match best = MATCH_NONE;
    for (unsigned i = 0; i < lab->files_count; i++) {
        if (strcmp(lab->files[i], path) == 0) {
            return MATCH_LITERAL;
        }
        if (fnmatch(lab->files[i], path, FNM_PATHNAME | FNM_PERIOD) == 0) {
            best = MATCH_PATTERN;
        }
    }
    return best;
}

/* Finds the one lab that brings `path`. *owner is NULL if none does; -1 if two do. */
static int find_owner(const struct course *course, const char *path, const struct lab **owner,
                      struct error *error)
{
    enum match best = MATCH_NONE;
    const struct lab *second = NULL;
    *owner = NULL;
    for (size_t i = 0; i < course->lab_count; i++) {
        enum match match = lab_match(course->labs[i], path);
        if (match == MATCH_NONE || match < best) {
            continue;
        }
        second = match == best ? *owner : NULL;
        *owner = course->labs[i];
        best = match;
    }
    if (second != NULL) {
        return error_set(error, "%s: belongs to lab %u and lab %u, expected exactly one", path,
                         second->number, (*owner)->number);
    }
    return 0;
}

/* Text for people about the reference is no part of a learner's tree. */
static bool is_source(const char *path)
{
    const char *dot = strrchr(path, '.');
    return (dot == NULL || strcmp(dot, ".md") != 0) &&
           strncmp(path, "guest-os/probes/", strlen("guest-os/probes/")) != 0;
}

static int add_file(struct course *course, const char *path, struct error *error)
{
    const struct lab *owner;
    if (find_owner(course, path, &owner, error) != 0) {
        return -1;
    }
    bool shared = strncmp(path, "abi/", 4) == 0;
    struct course_file file = {
        .path = copy_string(path),
        .lab = shared          ? 0
               : owner != NULL ? owner->number
                               : COURSE_NO_LAB,
    };
    course->files = reallocate(course->files, (course->file_count + 1) * sizeof(file));
    course->files[course->file_count++] = file;
    return 0;
}

static int read_files(struct course *course, struct error *error)
{
    static const char *const folders[] = {"abi", "guest-os", "hv"};
    struct walk walk = {0};
    int status = 0;
    for (size_t i = 0; status == 0 && i < sizeof(folders) / sizeof(folders[0]); i++) {
        status = walk_folder(&walk, course->root, folders[i], error);
    }
    walk_sort(&walk);
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        if (is_source(walk.paths[i])) {
            status = add_file(course, walk.paths[i], error);
        }
    }
    walk_free(&walk);
    return status;
}

/* Blanks must lie in files of their own lab. */
static int check_blanks(const struct course *course, struct error *error)
{
    for (size_t i = 0; i < course->lab_count; i++) {
        const struct lab *lab = course->labs[i];
        for (unsigned j = 0; j < lab->blanks_count; j++) {
            const struct course_file *file = course_file_find(course, lab->blanks[j].file);
            if (file == NULL || file->lab != lab->number) {
                return error_set(error, "%s/lab.yaml: blank %s: %s is no file of this lab",
                                 lab->folder, lab->blanks[j].function, lab->blanks[j].file);
            }
        }
    }
    return 0;
}

struct course *course_open(const char *root, struct error *error)
{
    char *absolute = find_root(root, error);
    if (absolute == NULL) {
        return NULL;
    }
    struct course *course = allocate(1, sizeof(*course));
    course->root = absolute;
    if (read_labs(course, error) != 0 || read_files(course, error) != 0 ||
        check_blanks(course, error) != 0) {
        course_free(course);
        return NULL;
    }
    return course;
}

void course_free(struct course *course)
{
    if (course == NULL) {
        return;
    }
    for (size_t i = 0; i < course->lab_count; i++) {
        lab_free(course->labs[i]);
    }
    for (size_t i = 0; i < course->file_count; i++) {
        free(course->files[i].path);
    }
    free(course->labs);
    free(course->files);
    free(course->root);
    free(course);
}

const struct lab *course_lab(const struct course *course, const char *text, struct error *error)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    bool numeric = end != text && *end == '\0';
    for (size_t i = 0; i < course->lab_count; i++) {
        const struct lab *lab = course->labs[i];
        if (numeric ? lab->number == number : strcmp(lab->name, text) == 0) {
            return lab;
        }
    }
    struct buffer names = {0};
    for (size_t i = 0; i < course->lab_count; i++) {
        buffer_printf(&names, "%s%u %s", i > 0 ? ", " : "", course->labs[i]->number,
                      course->labs[i]->name);
    }
    error_set(error, "no lab '%s'; there are: %s", text, buffer_string(&names));
    buffer_free(&names);
    return NULL;
}

static int compare_file(const void *key, const void *element)
{
    return strcmp(key, ((const struct course_file *)element)->path);
}

const struct course_file *course_file_find(const struct course *course, const char *path)
{
    if (course->file_count == 0) {
        return NULL;
    }
    return bsearch(path, course->files, course->file_count, sizeof(*course->files), compare_file);
}

bool course_allows(const struct course *course, unsigned upto, const char *path)
{
    for (size_t i = 0; i < course->lab_count && i < upto; i++) {
        const struct lab *lab = course->labs[i];
        if (lab_has_blanks_in(lab, path)) {
            return true;
        }
        for (unsigned j = 0; j < lab->allow_count; j++) {
            if (course_file_find(course, path) == NULL &&
                fnmatch(lab->allow[j], path, FNM_PATHNAME | FNM_PERIOD) == 0) {
                return true;
            }
        }
    }
    return false;
}
