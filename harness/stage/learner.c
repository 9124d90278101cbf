/* The state of a learner's tree: one number, in YAML, so that it can be read and mended by hand. */
#include "stage/learner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/file.h"

static char *learner_path(const char *folder)
{
    return format_string("%s/%s", folder, LEARNER_FILE);
}

bool learner_here(const char *folder)
{
    char *path = learner_path(folder);
    bool here = access(path, F_OK) == 0;
    free(path);
    return here;
}

static bool is_root(const char *folder)
{
    struct stat here, above;
    char *parent = format_string("%s/..", folder);
    bool root = stat(folder, &here) != 0 || stat(parent, &above) != 0 ||
                (here.st_dev == above.st_dev && here.st_ino == above.st_ino);
    free(parent);
    return root;
}

char *learner_root(const char *folder)
{
    char *at = copy_string(folder);
    while (!learner_here(at) && !is_root(at)) {
        char *above = strcmp(at, ".") == 0 ? copy_string("..") : format_string("%s/..", at);
        free(at);
        at = above;
    }
    if (learner_here(at)) {
        return at;
    }
    free(at);
    return copy_string(folder);
}

int learner_read(const char *folder, struct learner *learner, struct error *error)
{
    if (!learner_here(folder)) {
        return error_set(error, "%s: is no learner's tree (no %s); begin one with `coach start`",
                         folder, LEARNER_FILE);
    }
    struct buffer text = {0};
    char *path = learner_path(folder);
    int status = file_read_bounded(path, 4096, &text, error);
    if (status == 0 &&
        (sscanf(buffer_string(&text), "lab: %u", &learner->lab) != 1 || learner->lab == 0)) {
        status = error_set(error, "%s:1:1: found '%.20s', expected 'lab: NUMBER'", path,
                           buffer_string(&text));
    }
    free(path);
    buffer_free(&text);
    return status;
}

int learner_write(const char *folder, const struct learner *learner, struct error *error)
{
    struct buffer text = {0};
    buffer_printf(&text, "lab: %u # the last lab of this tree; `coach next` adds another\n",
                  learner->lab);
    char *path = learner_path(folder);
    int status = file_write(path, text.data, text.length, error);
    free(path);
    buffer_free(&text);
    return status;
}
