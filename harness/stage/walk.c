/* Walks folders with readdir; the order is ours, since the file system's is nobody's. */
#include "stage/walk.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/buffer.h"

static void add_path(struct walk *walk, char *path)
{
    walk->paths = reallocate(walk->paths, (walk->count + 1) * sizeof(*walk->paths));
    walk->paths[walk->count++] = path;
}

static int walk_entry(struct walk *walk, const char *root, char *path, struct error *error)
{
    struct stat status;
    char *full = format_string("%s/%s", root, path);
    int result = lstat(full, &status);
    free(full);
    if (result == 0 && S_ISREG(status.st_mode)) {
        add_path(walk, path);
        return 0;
    }
    if (result == 0 && S_ISDIR(status.st_mode)) {
        result = walk_folder(walk, root, path, error);
    }
    free(path);
    return result == 0 ? 0 : -1;
}

int walk_folder(struct walk *walk, const char *root, const char *folder, struct error *error)
{
    char *full = format_string("%s/%s", root, folder);
    DIR *directory = opendir(full);
    if (directory == NULL) {
        int reason = errno;
        if (reason != ENOENT) {
            error_set(error, "%s: %s", full, strerror(reason));
        }
        free(full);
        return reason == ENOENT ? 0 : -1;
    }
    int status = 0;
    for (struct dirent *entry; status == 0 && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] != '.') {
            status = walk_entry(walk, root, format_string("%s/%s", folder, entry->d_name), error);
        }
    }
    closedir(directory);
    free(full);
    return status;
}

static int by_bytes(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void walk_sort(struct walk *walk)
{
    if (walk->count > 1) {
        qsort(walk->paths, walk->count, sizeof(*walk->paths), by_bytes);
    }
}

void walk_free(struct walk *walk)
{
    for (size_t i = 0; i < walk->count; i++) {
        free(walk->paths[i]);
    }
    free(walk->paths);
    *walk = (struct walk){0};
}
