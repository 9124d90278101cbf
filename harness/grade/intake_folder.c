/*
 * Reads a submission from a folder, without following any link in it. What cannot be read is told:
 * whoever grades must not take it for absent.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/intake.h"

static int unreadable(const char *path, struct error *error)
{
    return error_fault(error, "%s cannot be read: %s; let this user read it, and grade again", path,
                       strerror(errno));
}

/* Of a file that is larger than a source: what it is. */
static int look_at(int file, struct intake_entry *entry, struct error *error)
{
    char begin[KIND_BYTES];
    ssize_t count = pread(file, begin, sizeof(begin), 0);
    if (count < 0) {
        return unreadable(entry->path, error);
    }
    entry->file = kind_of(begin, (size_t)count);
    return 0;
}

/* The bytes of an open file, as far as a source may be long. */
static int read_text(int file, struct intake_entry *entry, struct error *error)
{
    while (entry->text.length <= INTAKE_FILE_MOST) {
        char *room = buffer_reserve(&entry->text, 65536);
        ssize_t count = read(file, room, 65536);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return unreadable(entry->path, error);
        }
        if (count == 0) {
            break;
        }
        entry->text.length += (size_t)count;
    }
    entry->file = kind_of(buffer_string(&entry->text), entry->text.length);
    if (entry->text.length > INTAKE_FILE_MOST) {
        entry->bytes = entry->text.length;
        buffer_free(&entry->text);
    } else {
        entry->text.data[entry->text.length] = '\0';
    }
    return 0;
}

static int read_file(struct intake *intake, int folder, const char *name,
                     struct intake_entry *entry, struct error *error)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    if (file < 0) {
        return unreadable(entry->path, error);
    }
    int result = 0;
    if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
        entry->kind = ENTRY_OTHER; /* it was changed meanwhile */
    } else if (entry->bytes > INTAKE_FILE_MOST) {
        result = look_at(file, entry, error);
    } else {
        result = intake_count(intake, entry->bytes, error);
        result = result == 0 ? read_text(file, entry, error) : result;
    }
    close(file);
    return result;
}

static int read_level(struct intake *intake, int folder, const char *prefix, unsigned depth,
                      struct error *error);

static int read_entry(struct intake *intake, int folder, const char *name, const char *path,
                      unsigned depth, struct error *error)
{
    struct stat status;
    struct intake_entry *entry;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? 0 : unreadable(path, error); /* it went meanwhile */
    }
    if (S_ISDIR(status.st_mode)) {
        int below = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
        return below < 0 ? unreadable(path, error)
                         : read_level(intake, below, path, depth + 1, error);
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
    int count = 0, status = intake_add_folder(intake, error);
    if (status == 0 && depth > INTAKE_DEPTH_MOST) {
        status = error_failed(error, "has folders more than %u deep", INTAKE_DEPTH_MOST);
    }
    if (status == 0) {
        count = scandirat(folder, ".", &names, NULL, by_name);
        status = count < 0 ? unreadable(prefix[0] != '\0' ? prefix : "it", error) : 0;
    }
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i]->d_name, ".git") == 0) {
            intake_add_repository(intake, prefix);
        }
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

int intake_read_folder(struct intake *intake, int folder, struct error *error)
{
    return read_level(intake, folder, "", 0, error);
}
