/*
 * Reads a submission from a git revision with git's plumbing, which runs no hook, filter or
 * other command that a repository's configuration could name.
 */
#include "grade/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"

#define GIT_TIMEOUT_MS 60000
#define LIST_MOST      (1u << 20) /* what process_run keeps */

/* Runs git in the repository; its output is added to *out. -1 with *error if it fails. */
static int git(const char *repository, const char *const *words, struct buffer *out,
               struct error *error)
{
    const char *argv[16] = {"git", "-C", repository, "--no-replace-objects"};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[i + 4] = words[i];
    }
    struct process_end end;
    if (process_run(argv, GIT_TIMEOUT_MS, out, &end, error) != 0) {
        return -1;
    }
    if (!end.exited || end.status != 0) {
        char *line = copy_string(buffer_string(out));
        line[strcspn(line, "\n")] = '\0';
        error_set(error, "is no folder, no archive and no git revision: %.300s", line);
        free(line);
        return -1;
    }
    return 0;
}

static int read_blob(struct intake *intake, const char *repository, const char *object,
                     struct intake_entry *entry, struct error *error)
{
    if (entry->bytes > INTAKE_FILE_MOST) {
        return 0;
    }
    const char *const words[] = {"cat-file", "blob", object, NULL};
    if (intake_count(intake, entry->bytes, error) != 0) {
        return -1;
    }
    return git(repository, words, &entry->text, error);
}

/* Only sources are worth a process each; other files are known by name. */
static bool is_source(const char *path)
{
    return strstr(path, "hv/") != NULL || strstr(path, "guest-os/") != NULL;
}

/* One record of ls-tree: "MODE TYPE OBJECT SIZE\tPATH". */
static int read_record(struct intake *intake, const char *repository, const char *record,
                       struct error *error)
{
    char mode[8], type[16], object[72], size[24];
    const char *tab = strchr(record, '\t');
    if (tab == NULL || sscanf(record, "%7s %15s %71s %23s", mode, type, object, size) != 4) {
        return error_fault(error, "git ls-tree printed '%.80s', expected MODE TYPE OBJECT SIZE",
                           record);
    }
    bool file = strcmp(type, "blob") == 0 && strncmp(mode, "100", 3) == 0;
    enum entry_kind kind = file                          ? ENTRY_FILE
                           : strcmp(mode, "120000") == 0 ? ENTRY_LINK
                                                         : ENTRY_OTHER;
    struct intake_entry *entry;
    if (intake_add(intake, tab + 1, kind, strtoull(size, NULL, 10), &entry, error) != 0) {
        return -1;
    }
    return file && is_source(tab + 1) ? read_blob(intake, repository, object, entry, error) : 0;
}

int intake_read_git(struct intake *intake, const char *repository, const char *revision,
                    struct error *error)
{
    if (revision[0] == '-' || revision[0] == '\0') {
        return error_set(error, "is no folder, no archive and no git revision");
    }
    struct buffer list = {0};
    const char *const words[] = {"ls-tree", "-r", "-z", "--long", "--full-tree", revision, NULL};
    int status = git(repository, words, &list, error);
    if (status == 0 && list.length >= LIST_MOST) {
        status = error_set(error, "names more files than 1 MiB of text");
    }
    size_t at = 0;
    while (status == 0 && at < list.length) {
        const char *record = list.data + at;
        at += strlen(record) + 1;
        status = read_record(intake, repository, record, error);
    }
    buffer_free(&list);
    return status;
}
