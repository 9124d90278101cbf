/*
 * A worker process for each check and seed: it runs the machine, judges, and hands its result
 * back as JSON in a nameless file. A worker that dies takes one check with it, and no other.
 */
#include "grade/judge.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check/parse.h"
#include "check/run.h"
#include "grade/wrap.h"
#include "lib/file.h"
#include "lib/terminal.h"
#include "result/write.h"

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

static void add_unrun(const struct judge_entry *entry, uint64_t seed, enum verdict verdict,
                      const char *reason, struct result_run *run)
{
    struct result_check *check = result_check_add(run, entry->check->id, entry->check->title);
    result_set(&check->group, "%s", entry->group);
    result_set(&check->file, "%s", entry->file);
    check->seed = seed;
    struct result_item *item = result_item_add(check, "run", "is run", entry->check->points);
    result_judge(item, verdict);
    result_line(item, LINE_ACTUAL, "%s", reason);
}

void judge_none(const struct judge_set *set, enum verdict verdict, const char *reason,
                struct result_run *run)
{
    for (size_t i = 0; i < set->count; i++) {
        add_unrun(&set->entries[i], set->entries[i].check->scenario.seed_first, verdict, reason,
                  run);
    }
}

/* One run of one check. */
struct task {
    const struct judge_entry *entry;
    uint64_t seed;
    pid_t worker;
    int result; /* descriptor of the nameless file */
};

static _Noreturn void work_on(const struct task *task, const struct work *work,
                              const struct judge_options *options)
{
    struct result_run *run = result_run_new("");
    char *plugins = format_string("%s/build/plugin", options->course);
    const char *const readable[] = {work->judged, plugins, NULL};
    struct run_options run_options = {0};
    char *elf = format_string("%s/hv/stagecoach.elf", work->judged);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    run_options.hypervisor = elf;
    run_options.build = work->judged;
    run_options.replay = options->replay;
    run_options.prefix = wrap_machine(options->tier, work->root, readable);
    run_check(task->entry->check, task->seed, &run_options, run);
    FILE *out = fdopen(task->result, "w");
    int status = out != NULL && result_write_json(run, out) == 0 && fclose(out) == 0 ? 0 : 1;
    _exit(status);
}

static void start_task(struct task *task, const struct work *work,
                       const struct judge_options *options)
{
    struct error error = {0};
    task->result = file_nameless("result", &error);
    fflush(NULL);
    task->worker = task->result >= 0 ? fork() : -1;
    if (task->worker == 0) {
        work_on(task, work, options);
    }
}

static void take_result(struct task *task, int status, struct result_run *run)
{
    struct buffer text = {0};
    struct error error = {0};
    char reason[256] = "";
    char *path = format_string("/proc/self/fd/%d", task->result);
    struct result_run *part = NULL;
    if (task->worker < 0) {
        snprintf(reason, sizeof(reason), "no process could be started");
    } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        snprintf(reason, sizeof(reason), "the process that judged it ended with wait status 0x%x",
                 (unsigned)status);
    } else if (file_read(path, &text, &error) != 0) {
        snprintf(reason, sizeof(reason), "%.250s", error.text);
    } else {
        part = result_read_json(buffer_string(&text), text.length, reason, sizeof(reason));
    }
    if (part == NULL) {
        add_unrun(task->entry, task->seed, VERDICT_HARNESS_FAULT, reason, run);
    } else {
        for (size_t i = 0; i < part->check_count; i++) {
            result_set(&part->checks[i].group, "%s", task->entry->group);
        }
        result_run_append(run, part);
    }
    buffer_free(&text);
    free(path);
    close(task->result);
}

static struct task *list_tasks(const struct judge_set *set, const struct judge_options *options,
                               size_t *count)
{
    struct task *tasks = NULL;
    *count = 0;
    for (size_t i = 0; i < set->count; i++) {
        const struct scenario *scenario = &set->entries[i].check->scenario;
        uint64_t first = options->seeded ? options->seed : scenario->seed_first;
        uint64_t last = options->seeded ? options->seed : scenario->seed_last;
        for (uint64_t seed = first; seed <= last; seed++) {
            tasks = reallocate(tasks, (*count + 1) * sizeof(*tasks));
            tasks[(*count)++] = (struct task){&set->entries[i], seed, -1, -1};
        }
    }
    return tasks;
}

static struct task *task_of(struct task *tasks, size_t count, pid_t worker)
{
    for (size_t i = 0; i < count; i++) {
        if (tasks[i].worker == worker) {
            return &tasks[i];
        }
    }
    return NULL;
}

void judge_run(const struct judge_set *set, const struct work *work,
               const struct judge_options *options, struct result_run *run)
{
    size_t count, started = 0, ended = 0, running = 0;
    struct task *tasks = list_tasks(set, options, &count);
    while (ended < count) {
        while (started < count && running < options->jobs) {
            start_task(&tasks[started], work, options);
            if (tasks[started].worker < 0) {
                take_result(&tasks[started], 0, run);
                ended++;
            } else {
                running++;
            }
            started++;
        }
        int status;
        pid_t worker = running > 0 ? waitpid(-1, &status, 0) : -1;
        struct task *task = worker > 0 ? task_of(tasks, count, worker) : NULL;
        if (task != NULL) {
            take_result(task, status, run);
            task->worker = -1;
            running--;
            ended++;
        }
        if (!options->quiet) {
            progress("%zu of %zu checks", ended, count);
        }
    }
    progress_clear();
    free(tasks);
    result_run_sort(run);
}
