/* coach marks: what learners have, from what `coach batch` has graded, for teachers and platforms.
 */
#include <argp.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "grade/publish.h"
#include "lib/buffer.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "marks/feedback.h"
#include "marks/late.h"
#include "marks/sheet.h"
#include "marks/talk.h"

struct marks_options {
    const char *to, *roster, *key, *talk, *column;
    struct late late;
    const char *grace, *off;
    struct marks marks;
    struct error error;
};

enum {
    KEY_ROSTER = 256,
    KEY_KEY,
    KEY_TALK,
    KEY_COLUMN,
    KEY_DEADLINES,
    KEY_TIMES,
    KEY_GRACE,
    KEY_OFF
};

static const struct argp_option marks_argp_options[] = {
    {"output", 'o', "DIR", 0, "A new folder for marks.csv, feedback pages, a platform's file", 0},
    {"roster", KEY_ROSTER, "FILE", 0,
     "Whom there are marks for: names, Canvas's exported gradebook, or Moodle's grading worksheet",
     0},
    {"column", KEY_COLUMN, "TITLE", 0, "Canvas's assignment for the first OUT (default: Lab N)", 0},
    {"deadlines", KEY_DEADLINES, "FILE", 0, "A table lab,deadline", 0},
    {"handed-in", KEY_TIMES, "FILE", 0,
     "A table submission,time or submission,lab,time (default: when the archive was written)", 0},
    {"grace", KEY_GRACE, "DAYS", 0, "Days that each may be late in all (default: 0)", 0},
    {"off", KEY_OFF, "PERCENT", 0, "Of a lab's points, for each day beyond (default: 10)", 0},
    {"talk", KEY_TALK, "FILE", 0, "A table of the talks' points: student,story/10,question/10,…",
     0},
    {"key", KEY_KEY, "FILE", 0, "Who is behind which name: the file of `coach anonymous`", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct marks_options *options = state->input;
    switch (key) {
    case 'o':
        options->to = argument;
        return 0;
    case KEY_ROSTER:
        options->roster = argument;
        return 0;
    case KEY_COLUMN:
        options->column = argument;
        return 0;
    case KEY_DEADLINES:
        options->late.deadlines = argument;
        return 0;
    case KEY_TIMES:
        options->late.handed_in = argument;
        return 0;
    case KEY_GRACE:
        options->grace = argument;
        return 0;
    case KEY_OFF:
        options->off = argument;
        return 0;
    case KEY_TALK:
        options->talk = argument;
        return 0;
    case KEY_KEY:
        options->key = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (options->error.text[0] == '\0') {
            marks_add_lab(&options->marks, argument, &options->error);
        }
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num == 0 || options->to == NULL) {
            argp_error(state, "OUT, a folder of `coach batch`, and -o DIR are expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp marks_argp = {
    marks_argp_options,
    parse_option,
    "OUT…",
    "What learners have in the labs that `coach batch` graded into OUT…: points, late days, the "
    "talk. "
    "Writes DIR/marks.csv, a page of feedback for each, and canvas.csv or moodle.csv where the "
    "roster "
    "is an export of one of them.",
    NULL,
    NULL,
    NULL,
};

static int read_all(struct marks_options *options, struct error *error)
{
    uint64_t grace = 0, off = 10;
    struct marks *marks = &options->marks;
    if (options->error.text[0] != '\0') {
        *error = options->error;
        return -1;
    }
    if ((options->grace != NULL &&
         number_parse("--grace", options->grace, 0, 365, &grace, error) != 0) ||
        (options->off != NULL && number_parse("--off", options->off, 0, 100, &off, error) != 0)) {
        return -1;
    }
    if (options->late.deadlines == NULL &&
        (options->late.handed_in != NULL || options->grace != NULL || options->off != NULL)) {
        return error_set(error, "--handed-in, --grace and --off mean nothing without --deadlines");
    }
    options->late.grace = (unsigned)grace;
    options->late.off = (double)off;
    if ((options->key != NULL && marks_read_key(marks, options->key, error) != 0) ||
        marks_read_students(marks, options->roster, error) != 0 ||
        late_count(marks, &options->late, error) != 0) {
        return -1;
    }
    return options->talk != NULL ? talk_read(marks, options->talk, error) : 0;
}

static void add_number(struct buffer *csv, double number)
{
    if (isnan(number)) {
        buffer_text(csv, ",");
    } else {
        buffer_printf(csv, ",%g", round(number * 100) / 100);
    }
}

static void add_table(const struct marks *marks, struct buffer *csv)
{
    buffer_text(csv, "student");
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        const char *name = marks->labs[lab].lab;
        buffer_printf(csv, ",lab %s,lab %s days late,lab %s points off", name, name, name);
    }
    for (size_t i = 0; i < marks->criterion_count; i++) {
        buffer_text(csv, ",");
        csv_add_text(csv, marks->criteria[i].name);
    }
    buffer_text(csv, ",points,of,remark\r\n");
    for (size_t i = 0; i < marks->count; i++) {
        const struct student *student = &marks->students[i];
        csv_add_text(csv, student->name);
        for (size_t lab = 0; lab < marks->lab_count; lab++) {
            const struct mark *mark = &student->labs[lab];
            add_number(csv, mark_points(mark));
            buffer_printf(csv, ",%u,%g", mark->days, mark->off);
        }
        for (size_t k = 0; k < marks->criterion_count; k++) {
            add_number(csv, student->talk != NULL ? student->talk[k] : 0);
        }
        add_number(csv, student_points(marks, student));
        add_number(csv, marks_most(marks));
        struct buffer remark = {0};
        sheet_comment(marks, student, &remark);
        buffer_text(csv, ",");
        csv_add_text(csv, buffer_string(&remark));
        buffer_text(csv, "\r\n");
        buffer_free(&remark);
    }
}

/* Plans all files but the zip file, which is made of what lies in feedback/. */
static int plan_files(const struct marks_options *options, struct tree *tree,
                      const struct tree *feedback, struct error *error)
{
    struct buffer table = {0}, sheet = {0};
    enum sheet_kind kind = sheet_kind(&options->marks);
    if (options->column != NULL && kind != SHEET_CANVAS) {
        return error_set(error, "--column is for Canvas: --roster names no gradebook of it");
    }
    add_table(&options->marks, &table);
    tree_put(tree, "marks.csv", 0, &table);
    if (kind == SHEET_CANVAS || kind == SHEET_MOODLE) {
        if (sheet_write(&options->marks, options->column, &sheet, error) != 0) {
            return -1;
        }
        tree_put(tree, kind == SHEET_CANVAS ? "canvas.csv" : "moodle.csv", 0, &sheet);
    }
    for (size_t i = 0; i < feedback->count; i++) {
        struct buffer copy = {0};
        char *path = format_string("feedback/%s", feedback->files[i].path);
        buffer_add(&copy, feedback->files[i].text.data, feedback->files[i].text.length);
        tree_put(tree, path, 0, &copy);
        free(path);
    }
    return 0;
}

static int write_files(const struct marks_options *options, struct error *error)
{
    struct tree tree = {0}, feedback = {0};
    feedback_plan(&options->marks, &feedback);
    int status = plan_files(options, &tree, &feedback, error);
    if (status == 0) {
        status = publish_folder(&tree, options->to, error);
    }
    if (status == 0 && sheet_kind(&options->marks) == SHEET_MOODLE) {
        char *zip = format_string("%s/feedback.zip", options->to);
        status = publish_zip(&feedback, zip, error);
        free(zip);
    }
    tree_free(&tree);
    tree_free(&feedback);
    return status;
}

static int marks_command(int argc, char **argv)
{
    struct marks_options options = {0};
    struct error error = {0};
    if (argp_parse(&marks_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    int status = read_all(&options, &error);
    if (status == 0) {
        status = write_files(&options, &error);
    }
    size_t open = 0;
    for (size_t i = 0; i < options.marks.count; i++) {
        open += isnan(student_points(&options.marks, &options.marks.students[i]));
    }
    if (status == 0) {
        printf("%zu students, %zu of them not wholly graded: %s/marks.csv, feedback/\n",
               options.marks.count, open, options.to);
    }
    marks_free(&options.marks);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(marks, marks_command, "points of a class, with late days and talks, for a platform");
