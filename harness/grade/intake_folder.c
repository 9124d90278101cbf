/* Reads a submission from a folder, without following any link below it. */
#include "grade/intake.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MOST 32

static int read_file(struct intake *intake, int folder, const char *name,
                     struct intake_entry *entry, struct error *error)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        entry->kind = ENTRY_OTHER;
        if (file >= 0) {
            close(file);
        }
        return 0;
    }
    int result = intake_count(intake, INTAKE_FILE_MOST < entry->bytes ? 0 : entry->bytes, error);
    while (result == 0 && entry->text.length <= INTAKE_FILE_MOST) {
        char *room = buffer_reserve(&entry->text, 65536);
        ssize_t count = read(file, room, 65536);
        if (count <= 0) {
            break;
        }
        entry->text.length += (size_t)count;
    }
    if (entry->text.length > INTAKE_FILE_MOST) {
        entry->bytes = entry->text.length;
        buffer_free(&entry->text);
    } else if (entry->text.data != NULL) {
        entry->text.data[entry->text.length] = '\0';
    }
    close(file);
    return result;
}

static int read_level(struct intake *intake, int folder, const char *prefix, unsigned depth,
                      struct error *error);

static int read_below(struct intake *intake, int folder, const char *name, const char *path,
                      unsigned depth, struct error *error)
{
    int below = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (below < 0) {
        return 0; /* cannot be read: nothing in it can be taken */
    }
    return read_level(intake, below, path, depth + 1, error);
}

static int read_entry(struct intake *intake, int folder, const char *name, const char *path,
                      unsigned depth, struct error *error)
{
    struct stat status;
    struct intake_entry *entry;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return 0;
    }
    if (S_ISDIR(status.st_mode)) {
        return read_below(intake, folder, name, path, depth, error);
    }
    enum entry_kind kind = S_ISREG(status.st_mode)   ? ENTRY_FILE
                           : S_ISLNK(status.st_mode) ? ENTRY_LINK
                                                     : ENTRY_OTHER;
    if (intake_add(intake, path, kind, (uint64_t)status.st_size, &entry, error) != 0) {
        return -1;
    }
    return kind == ENTRY_FILE ? read_file(intake, folder, name, entry, error) : 0;
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

/* What never holds a learner's sources: repositories and build products. */
static bool is_passed_over(const char *name, unsigned depth)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, ".git") == 0 ||
           (depth == 0 && strcmp(name, "build") == 0);
}

static int read_level(struct intake *intake, int folder, const char *prefix, unsigned depth,
                      struct error *error)
{
    struct dirent **names = NULL;
    int count = depth > DEPTH_MOST ? -1 : scandirat(folder, ".", &names, NULL, by_name);
    int status = 0;
    if (depth > DEPTH_MOST) {
        status = error_set(error, "has folders more than %d deep", DEPTH_MOST);
    }
    for (int i = 0; i < count; i++) {
        if (status == 0 && !is_passed_over(names[i]->d_name, depth)) {
            char *path = format_string("%s%s%s", prefix, prefix[0] ? "/" : "", names[i]->d_name);
            status = read_entry(intake, folder, names[i]->d_name, path, depth, error);
            free(path);
        }
        free(names[i]);
    }
    free(names);
    close(folder);
    return status;
}

int intake_read_folder(struct intake *intake, const char *path, struct error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        return error_set(error, "cannot be read: %s", strerror(errno));
    }
    return read_level(intake, folder, "", 0, error);
}
