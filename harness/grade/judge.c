/* The checks of labs, read, run and named. */
#include "grade/judge.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/jobs.h"
#include "check/parse.h"
#include "grade/wrap.h"
#include "lib/file.h"
#include "machine/plugin.h"
#include "machine/qemu.h"

#define STOP "TODO: " /* as todo_stop() of hv/ and guest-os/ begins its sentence */

static int is_check(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".check") == 0;
}

/* Takes the path and the check over, and names the check by its lab and file. */
static void add_check(struct judge_set *set, char *file, const char *group, struct check *check)
{
    const char *stem = strrchr(file, '/') + 1;
    struct judge_entry entry = {
        .file = file,
        .group = copy_string(group),
        .id = format_string("%s/%.*s", group, (int)strcspn(stem, "."), stem),
        .check = check,
    };
    check->id = entry.id;
    check->group = entry.group;
    set->entries = reallocate(set->entries, (set->count + 1) * sizeof(*set->entries));
    set->entries[set->count++] = entry;
}

int judge_add_folder(struct judge_set *set, const char *folder, const char *group,
                     struct error *error)
{
    struct dirent **names = NULL;
    int count = scandir(folder, &names, is_check, alphasort);
    int status = 0;
    for (int i = 0; i < count; i++) {
        char *file = format_string("%s/%s", folder, names[i]->d_name);
        struct check *check = status == 0 ? check_load(file, error) : NULL;
        if (check != NULL) {
            add_check(set, file, group, check);
        } else {
            free(file);
            status = -1;
        }
        free(names[i]);
    }
    free(names);
    return status;
}

static void free_entry(struct judge_entry *entry)
{
    check_free(entry->check);
    free(entry->file);
    free(entry->group);
    free(entry->id);
}

void judge_choose(struct judge_set *set, const char *id)
{
    size_t kept = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (strcmp(set->entries[i].id, id) == 0) {
            set->entries[kept++] = set->entries[i];
        } else {
            free_entry(&set->entries[i]);
        }
    }
    set->count = kept;
}

void judge_free(struct judge_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free_entry(&set->entries[i]);
    }
    free(set->entries);
    *set = (struct judge_set){0};
}

void judge_none(const struct judge_set *set, enum verdict verdict, const char *reason,
                struct result_run *run)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct judge_entry *entry = &set->entries[i];
        struct result_check *check = result_check_add(run, entry->id, entry->check->title);
        result_set(&check->group, "%s", entry->group);
        result_set(&check->file, "%s", entry->file);
        check->seed = entry->check->scenario.seed_first;
        struct result_item *item = result_item_add(check, "run", "is run", entry->check->points);
        result_judge(item, verdict);
        result_line(item, LINE_ACTUAL, "%s", reason);
    }
}

/* Where a TODO stopped the machine or Rider, the console says which: the reader's next step. */
static void note_stops(struct result_run *run, size_t first)
{
    char *last = copy_string("");
    for (size_t i = first; i < run->check_count; i++) {
        const char *console = run->checks[i].console;
        const char *stop = console != NULL ? strstr(console, STOP) : NULL;
        if (stop == NULL || strncmp(last, stop, strlen(last) + (*last == '\0')) == 0) {
            continue;
        }
        free(last);
        last = format_string("%.*s", (int)strcspn(stop, "\r\n"), stop);
        result_run_note(run, "%s stopped at %s", run->checks[i].id, last);
    }
    free(last);
}

/*
 * The watch plugin, copied into memory: the sandbox's user may not be let into the folder that the
 * course lies in, and no program may be loaded from some temporary folders. Its descriptor; -1 when
 * there is none, which each check then says.
 */
static int take_plugin(void)
{
    char path[4096];
    struct buffer bytes = {0};
    int copy = -1;
    if (plugin_find(NULL, NULL, path, sizeof(path), NULL) == 0 &&
        file_read(path, &bytes, NULL) == 0) {
        copy = file_nameless("watch", NULL);
    }
    if (copy >= 0 && write_all(copy, buffer_string(&bytes), bytes.length) != 0) {
        close(copy);
        copy = -1;
    }
    buffer_free(&bytes);
    return copy;
}

/* Who replays an open check has no hidden ones, and needs none. */
static void complete_hidden(struct result_run *run, size_t first, const char *words)
{
    for (size_t i = first; i < run->check_count; i++) {
        struct result_check *check = &run->checks[i];
        if (strcmp(check->group, JUDGE_HIDDEN) == 0) {
            char *line =
                words != NULL ? format_string("%s%s", check->replay, words) : copy_string("");
            result_set(&check->replay, "%s", line);
            free(line);
        }
    }
}

void judge_run(const struct judge_set *set, const struct work *work,
               const struct judge_options *options, struct result_run *run)
{
    int plugin = take_plugin();
    char *plugin_path = plugin >= 0 ? format_string(PLUGIN_DESCRIPTOR "%d", plugin) : NULL;
    char *hypervisor = format_string("%s/hv/stagecoach.elf", work->judged);
    const struct check **checks = allocate(set->count + 1, sizeof(*checks));
    for (size_t i = 0; i < set->count; i++) {
        checks[i] = set->entries[i].check;
    }
    struct jobs_options jobs = {
        .run = {.hypervisor = hypervisor,
                .build = work->judged,
                .replay = options->replay,
                .replay_by_id = true,
                .prefix = wrap_machine(options->tier, work->judged, qemu_outside()),
                .plugin = plugin_path},
        .parallel = options->jobs,
        .has_seeds = options->seeded,
        .seed_first = options->seed,
        .seed_last = options->seed,
        .progress = !options->quiet,
    };
    size_t first = run->check_count;
    check_jobs(checks, set->count, &jobs, run);
    note_stops(run, first);
    complete_hidden(run, first, options->hidden);
    free(checks);
    free(hypervisor);
    free(plugin_path);
    if (plugin >= 0) {
        close(plugin);
    }
}
