/*
 * Copies what a git repository consists of: objects and references, as plain files. Nothing is
 * parsed and no link followed, and what could lead elsewhere or be run is not copied: no
 * configuration, no hooks, no borrowed objects.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/intake.h"

#define COPY_MOST  (1ull << 30) /* bytes */
#define FILES_MOST 200000u

/* A copy under way. */
struct copy {
    uint64_t bytes;
    unsigned files;
    struct error *error;
};

static int unreadable(const struct copy *copy, const char *name)
{
    if (errno == ELOOP) {
        return error_fault(
            copy->error, "is a repository whose %s is a link to elsewhere; hand in a clone", name);
    }
    return error_fault(copy->error, "repository: %s cannot be read: %s", name, strerror(errno));
}

static int count_file(struct copy *copy)
{
    return ++copy->files > FILES_MOST
               ? error_failed(copy->error, "is a repository of more than %u files; hand in a clone",
                              FILES_MOST)
               : 0;
}

static int pour(struct copy *copy, int from, int to, const char *name)
{
    static char piece[1 << 16];
    for (;;) {
        ssize_t got = read(from, piece, sizeof(piece));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 ? unreadable(copy, name) : 0;
        }
        copy->bytes += (uint64_t)got;
        if (copy->bytes > COPY_MOST) {
            return error_failed(copy->error, "is a repository of more than %llu MiB",
                                COPY_MOST >> 20);
        }
        for (ssize_t done = 0, more; done < got; done += more) {
            more = write(to, piece + done, (size_t)(got - done));
            if (more < 0) {
                return error_fault(copy->error, "repository: its copy cannot be written: %s",
                                   strerror(errno));
            }
        }
    }
}

/* A file of that name; one that is not there is none. */
static int copy_file(struct copy *copy, int from, int to, const char *name)
{
    struct stat status;
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (source < 0) {
        return errno == ENOENT ? 0 : unreadable(copy, name);
    }
    int result = 0;
    if (fstat(source, &status) == 0 && S_ISREG(status.st_mode) && count_file(copy) == 0) {
        int target = openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        result = target < 0 ? error_fault(copy->error, "repository: its copy cannot be made: %s",
                                          strerror(errno))
                            : pour(copy, source, target, name);
        if (target >= 0 && close(target) != 0 && result == 0) {
            result = error_fault(copy->error, "repository: its copy cannot be written: %s",
                                 strerror(errno));
        }
    } else {
        result = copy->error->text[0] != '\0' ? -1 : 0;
    }
    close(source);
    return result;
}

static int copy_folder(struct copy *copy, int from, int to, const char *name, unsigned depth);

static int copy_level(struct copy *copy, int from, int to, unsigned depth)
{
    DIR *level = fdopendir(from);
    int result = 0;
    errno = 0;
    for (struct dirent *entry; result == 0 && level != NULL && (entry = readdir(level)) != NULL;) {
        struct stat status;
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) {
            continue;
        }
        if (fstatat(dirfd(level), name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
            result = errno == ENOENT ? 0 : unreadable(copy, name);
        } else if (S_ISDIR(status.st_mode)) {
            result = copy_folder(copy, dirfd(level), to, name, depth + 1);
        } else {
            result = copy_file(copy, dirfd(level), to, name);
        }
        errno = 0;
    }
    if (result == 0 && (level == NULL || errno != 0)) {
        result = unreadable(copy, "a folder");
    }
    if (level != NULL) {
        closedir(level);
    } else {
        close(from);
    }
    return result;
}

static int copy_folder(struct copy *copy, int from, int to, const char *name, unsigned depth)
{
    if (depth > INTAKE_DEPTH_MOST) {
        return error_failed(copy->error, "is a repository with folders more than %u deep",
                            INTAKE_DEPTH_MOST);
    }
    int source = openat(from, name, O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    if (source < 0) {
        if (errno == ENOTDIR) { /* what O_DIRECTORY says of a link */
            errno = ELOOP;
        }
        return errno == ENOENT && depth == 0 ? 0 : unreadable(copy, name);
    }
    int target = count_file(copy) == 0 && mkdirat(to, name, 0755) == 0
                     ? openat(to, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                     : -1;
    if (target < 0) {
        close(source);
        return copy->error->text[0] != '\0'
                   ? -1
                   : error_fault(copy->error, "repository: its copy cannot be made: %s",
                                 strerror(errno));
    }
    int result = copy_level(copy, source, target, depth);
    close(target);
    return result;
}

/* A bare repository, or the .git of one; -1 with *error. */
static int open_repository(int folder, struct error *error)
{
    struct stat status;
    if (fstatat(folder, ".git", &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return dup(folder);
    }
    if (!S_ISDIR(status.st_mode)) {
        return error_fault(error, "has a .git that is a link to a repository elsewhere (a linked "
                                  "worktree, a submodule): name that repository, or this folder "
                                  "without a revision for the files that lie in it, or hand in a "
                                  "clone");
    }
    int git = openat(folder, ".git", O_RDONLY | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    return git >= 0 ? git : error_fault(error, ".git cannot be read: %s", strerror(errno));
}

/*
 * Git's newer names of objects, which libgit2 does not know. The configuration is looked at for
 * that word alone, to tell the reason.
 */
static bool has_long_names(int git)
{
    char text[4096];
    int file = openat(git, "config", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ssize_t bytes = file >= 0 ? read(file, text, sizeof(text) - 1) : 0;
    text[bytes > 0 ? bytes : 0] = '\0';
    if (file >= 0) {
        close(file);
    }
    const char *value = strcasestr(text, "objectformat");
    value = value != NULL ? value + strcspn(value, "=\n") : "";
    return strncasecmp(value + strspn(value, "= \t\""), "sha256", 6) == 0;
}

static int check(int git, struct error *error)
{
    static const char *const borrowed[] = {"objects/info/alternates",
                                           "objects/info/http-alternates", "commondir"};
    struct stat status;
    for (size_t i = 0; i < sizeof(borrowed) / sizeof(borrowed[0]); i++) {
        if (fstatat(git, borrowed[i], &status, AT_SYMLINK_NOFOLLOW) == 0) {
            return error_fault(
                error, "is a repository that borrows from another (%s); hand in a full clone",
                borrowed[i]);
        }
    }
    if (fstatat(git, "HEAD", &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstatat(git, "objects", &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return error_set(error, "is no folder, no archive and no git revision: no repository");
    }
    bool tables = fstatat(git, "reftable", &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (tables || has_long_names(git)) {
        return error_fault(error,
                           "is a repository with %s, which coach does not read: hand in the "
                           "folder, or an archive (git archive -o lab.zip HEAD)",
                           tables ? "a table of references (reftable)"
                                  : "SHA-256 names of objects");
    }
    return 0;
}

int repository_copy(int folder, const char *to, struct error *error)
{
    *error = (struct error){0};
    struct copy copy = {.error = error};
    int git = open_repository(folder, error);
    close(folder);
    if (git < 0) {
        return -1;
    }
    int target = check(git, error) == 0 ? open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int result = -1;
    if (target >= 0) {
        result = copy_file(&copy, git, target, "HEAD") != 0 ||
                         copy_file(&copy, git, target, "packed-refs") != 0 ||
                         copy_folder(&copy, git, target, "refs", 0) != 0 ||
                         copy_folder(&copy, git, target, "objects", 0) != 0
                     ? -1
                     : 0;
        mkdirat(target, "refs", 0755); /* all of them may be packed */
        close(target);
    } else if (error->text[0] == '\0') {
        error_fault(error, "%s: %s", to, strerror(errno));
    }
    close(git);
    return result;
}
