/*
 * Submissions that are packed once more: platforms hand out a folder with an archive in it, and
 * some learners a folder with nothing but a repository.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grade/intake.h"
#include "lib/text.h"

#define SHOWN_MOST 4 /* names in a line */

/* Things that might be opened, and the names of the first of them. */
struct found {
    size_t archives, all;
    struct intake_inner inner;
    const struct intake_entry *other; /* packed as coach does not open it */
    struct buffer names;
};

static bool begins_with(const char *path, const char *folder)
{
    return strncasecmp(path, folder, strlen(folder)) == 0;
}

static bool has_part(const char *path, const char *folder)
{
    for (const char *at = path; at != NULL; at = strchr(at, '/')) {
        at += at[0] == '/';
        if (begins_with(at, folder)) {
            return true;
        }
    }
    return false;
}

bool intake_is_of_repository(const char *path)
{
    return has_part(path, ".git/") || has_part(path, "objects/") || has_part(path, "refs/");
}

/* C or assembly below hv/ or guest-os/, whatever their letters; a link to one is one too. */
static bool is_source(const struct intake_entry *entry)
{
    static const char *const endings[] = {".c", ".h", ".s", ".ld"};
    const char *dot = strrchr(entry->path, '.');
    bool source = false;
    for (size_t i = 0; dot != NULL && i < sizeof(endings) / sizeof(endings[0]); i++) {
        source |= strcasecmp(dot, endings[i]) == 0;
    }
    return source && (has_part(entry->path, "hv/") || has_part(entry->path, "guest-os/")) &&
           !has_part(entry->path, "__MACOSX/") && !has_part(entry->path, ".git/");
}

static void name_it(struct found *found, const char *path)
{
    if (found->all++ < SHOWN_MOST) {
        buffer_text(&found->names, found->names.length > 0 ? ", " : "");
        text_add(&found->names, path);
    }
}

static void find_archives(const struct intake *intake, bool by_name, struct found *found)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        const struct intake_entry *entry = &intake->entries[i];
        if (entry->kind != ENTRY_FILE || !entry->file.packed ||
            intake_is_of_repository(entry->path) || has_part(entry->path, "__MACOSX/") ||
            (by_name && !kind_is_archive_name(entry->path))) {
            continue;
        }
        found->archives++;
        found->inner.archive = entry->file.taken ? entry : found->inner.archive;
        found->other = entry->file.taken ? found->other : entry;
        name_it(found, entry->path);
    }
}

static bool has_entry(const struct intake *intake, const char *folder, const char *name)
{
    char *path = format_string("%s%s", folder, name);
    bool has = false;
    for (size_t i = 0; i < intake->entry_count && !has; i++) {
        has = strncmp(intake->entries[i].path, path, strlen(path)) == 0;
    }
    free(path);
    return has;
}

static void add_repository(struct found *found, const char *path, size_t length)
{
    char *folder = format_string("%.*s", (int)length, path);
    char *shown = format_string("%s%sits repository", folder, length > 0 ? ": " : "");
    name_it(found, shown);
    free(shown);
    if (found->inner.repository == NULL) {
        found->inner.repository = folder;
    } else {
        free(folder);
    }
}

/* A HEAD beside objects/: a bare repository, or in an archive the .git of one. */
static void find_repositories(const struct intake *intake, struct found *found)
{
    for (size_t i = 0; i < intake->repository_count; i++) {
        add_repository(found, intake->repositories[i], strlen(intake->repositories[i]));
    }
    for (size_t i = 0; i < intake->entry_count; i++) {
        const char *path = intake->entries[i].path, *slash = strrchr(path, '/');
        const char *name = slash != NULL ? slash + 1 : path;
        if (strcmp(name, "HEAD") != 0 || has_part(path, "logs/") || has_part(path, "refs/")) {
            continue;
        }
        char *folder = format_string("%.*s", (int)(name - path), path);
        if (has_entry(intake, folder, "objects/")) {
            add_repository(found, folder, strlen(folder) - (slash != NULL));
        }
        free(folder);
    }
}

static int complain_of(const struct found *found, struct error *error)
{
    const char *names = buffer_string(&found->names);
    if (found->all > 1) {
        return error_fault(error,
                           "holds no sources, and %zu things that may: %s%s; leave the one that is "
                           "to be graded",
                           found->all, names, found->all > SHOWN_MOST ? ", …" : "");
    }
    return error_fault(error,
                       "holds no sources but %s, which is %s; coach takes a folder, a zip or "
                       "a tar file: unpack it",
                       names, found->other->file.name);
}

bool intake_has_sources(const struct intake *intake)
{
    for (size_t i = 0; i < intake->entry_count; i++) {
        if (is_source(&intake->entries[i])) {
            return true;
        }
    }
    return false;
}

int intake_look(const struct intake *intake, struct intake_inner *inner, struct error *error)
{
    struct found found = {0};
    *inner = (struct intake_inner){0};
    if (intake_has_sources(intake)) {
        return 0;
    }
    find_archives(intake, false, &found);
    if (found.archives > 1) { /* documents may be zip files as well; archives have their names */
        buffer_free(&found.names);
        found = (struct found){0};
        find_archives(intake, true, &found);
    }
    if (found.all == 0) { /* what lies in a folder goes before its history */
        find_repositories(intake, &found);
    }
    int status = 0;
    if (found.all > 1 || (found.all == 1 && found.other != NULL)) {
        status = complain_of(&found, error);
        free(found.inner.repository);
    } else {
        *inner = found.inner;
    }
    buffer_free(&found.names);
    return status;
}
