/* The checks of labs, read, run and named. */
#include "grade/judge.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "check/jobs.h"
#include "check/parse.h"
#include "grade/wrap.h"

static int is_check(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot != NULL && strcmp(dot, ".check") == 0;
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
            set->entries = reallocate(set->entries, (set->count + 1) * sizeof(*set->entries));
            set->entries[set->count++] =
                (struct judge_entry){copy_string(file), copy_string(group), check};
        } else {
            status = -1;
        }
        free(file);
        free(names[i]);
    }
    free(names);
    return status;
}

void judge_free(struct judge_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        free(set->entries[i].file);
        free(set->entries[i].group);
        check_free(set->entries[i].check);
    }
    free(set->entries);
    *set = (struct judge_set){0};
}

/* "04-memory/fill" for fill.check of that lab. To free(). */
static char *check_name(const struct judge_entry *entry)
{
    const char *slash = strrchr(entry->file, '/');
    const char *stem = slash != NULL ? slash + 1 : entry->file;
    return format_string("%s/%.*s", entry->group, (int)strcspn(stem, "."), stem);
}

void judge_none(const struct judge_set *set, enum verdict verdict, const char *reason,
                struct result_run *run)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct judge_entry *entry = &set->entries[i];
        char *name = check_name(entry);
        struct result_check *check = result_check_add(run, name, entry->check->title);
        free(name);
        result_set(&check->group, "%s", entry->group);
        result_set(&check->file, "%s", entry->file);
        check->seed = entry->check->scenario.seed_first;
        struct result_item *item = result_item_add(check, "run", "is run", entry->check->points);
        result_judge(item, verdict);
        result_line(item, LINE_ACTUAL, "%s", reason);
    }
}

/* Names each result by its lab and file: "04-memory/fill", in the group "04-memory". */
static void name_results(const struct judge_set *set, struct result_run *run, size_t first)
{
    for (size_t i = first; i < run->check_count; i++) {
        struct result_check *result = &run->checks[i];
        for (size_t j = 0; j < set->count; j++) {
            if (strcmp(set->entries[j].file, result->file) != 0) {
                continue;
            }
            char *name = check_name(&set->entries[j]);
            result_set(&result->id, "%s", name);
            result_set(&result->group, "%s", set->entries[j].group);
            free(name);
        }
    }
}

void judge_run(const struct judge_set *set, const struct work *work,
               const struct judge_options *options, struct result_run *run)
{
    char *plugins = format_string("%s/build/plugin", options->course);
    char *hypervisor = format_string("%s/hv/stagecoach.elf", work->judged);
    const char *const readable[] = {plugins, NULL};
    const struct check **checks = allocate(set->count + 1, sizeof(*checks));
    for (size_t i = 0; i < set->count; i++) {
        checks[i] = set->entries[i].check;
    }
    struct jobs_options jobs = {
        .run = {.hypervisor = hypervisor,
                .build = work->judged,
                .replay = options->replay,
                .prefix = wrap_machine(options->tier, work->judged, readable)},
        .parallel = options->jobs,
        .has_seeds = options->seeded,
        .seed_first = options->seed,
        .seed_last = options->seed,
        .progress = !options->quiet,
    };
    size_t first = run->check_count;
    check_jobs(checks, set->count, &jobs, run);
    name_results(set, run, first);
    result_run_sort(run);
    free(checks);
    free(hypervisor);
    free(plugins);
}
