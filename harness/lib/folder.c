/*
 * Temporary folders. Each holds a file that its owner keeps locked, and the kernel unlocks when the
 * owner is gone, however it went: the next program clears what such owners left.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

#define PREFIX      "coach."
#define OWNER       ".owner"
#define OWNED_MOST  16
#define FIRST_GUEST 1800000000u /* users of sandboxes, who own what they were given */

/* The folders of this process, and the locks on them. */
static struct owned {
    char *path;
    int lock;
} owned[OWNED_MOST];

/* Locks the folder's file. The descriptor, or -1: it is another's, or there is none. */
static int lock_folder(int folder, int flags)
{
    struct stat status;
    int lock = openat(folder, OWNER, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags, 0600);
    if (lock < 0)
        return -1;
    if (flock(lock, LOCK_EX | LOCK_NB) == 0 && fstat(lock, &status) == 0 &&
        S_ISREG(status.st_mode) && status.st_nlink > 0)
        return lock;
    close(lock);
    return -1;
}

/* Where that is not possible the folder stays if this process is killed, and does no harm. */
static void own(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int i = 0; folder >= 0 && i < OWNED_MOST; i++) {
        if (owned[i].path != NULL)
            continue;
        owned[i] = (struct owned){copy_string(path), lock_folder(folder, O_CREAT | O_EXCL)};
        break;
    }
    if (folder >= 0)
        close(folder);
}

static bool is_ours(const struct stat *status)
{
    return status->st_uid == geteuid() || (geteuid() == 0 && status->st_uid >= FIRST_GUEST);
}

static void clear(int parent, const char *parent_path, const char *name)
{
    struct stat status;
    int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return;
    int lock = fstat(folder, &status) == 0 && is_ours(&status) ? lock_folder(folder, 0) : -1;
    close(folder);
    if (lock < 0)
        return;
    char *path = format_string("%s/%s", parent_path, name);
    folder_remove(path);
    free(path);
    close(lock);
}

/* Removes the folders whose owners are gone; once in a process. */
static void clear_all(const char *parent)
{
    static bool done;
    DIR *list = done ? NULL : opendir(parent);
    done = true;
    for (struct dirent *entry; list != NULL && (entry = readdir(list)) != NULL;) {
        if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0)
            clear(dirfd(list), parent, entry->d_name);
    }
    if (list != NULL)
        closedir(list);
}

char *folder_temporary(struct error *error)
{
    const char *named = getenv("TMPDIR");
    named = named && *named ? named : "/tmp";
    char *parent = realpath(named, NULL); /* whoever is given the folder may be elsewhere */
    char *path = parent != NULL ? format_string("%s/" PREFIX "XXXXXX", parent) : NULL;
    if (parent != NULL)
        clear_all(parent);
    if (path == NULL || mkdtemp(path) == NULL) {
        error_fault(error, "%s: cannot make a temporary folder in it (TMPDIR names another): %s",
                    named, strerror(errno));
        free(path);
        path = NULL;
    } else {
        own(path);
    }
    free(parent);
    return path;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    static unsigned nested;
    (void)status, (void)walk;
    /* Whoever built there may have taken the right to read it away. */
    if (kind == FTW_DNR && nested < 64 && chmod(path, 0700) == 0) {
        nested++;
        folder_remove(path);
        nested--;
    } else {
        remove(path);
    }
    return 0;
}

void folder_remove(const char *path)
{
    if (path == NULL)
        return;
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    for (int i = 0; i < OWNED_MOST; i++) {
        if (owned[i].path == NULL || strcmp(owned[i].path, path) != 0)
            continue;
        if (owned[i].lock >= 0)
            close(owned[i].lock);
        free(owned[i].path);
        owned[i].path = NULL;
    }
}
