/* Opens what a submission is packed in once more, from outside the sandbox and inside it. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/intake.h"
#include "lib/file.h"
#include "lib/text.h"

#define UNPACKED   "unpacked"   /* in the sandbox's folder */
#define REPOSITORY "repository" /* … as intake_inside_git has it */

void intake_replace(struct intake *intake, struct intake *inner, const char *what, const char *path)
{
    struct buffer shown = {0};
    text_add(&shown, path);
    intake_remark(inner, "%s%s%s was taken: there are no sources beside it", buffer_string(&shown),
                  shown.length > 0 ? ": " : "", what);
    buffer_free(&shown);
    intake_free(intake);
    *intake = *inner;
    *inner = (struct intake){0};
}

/* Opens a path below a folder, through no link. */
static int open_below(int folder, const char *path, int flags)
{
    int at = dup(folder);
    while (at >= 0 && *path != '\0') {
        size_t length = strcspn(path, "/");
        char *part = format_string("%.*s", (int)length, path);
        bool last = path[length] == '\0';
        int next = openat(at, part,
                          O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC |
                              (last ? flags : O_DIRECTORY));
        close(at);
        free(part);
        at = next;
        path += length + (path[length] == '/');
    }
    return at;
}

int intake_unwrap_folder(struct intake *intake, int folder, struct error *error)
{
    struct intake_inner look;
    struct intake inner = {0};
    if (intake_look(intake, &look, error) != 0) {
        return -1;
    }
    if (look.archive == NULL && look.repository == NULL) {
        return 0;
    }
    const char *what = look.archive != NULL ? "the archive" : "HEAD of the repository";
    char *path = look.archive != NULL ? copy_string(look.archive->path) : look.repository;
    int file = open_below(folder, path, look.archive != NULL ? 0 : O_DIRECTORY);
    int status;
    if (file < 0) {
        status = error_fault(error, "%s", strerror(errno));
    } else if (look.archive != NULL) {
        status = intake_inside_archive(&inner, file, error);
    } else {
        status = intake_inside_git(&inner, file, "HEAD", error);
    }
    if (status == 0) {
        intake_replace(intake, &inner, what, path);
    } else {
        error->status = error->status == COACH_USAGE ? COACH_FAILED : error->status;
        error_prefix(error, "%s", path[0] != '\0' ? path : "its repository");
        intake_free(&inner);
    }
    free(path);
    return status;
}

/* A file of the repository at `path`; folders are made. What leads elsewhere is left out. */
static int unpack_file(const struct intake_entry *entry, const char *path, struct error *error)
{
    if (intake_leaves(path)) {
        return 0;
    }
    char *full = format_string(UNPACKED "/%s", path);
    for (char *slash = strchr(full, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
    int status = file_write(full, buffer_string(&entry->text), entry->text.length, error);
    free(full);
    return status;
}

static int unpack_repository(const struct intake *intake, const char *folder, struct error *error)
{
    size_t length = strlen(folder);
    for (size_t i = 0; i < intake->entry_count; i++) {
        const struct intake_entry *entry = &intake->entries[i];
        bool below = strncmp(entry->path, folder, length) == 0 &&
                     (length == 0 || entry->path[length] == '/');
        if (below && entry->kind == ENTRY_FILE &&
            unpack_file(entry, entry->path + length + (length > 0), error) != 0) {
            return -1;
        }
    }
    int unpacked = open(UNPACKED, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (unpacked < 0 || mkdir(REPOSITORY, 0755) != 0) {
        return error_fault(error, "cannot be unpacked: %s", strerror(errno));
    }
    return repository_copy(unpacked, REPOSITORY, error);
}

int intake_unwrap_inside(struct intake *intake, unsigned depth, struct error *error)
{
    struct intake_inner look;
    struct intake inner = {0};
    int status = intake_look(intake, &look, error);
    if (status != 0 || (look.archive == NULL && look.repository == NULL)) {
        return status;
    }
    char *path = look.archive != NULL ? copy_string(look.archive->path) : look.repository;
    if (depth >= INTAKE_WRAPS_MOST) {
        status = error_failed(error, "has archives more than %u deep", INTAKE_WRAPS_MOST);
    } else if (look.archive != NULL) {
        status = intake_read_packed(&inner, &look.archive->text, depth + 1, error);
    } else {
        status = unpack_repository(intake, path, error);
        status = status == 0 ? intake_read_git(&inner, REPOSITORY, "HEAD", error) : status;
    }
    if (status == 0) {
        intake_replace(intake, &inner,
                       look.archive != NULL ? "the archive" : "HEAD of the repository", path);
    } else {
        error->status = error->status == COACH_USAGE ? COACH_FAILED : error->status;
        error_prefix(error, "%s", path[0] != '\0' ? path : "its repository");
        intake_free(&inner);
    }
    free(path);
    return status;
}
