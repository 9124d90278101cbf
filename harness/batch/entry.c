/* One submission of a batch: whether it is done, and doing it. */
#include "batch/entry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "grade/grading.h"
#include "grade/intake.h"
#include "lib/buffer.h"
#include "lib/crc32.h"
#include "lib/file.h"
#include "result/write.h"

char *entry_fingerprint(const struct plan *plan, size_t index)
{
    struct intake intake;
    struct error ignored;
    uint32_t crc = 0;
    uint64_t bytes = 0;
    if (intake_open(&intake, plan->entries[index].path, &ignored) != 0) {
        return format_string("unreadable lab %s\n", plan->lab);
    }
    for (size_t i = 0; i < intake.entry_count; i++) {
        const struct intake_entry *entry = &intake.entries[i];
        crc = crc32_update(crc, entry->path, strlen(entry->path) + 1);
        crc = crc32_update(crc, &entry->bytes, sizeof(entry->bytes));
        crc = crc32_update(crc, buffer_string(&entry->text), entry->text.length);
        bytes += entry->bytes;
    }
    char *line = format_string("crc %08x files %zu bytes %llu lab %s\n", crc, intake.entry_count,
                               (unsigned long long)bytes, plan->lab);
    intake_free(&intake);
    return line;
}

static char *file_of(const struct plan *plan, size_t index, const char *name)
{
    return format_string("%s/%s/%s", plan->out, plan->entries[index].name, name);
}

bool plan_done(const struct plan *plan, size_t index)
{
    char *path = file_of(plan, index, "done");
    char *fingerprint = entry_fingerprint(plan, index);
    struct buffer text = {0};
    struct error ignored;
    bool done = file_read_bounded(path, 4096, &text, &ignored) == 0 &&
                strcmp(buffer_string(&text), fingerprint) == 0;
    buffer_free(&text);
    free(fingerprint);
    free(path);
    return done;
}

static int emit_to(const struct result_run *run, const struct plan *plan, size_t index,
                   const char *format, const char *name, struct error *error)
{
    char *path = file_of(plan, index, name);
    char *argument = format_string("%s=%s", format, path);
    int status = result_emit(run, argument);
    free(argument);
    free(path);
    return status == 0 ? 0 : error_fault(error, "%s could not be written", name);
}

static int write_files(const struct plan *plan, size_t index, const struct result_run *run,
                       struct error *error)
{
    if (emit_to(run, plan, index, "json", "result.json", error) != 0 ||
        emit_to(run, plan, index, "html", "report.html", error) != 0) {
        return -1;
    }
    /* A fault of the harness may go away: it is not done, and will be tried again. */
    if (result_run_score(run).ungraded > 0) {
        return 0;
    }
    char *path = file_of(plan, index, "done");
    char *fingerprint = entry_fingerprint(plan, index);
    int status = file_write(path, fingerprint, strlen(fingerprint), error);
    free(fingerprint);
    free(path);
    return status;
}

static int grade_entry(const struct plan *plan, size_t index, const struct course *course,
                       unsigned jobs, struct error *error)
{
    struct grading grading = {
        .course = course,
        .submission = plan->entries[index].path,
        .hidden = plan->hidden[0] != '\0' ? plan->hidden : NULL,
        .allow_weak = plan->allow_weak,
        .quiet = true,
        .seeded = plan->seeded,
        .seed = plan->seed,
        .jobs = jobs,
    };
    if (lab_range_parse(course, plan->lab, &grading.labs, error) != 0 ||
        sandbox_find(&grading.tier, error) != 0) {
        return -1;
    }
    struct result_run *run = grading_run(&grading, error);
    if (run == NULL) {
        return -1;
    }
    int status = write_files(plan, index, run, error);
    result_run_free(run);
    return status;
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
