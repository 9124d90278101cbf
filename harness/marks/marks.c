/* Brings together who has which points; see marks.h. */
#include "marks/marks.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "batch/entry.h"
#include "batch/roster.h"
#include "lib/buffer.h"
#include "marks/late.h"
#include "marks/sheet.h"

int marks_add_lab(struct marks *marks, const char *out, struct error *error)
{
    marks->labs = reallocate(marks->labs, (marks->lab_count + 1) * sizeof(*marks->labs));
    if (plan_read(&marks->labs[marks->lab_count], out, error) != 0) {
        return -1;
    }
    marks->lab_count++;
    return 0;
}

int marks_read_key(struct marks *marks, const char *path, struct error *error)
{
    if (csv_read(&marks->key, path, error) != 0) {
        return -1;
    }
    if (csv_column(&marks->key, "code") != 0 || csv_column(&marks->key, "submission") != 1) {
        return error_set(error,
                         "%s: expected a table code,submission,handed_in, as `coach "
                         "anonymous` writes it",
                         path);
    }
    return 0;
}

static const struct csv_row *key_row(const struct marks *marks, const char *submission)
{
    for (size_t i = 1; i < marks->key.count; i++) {
        if (strcmp(csv_field(&marks->key.rows[i], 0), submission) == 0) {
            return &marks->key.rows[i];
        }
    }
    return NULL;
}

const char *marks_name(const struct marks *marks, const char *submission)
{
    const struct csv_row *row = key_row(marks, submission);
    return row != NULL ? csv_field(row, 1) : submission;
}

static bool is_number(const char *text, size_t length)
{
    return length > 0 && strspn(text, "0123456789") >= length;
}

/* Whether the first number between "_" in a name is this one: the person's, as in
 * NAME_12345_assignsubmission_file and NAME_LATE_12345_678_lab1. */
static bool has_number(const char *name, const char *number)
{
    for (const char *at = name; at != NULL; at = strchr(at, '_')) {
        at += *at == '_';
        size_t length = strcspn(at, "_");
        if (is_number(at, length)) {
            return strlen(number) == length && strncmp(at, number, length) == 0;
        }
    }
    return false;
}

/* How well a submission's name fits the student; 0: not at all. */
static size_t fit(const struct student *student, const char *submission)
{
    size_t best = 0;
    for (size_t i = 0; i < student->key_count; i++) {
        const char *key = student->keys[i];
        size_t length = strlen(key), begins = roster_match(submission, key);
        if (strcmp(submission, key) == 0) {
            return SIZE_MAX;
        }
        if (is_number(key, length) && has_number(submission, key)) {
            best = SIZE_MAX - 1;
        }
        best = begins > best ? begins : best;
    }
    return best;
}

struct student *marks_student(const struct marks *marks, const char *submission, bool *several)
{
    struct student *found = NULL;
    size_t best = 0;
    *several = false;
    for (size_t i = 0; i < marks->count; i++) {
        size_t now = fit(&marks->students[i], submission);
        *several = now > best ? false : *several || (now > 0 && now == best);
        found = now > best ? &marks->students[i] : found;
        best = now > best ? now : best;
    }
    return *several ? NULL : found;
}

struct student *marks_of_row(const struct marks *marks, const struct csv_row *row, const char *path,
                             struct error *error)
{
    bool several;
    struct student *student = marks_student(marks, csv_field(row, 0), &several);
    if (student == NULL) {
        error_set(error, "%s:%zu: '%s' is %s who has marks", path, row->line, csv_field(row, 0),
                  several ? "more than one" : "nobody");
    }
    return student;
}

/* When it was handed in: by the key, else when its archive was last written; of a folder nobody
 * knows. */
static time_t time_of(const struct marks *marks, const struct plan_entry *entry)
{
    const struct csv_row *row = key_row(marks, entry->name);
    time_t when;
    struct error ignored;
    if (row != NULL) {
        return late_time(csv_field(row, 2), &when, &ignored) == 0 ? when : 0;
    }
    struct stat status;
    return stat(entry->path, &status) == 0 && S_ISREG(status.st_mode) ? status.st_mtime : 0;
}

static void take_result(struct marks *marks, size_t lab, size_t index, struct mark *mark)
{
    const struct plan *plan = &marks->labs[lab];
    struct result_run *run = entry_result(plan, index, "result.json");
    mark->entry = index;
    mark->when = time_of(marks, &plan->entries[index]);
    if (run == NULL) {
        return;
    }
    struct result_score score = result_run_score(run);
    mark->graded = score.ungraded == 0;
    mark->got = score.got;
    mark->of = score.of;
    result_run_free(run);
}

unsigned marks_lab_most(const struct marks *marks, size_t lab)
{
    unsigned most = 0;
    for (size_t i = 0; i < marks->count; i++) {
        unsigned of = marks->students[i].labs[lab].of;
        most = of > most ? of : most;
    }
    return most;
}

static void take_lab(struct marks *marks, size_t lab)
{
    const struct plan *plan = &marks->labs[lab];
    for (size_t i = 0; i < plan->count; i++) {
        bool several;
        struct student *student =
            marks_student(marks, marks_name(marks, plan->entries[i].name), &several);
        if (student == NULL) {
            complain("%s: is of %s on the list; it has no marks", plan->entries[i].name,
                     several ? "several" : "nobody");
        } else if (student->labs[lab].entry != SIZE_MAX) {
            complain("%s: is a second submission of %s; the first one counts",
                     plan->entries[i].name, student->name);
        } else {
            take_result(marks, lab, i, &student->labs[lab]);
        }
    }
    unsigned most = marks_lab_most(marks, lab);
    for (size_t i = 0; i < marks->count; i++) {
        struct mark *mark = &marks->students[i].labs[lab];
        if (mark->entry == SIZE_MAX) {
            *mark = (struct mark){.entry = SIZE_MAX, .graded = true, .of = most};
        }
    }
}

bool marks_have(const struct marks *marks, const char *name)
{
    for (size_t i = 0; i < marks->count; i++) {
        if (strcmp(marks->students[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Everybody who has handed in, once; nobody says whether ann_2 is ann. */
static void take_submitters(struct marks *marks)
{
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        for (size_t i = 0; i < marks->labs[lab].count; i++) {
            const char *name = marks_name(marks, marks->labs[lab].entries[i].name);
            if (!marks_have(marks, name)) {
                sheet_add_student(marks, name, SIZE_MAX);
            }
        }
    }
}

int marks_read_students(struct marks *marks, const char *path, struct error *error)
{
    if (path == NULL) {
        take_submitters(marks);
    } else if (csv_read(&marks->list, path, error) != 0 ||
               sheet_students(marks, path, error) != 0) {
        return -1;
    }
    for (size_t i = 0; i < marks->count; i++) {
        struct student *student = &marks->students[i];
        student->labs = allocate(marks->lab_count, sizeof(*student->labs));
        for (size_t lab = 0; lab < marks->lab_count; lab++) {
            student->labs[lab].entry = SIZE_MAX;
        }
    }
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        take_lab(marks, lab);
    }
    return 0;
}

void marks_free(struct marks *marks)
{
    for (size_t i = 0; i < marks->count; i++) {
        struct student *student = &marks->students[i];
        for (size_t k = 0; k < student->key_count; k++) {
            free(student->keys[k]);
        }
        free(student->keys);
        free(student->name);
        free(student->labs);
        free(student->talk);
        free(student->talk_remark);
    }
    for (size_t i = 0; i < marks->lab_count; i++) {
        plan_free(&marks->labs[i]);
    }
    for (size_t i = 0; i < marks->criterion_count; i++) {
        free(marks->criteria[i].name);
    }
    free(marks->criteria);
    free(marks->students);
    free(marks->labs);
    csv_free(&marks->list);
    csv_free(&marks->key);
    *marks = (struct marks){0};
}

double mark_points(const struct mark *mark)
{
    if (!mark->graded) {
        return NAN;
    }
    return mark->off < mark->got ? mark->got - mark->off : 0;
}

double student_talk(const struct marks *marks, const struct student *student)
{
    double sum = 0;
    for (size_t i = 0; student->talk != NULL && i < marks->criterion_count; i++) {
        sum += student->talk[i];
    }
    return sum;
}

double student_points(const struct marks *marks, const struct student *student)
{
    double sum = student_talk(marks, student);
    for (size_t i = 0; i < marks->lab_count; i++) {
        sum += mark_points(&student->labs[i]);
    }
    return sum;
}

double marks_most(const struct marks *marks)
{
    double sum = 0;
    for (size_t i = 0; i < marks->criterion_count; i++) {
        sum += marks->criteria[i].most;
    }
    for (size_t i = 0; marks->count > 0 && i < marks->lab_count; i++) {
        sum += marks_lab_most(marks, i);
    }
    return sum;
}

char *marks_lab_name(const struct marks *marks, size_t lab)
{
    return format_string("Lab %s", marks->labs[lab].lab);
}
