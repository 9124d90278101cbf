/* One submission of a batch: whether its grade stands, and grading it. */
#include "batch/entry.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch/key.h"
#include "grade/grading.h"
#include "grade/objects.h"
#include "lib/file.h"
#include "result/write.h"

#define KEY_MOST 4096

char *entry_file(const struct plan *plan, size_t index, const char *file)
{
    return format_string("%s/%s/%s", plan->out, plan->entries[index].name, file);
}

struct result_run *entry_result(const struct plan *plan, size_t index, const char *file)
{
    char *path = entry_file(plan, index, file);
    struct buffer text = {0};
    struct error ignored;
    char reason[200];
    struct result_run *run = NULL;
    if (file_read(path, &text, &ignored) == 0) {
        run = result_read_json(buffer_string(&text), text.length, reason, sizeof(reason));
    }
    buffer_free(&text);
    free(path);
    return run;
}

/* The key that a grade of what was taken in rests on: a line for the submission, then the rest. */
static char *whole_key(const struct plan *plan, const char *digest)
{
    char *submission = key_submission(*digest != '\0' ? digest : "unreadable");
    char *key = format_string("%s%s", submission, plan->key);
    free(submission);
    return key;
}

/* What the submission is now. */
static char *key_of_now(const struct plan *plan, size_t index)
{
    char digest[DIGEST_CHARACTERS] = "";
    struct intake intake;
    struct error ignored;
    if (taken_other_kind(plan->entries[index].path) == NULL &&
        intake_open(&intake, plan->entries[index].path, &ignored) == 0) {
        taken_digest(&intake, digest);
        intake_free(&intake);
    }
    return whole_key(plan, digest);
}

char *entry_reason(const struct plan *plan, size_t index)
{
    char *path = entry_file(plan, index, "done");
    struct buffer before = {0}, changes = {0};
    struct error ignored;
    char *reason = NULL;
    struct result_run *result = entry_result(plan, index, "result.json");
    if (result == NULL || file_read_bounded(path, KEY_MOST, &before, &ignored) != 0) {
        reason = copy_string(ENTRY_UNFINISHED);
    } else {
        char *now = key_of_now(plan, index);
        key_changes(buffer_string(&before), now, &changes);
        free(now);
    }
    if (changes.length > 0) {
        reason = format_string("%s changed", buffer_string(&changes));
    }
    if (result != NULL) {
        result_run_free(result);
    }
    buffer_free(&changes);
    buffer_free(&before);
    free(path);
    return reason;
}

static int emit_to(const struct result_run *run, const struct plan *plan, size_t index,
                   const char *format, const char *name, struct error *error)
{
    char *path = entry_file(plan, index, name);
    char *argument = format_string("%s=%s", format, path);
    int status = result_emit(run, argument);
    free(argument);
    free(path);
    return status == 0 ? 0 : error_fault(error, "%s could not be written", name);
}

/* A whole result that is about to be replaced stays as previous.json. */
static void put_by(const struct plan *plan, size_t index)
{
    char *done = entry_file(plan, index, "done");
    char *result = entry_file(plan, index, "result.json");
    char *previous = entry_file(plan, index, "previous.json");
    if (access(done, F_OK) == 0) {
        unlink(done);
        rename(result, previous);
    }
    free(done);
    free(result);
    free(previous);
}

static int write_files(const struct plan *plan, size_t index, const struct result_run *run,
                       const char *digest, struct error *error)
{
    put_by(plan, index);
    if (emit_to(run, plan, index, "json", "result.json", error) != 0 ||
        emit_to(run, plan, index, "html", "report.html", error) != 0) {
        return -1;
    }
    /* A fault of the harness may go away: it is not done, and will be tried again. */
    if (result_run_score(run).ungraded > 0) {
        return 0;
    }
    char *path = entry_file(plan, index, "done");
    char *key = whole_key(plan, digest);
    int status = file_write(path, key, strlen(key), error);
    free(key);
    free(path);
    return status;
}

static int grade_entry(const struct plan *plan, size_t index, const struct course *course,
                       unsigned jobs, struct error *error)
{
    char digest[DIGEST_CHARACTERS];
    char *objects = key_objects(plan);
    struct grading grading = {
        .course = course,
        .submission = plan->entries[index].path,
        .hidden = plan->hidden[0] != '\0' ? plan->hidden : NULL,
        .allow_weak = plan->allow_weak,
        .for_learner = true,
        .quiet = true,
        .seeded = plan->seeded,
        .seed = plan->seed,
        .jobs = jobs,
        .digest = digest,
        .objects = objects,
    };
    struct result_run *run = NULL;
    if (lab_range_parse(course, plan->lab, &grading.labs, error) == 0 &&
        sandbox_find(&grading.tier, error) == 0) {
        run = grading_run(&grading, error);
    }
    free(objects);
    if (run == NULL) {
        return -1;
    }
    int status = write_files(plan, index, run, digest, error);
    result_run_free(run);
    return status;
}

/* Those of another course or compiler are of no use any more. */
static void remove_other_objects(const struct plan *plan, const char *folder)
{
    DIR *out = opendir(plan->out);
    for (struct dirent *entry; out != NULL && (entry = readdir(out)) != NULL;) {
        char *path = format_string("%s/%s", plan->out, entry->d_name);
        if (strncmp(entry->d_name, ".objects-", 9) == 0 && strcmp(path, folder) != 0) {
            folder_remove(path);
        }
        free(path);
    }
    if (out != NULL) {
        closedir(out);
    }
}

void plan_objects(const struct plan *plan)
{
    struct error ignored;
    struct lab_range labs;
    enum sandbox_tier tier;
    struct course *course = course_open(plan->course, &ignored);
    char *folder = key_objects(plan);
    remove_other_objects(plan, folder);
    if (course != NULL && lab_range_parse(course, plan->lab, &labs, &ignored) == 0 &&
        sandbox_find(&tier, &ignored) == 0) {
        objects_make(course, labs.first, tier, folder, &ignored);
    }
    course_free(course);
    free(folder);
}

int plan_grade(const struct plan *plan, size_t index, unsigned jobs, struct error *error)
{
    if (index >= plan->count) {
        return error_set(error, "there is no submission %zu, only %zu", index, plan->count);
    }
    char *folder = format_string("%s/%s", plan->out, plan->entries[index].name);
    int made = mkdir(folder, 0755);
    int reason = errno;
    free(folder);
    if (made != 0 && reason != EEXIST) {
        return error_fault(error, "%s/%s: %s", plan->out, plan->entries[index].name,
                           strerror(reason));
    }
    struct course *course = course_open(plan->course, error);
    if (course == NULL) {
        return -1;
    }
    int status = grade_entry(plan, index, course, jobs, error);
    course_free(course);
    return status == 0 ? 0 : error_prefix(error, "%s", plan->entries[index].name);
}
