/* Which submissions there are, and the name of each in OUT: no two alike, none the batch's own. */
#include "batch/plan.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/buffer.h"

#define HIDDEN_SHOWN 5 /* names in a line */

static int is_other(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static bool is_hidden(const char *name)
{
    return name[0] == '.';
}

/* The name without an archive's ending. */
static char *without_ending(const char *file)
{
    static const char *const endings[] = {".tar.gz", ".tar.xz", ".tar.zst", ".tar.bz2",
                                          ".tgz",    ".txz",    ".tar",     ".zip"};
    char *name = copy_string(file);
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        size_t ending = strlen(endings[i]);
        if (length > ending && strcasecmp(name + length - ending, endings[i]) == 0) {
            name[length - ending] = '\0';
            break;
        }
    }
    return name;
}

/* What a batch writes into OUT itself. Names that begin with a dot are never a submission's. */
static bool is_own(const char *name, const char *around)
{
    static const char *const own[] = {"batch.json", "overview.csv", "overview.html"};
    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        if (strcasecmp(own[i], name) == 0) {
            return true;
        }
    }
    return strcmp(around, name) == 0;
}

static bool is_taken(const struct plan *plan, const char *name, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(plan->entries[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static const char *file_of(const struct plan_entry *entry)
{
    return strrchr(entry->path, '/') + 1;
}

/* Whether another submission has this name too, or would without its ending. */
static bool is_shared(const struct plan *plan, size_t index, const char *name)
{
    for (size_t i = 0; i < plan->count; i++) {
        char *other = without_ending(file_of(&plan->entries[i]));
        bool same = i != index &&
                    (strcmp(other, name) == 0 || strcmp(file_of(&plan->entries[i]), name) == 0);
        free(other);
        if (same) {
            return true;
        }
    }
    return false;
}

/*
 * "ann.zip" is "ann"; beside "ann.tar" both keep their endings. What would meet one of the batch's
 * own files keeps its ending, and gets a "_" where it has none.
 */
static char *choose_name(const struct plan *plan, size_t index, const char *around)
{
    const char *file = file_of(&plan->entries[index]);
    char *name = without_ending(file);
    if (is_own(name, around) || is_shared(plan, index, name)) {
        free(name);
        name = copy_string(file);
    }
    while (is_own(name, around) || is_taken(plan, name, index)) {
        char *longer = format_string("%s_", name);
        free(name);
        name = longer;
    }
    return name;
}

/* The absolute path that OUT has, or will have once it is made. NULL with errno. */
static char *future_path(const char *path)
{
    char *there = realpath(path, NULL);
    if (there != NULL || errno != ENOENT) {
        return there;
    }
    char *first = copy_string(path), *second = copy_string(path);
    char *parent = realpath(dirname(first), NULL);
    char *future = NULL;
    if (parent != NULL) {
        const char *gap = strcmp(parent, "/") == 0 ? "" : "/";
        future = format_string("%s%s%s", parent, gap, basename(second));
    }
    free(parent);
    free(first);
    free(second);
    return future;
}

/* What of `path` follows "FOLDER/"; NULL if it does not lie below. */
static const char *below(const char *folder, const char *path)
{
    size_t length = strcmp(folder, "/") == 0 ? 0 : strlen(folder);
    return strncmp(folder, path, length) == 0 && path[length] == '/' ? path + length + 1 : NULL;
}

static bool is_a_batch(const char *out)
{
    char *path = format_string("%s/batch.json", out);
    bool found = access(path, F_OK) == 0;
    free(path);
    return found;
}

static bool is_empty(const char *folder)
{
    DIR *stream = opendir(folder);
    size_t count = 0;
    while (stream != NULL && readdir(stream) != NULL) {
        count++;
    }
    if (stream != NULL) {
        closedir(stream);
    }
    return count <= 2;
}

/* OUT may lie in DIR, and is no submission then; it may not lie in one, nor be DIR. */
static int place_out(const char *folder, const char *out, const char *named, struct error *error)
{
    const char *inside = below(folder, out);
    if (strcmp(folder, out) == 0) {
        return error_set(error, "-o %s: is the folder of the submissions; name another", named);
    }
    if (inside == NULL) {
        return 0;
    }
    if (strchr(inside, '/') != NULL) {
        return error_set(error, "-o %s: lies in %s/%.*s, which would be graded as a submission",
                         named, folder, (int)strcspn(inside, "/"), inside);
    }
    if (access(out, F_OK) == 0 && !is_a_batch(out) && !is_empty(out)) {
        return error_set(error,
                         "-o %s: would be graded as a submission; name a folder that is "
                         "new, empty or an earlier batch's",
                         named);
    }
    return 0;
}

static void add_entries(struct plan *plan, const char *folder, struct dirent **names, int count)
{
    const char *out = below(folder, plan->out);
    for (int i = 0; i < count; i++) {
        if ((out != NULL && strcmp(out, names[i]->d_name) == 0) || is_hidden(names[i]->d_name)) {
            continue;
        }
        plan->entries = reallocate(plan->entries, (plan->count + 1) * sizeof(*plan->entries));
        plan->entries[plan->count++] =
            (struct plan_entry){.path = format_string("%s/%s", folder, names[i]->d_name)};
    }
    /* Where DIR lies in OUT, the folder that leads to it is no place for a submission's result. */
    const char *inside = below(plan->out, folder);
    char *around = format_string("%.*s", inside != NULL ? (int)strcspn(inside, "/") : 0,
                                 inside != NULL ? inside : "");
    for (size_t i = 0; i < plan->count; i++) {
        plan->entries[i].name = choose_name(plan, i, around);
    }
    free(around);
}

/* What begins with a dot is some program's, and no submission; unless somebody is called so. */
static void tell_hidden(const char *out, struct dirent **names, int count)
{
    struct buffer list = {0};
    unsigned hidden = 0;
    for (int i = 0; i < count; i++) {
        const char *name = names[i]->d_name;
        if (!is_hidden(name) || (out != NULL && strcmp(out, name) == 0)) {
            continue;
        }
        if (hidden++ < HIDDEN_SHOWN) {
            buffer_printf(&list, "%s%.100s", hidden > 1 ? ", " : "", name);
        }
    }
    if (hidden > 0) {
        complain("passed over, since %s with a dot: %s%s; rename what is a submission",
                 hidden > 1 ? "they begin" : "it begins", buffer_string(&list),
                 hidden > HIDDEN_SHOWN ? ", …" : "");
    }
    buffer_free(&list);
}

int plan_list(struct plan *plan, const char *folder, const char *out, struct error *error)
{
    char *absolute = realpath(folder, NULL);
    struct dirent **names = NULL;
    int count = absolute != NULL ? scandir(absolute, &names, is_other, alphasort) : -1;
    int status = 0;
    if (count < 0) {
        status = error_set(error, "%s: cannot be read: %s", folder, strerror(errno));
    } else if ((plan->out = future_path(out)) == NULL) {
        status = error_set(error, "-o %s: %s", out, strerror(errno));
    } else {
        status = place_out(absolute, plan->out, out, error);
    }
    if (status == 0) {
        tell_hidden(below(absolute, plan->out), names, count);
        add_entries(plan, absolute, names, count);
    }
    if (status == 0 && plan->count == 0) {
        status = error_set(error, "%s: holds no submission", folder);
    }
    for (int i = 0; i < count; i++) {
        free(names[i]);
    }
    free(names);
    free(absolute);
    return status;
}
