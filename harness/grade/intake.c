/* Opens a submission, whatever it is, and holds what was found in it. */
#include "grade/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int too_many(struct error *error)
{
    return error_failed(error, "holds more than %u files and folders", INTAKE_ENTRIES_MOST);
}

char *intake_plain(const char *path)
{
    char *plain = copy_string(path), *to = plain;
    for (const char *at = path; *at != '\0';) {
        bool begins = to == plain || to[-1] == '/';
        if (begins && at[0] == '.' && at[1] == '/') {
            at += 2;
        } else if (at[0] == '/' && at != path && begins) {
            at++;
        } else {
            *to++ = *at++;
        }
    }
    *to = '\0';
    return plain;
}

int intake_add(struct intake *intake, const char *path, enum entry_kind kind, uint64_t bytes,
               struct intake_entry **entry, struct error *error)
{
    if (intake->entry_count + intake->folders >= INTAKE_ENTRIES_MOST) {
        return too_many(error);
    }
    intake->entries =
        reallocate(intake->entries, (intake->entry_count + 1) * sizeof(*intake->entries));
    *entry = &intake->entries[intake->entry_count++];
    **entry = (struct intake_entry){.path = intake_plain(path), .kind = kind, .bytes = bytes};
    return 0;
}

int intake_add_folder(struct intake *intake, struct error *error)
{
    intake->folders++;
    return intake->entry_count + intake->folders > INTAKE_ENTRIES_MOST ? too_many(error) : 0;
}

int intake_count(struct intake *intake, uint64_t bytes, struct error *error)
{
    intake->total += bytes;
    if (bytes > INTAKE_TOTAL_MOST || intake->total > INTAKE_TOTAL_MOST) {
        return error_failed(error, "holds more than %llu MiB", INTAKE_TOTAL_MOST >> 20);
    }
    return 0;
}

void intake_remark(struct intake *intake, const char *format, ...)
{
    struct buffer text = {0};
    va_list arguments;
    if (intake->remark != NULL) {
        buffer_printf(&text, "%s\n", intake->remark);
    }
    va_start(arguments, format);
    buffer_vprintf(&text, format, arguments);
    va_end(arguments);
    free(intake->remark);
    intake->remark = text.data;
}

void intake_add_repository(struct intake *intake, const char *path)
{
    intake->repositories =
        reallocate(intake->repositories, (intake->repository_count + 1) * sizeof(char *));
    intake->repositories[intake->repository_count++] = copy_string(path);
}

static int open_folder(const char *path, struct error *error)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 && (errno == ENOENT || errno == ENOTDIR)) {
        return error_set(error, "is no folder, no archive and no git revision");
    }
    if (folder < 0) {
        return error_fault(error, "%s", strerror(errno));
    }
    return folder;
}

/* REPOSITORY#REVISION, or a revision of the repository that is this folder. */
static int open_revision(struct intake *intake, const char *where, struct error *error)
{
    const char *hash = strrchr(where, '#');
    char *repository =
        hash != NULL ? format_string("%.*s", (int)(hash - where), where) : copy_string(".");
    const char *revision = hash != NULL ? hash + 1 : where;
    int folder = -1;
    if (revision[0] == '-' || revision[0] == '\0') {
        error_set(error, "is no folder, no archive and no git revision");
    } else {
        folder = open_folder(repository, error);
    }
    free(repository);
    int result = folder < 0 ? -1 : intake_inside_git(intake, folder, revision, error);
    if (result != 0 && hash == NULL && error->status == COACH_FAULT) {
        /* nobody has named this folder's repository, and it may be none of the submission's */
        return error_set(error,
                         "is no folder, no archive and no git revision that can be read here");
    }
    return result;
}

static int read_folder(struct intake *intake, int folder, struct error *error)
{
    int again = dup(folder);
    int result = intake_read_folder(intake, folder, error);
    if (result == 0) {
        result = intake_unwrap_folder(intake, again, error);
    }
    close(again);
    return result;
}

/* A folder or an archive; what it is, is asked of what was opened. */
static int open_file(struct intake *intake, int file, struct error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0) {
        error_fault(error, "%s", strerror(errno));
    } else if (S_ISDIR(status.st_mode)) {
        return read_folder(intake, file, error);
    } else if (S_ISREG(status.st_mode)) {
        return intake_inside_archive(intake, file, error);
    } else {
        error_fault(error, "is a pipe, a device or a socket; expected is a folder, an archive "
                           "(tar, zip) or a git revision");
    }
    close(file);
    return -1;
}

int intake_open(struct intake *intake, const char *where, struct error *error)
{
    *intake = (struct intake){0};
    int file = open(where, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), result;
    if (file >= 0) {
        result = open_file(intake, file, error);
    } else if (errno == ENOENT || errno == ENOTDIR) {
        result = open_revision(intake, where, error);
    } else if (errno == ENXIO) {
        result = error_fault(error, "is a socket; expected is a folder, an archive or a revision");
    } else {
        result = error_fault(error, "%s", strerror(errno));
    }
    if (result != 0) {
        intake_free(intake);
    }
    return result;
}

void intake_free(struct intake *intake)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        free(intake->entries[i].path);
        buffer_free(&intake->entries[i].text);
    }
    for (size_t i = 0; i < intake->note_count; i++) {
        free(intake->notes[i]);
    }
    for (size_t i = 0; i < intake->repository_count; i++) {
        free(intake->repositories[i]);
    }
    free(intake->entries);
    free(intake->notes);
    free(intake->remark);
    free(intake->root);
    free(intake->repositories);
    *intake = (struct intake){0};
}
