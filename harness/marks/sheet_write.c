/* Writes the lists of course platforms with the marks in them; see sheet.h. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/buffer.h"
#include "marks/sheet.h"

/* The list's column of an assignment: TITLE, or TITLE (NUMBER). */
static size_t assignment_column(const struct csv *list, const char *title)
{
    size_t length = strlen(title);
    for (size_t i = 0; i < list->rows[0].count; i++) {
        const char *heading = csv_field(&list->rows[0], i);
        if (strncasecmp(heading, title, length) == 0 &&
            (heading[length] == '\0' || strncmp(heading + length, " (", 2) == 0)) {
            return i;
        }
    }
    return CSV_NONE;
}

static double number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    return end != text && *end == '\0' ? value : 0;
}

/* `points` of `most` as the platform counts them, which may be out of another sum. */
static char *scaled(double points, double most, double of)
{
    double value = of > 0 && most > 0 ? points * of / most : points;
    double rounded = round(value * 100) / 100;
    return format_string(rounded == floor(rounded) ? "%.0f" : "%.2f", rounded);
}

/* One column that is filled in. */
struct column {
    const char *title;
    size_t from; /* the list's own column, or CSV_NONE */
    double of;   /* points that it is out of there */
};

static struct column canvas_column(const struct csv *list, const char *title, double most)
{
    struct column column = {.title = title, .from = assignment_column(list, title), .of = most};
    for (size_t i = 1; column.from != CSV_NONE && i < list->count; i++) {
        if (sheet_is_most_row(&list->rows[i])) {
            double of = number(csv_field(&list->rows[i], column.from));
            column.of = of > 0 ? of : most;
        }
    }
    return column;
}

/* points: NAN where there are none, as in a row that is no student's. */
static void add_canvas_field(const struct csv *list, size_t row, const struct column *column,
                             double points, double most, struct buffer *to)
{
    const char *there = column->from != CSV_NONE ? csv_field(&list->rows[row], column->from) : "";
    char *value = NULL;
    if (row == 0) {
        there = column->from != CSV_NONE ? there : column->title;
    } else if (sheet_is_most_row(&list->rows[row])) {
        value = format_string("%g", column->of);
    } else if (!isnan(points) && strcasecmp(there, "EX") != 0) {
        value = scaled(points, most, column->of);
    }
    buffer_text(to, (char[]){list->separator, '\0'});
    csv_add(to, value != NULL ? value : there, list->separator);
    free(value);
}

static const struct student *student_of(const struct marks *marks, size_t row)
{
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->students[i].row == row) {
            return &marks->students[i];
        }
    }
    return NULL;
}

static double talk_most(const struct marks *marks)
{
    double most = 0;
    for (size_t i = 0; i < marks->criterion_count; i++) {
        most += marks->criteria[i].most;
    }
    return most;
}

static void add_canvas_row(const struct marks *marks, size_t row, const struct column *columns,
                           struct buffer *to)
{
    const struct csv *list = &marks->list;
    const struct student *student = student_of(marks, row);
    size_t own = csv_column(list, "Section") + 1;
    for (size_t i = 0; i < own; i++) {
        buffer_text(to, i > 0 ? (char[]){list->separator, '\0'} : "");
        csv_add(to, csv_field(&list->rows[row], i), list->separator);
    }
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        add_canvas_field(list, row, &columns[lab],
                         student != NULL ? mark_points(&student->labs[lab]) : NAN,
                         marks_lab_most(marks, lab), to);
    }
    if (marks->criterion_count > 0) {
        add_canvas_field(list, row, &columns[marks->lab_count],
                         student != NULL ? student_talk(marks, student) : NAN, talk_most(marks),
                         to);
    }
    buffer_text(to, "\r\n");
}

static void write_canvas(const struct marks *marks, const char *title, struct buffer *to)
{
    struct column *columns = allocate(marks->lab_count + 1, sizeof(*columns));
    char **titles = allocate(marks->lab_count + 1, sizeof(*titles));
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        titles[lab] = title != NULL && lab == 0 ? copy_string(title) : marks_lab_name(marks, lab);
        columns[lab] = canvas_column(&marks->list, titles[lab], marks_lab_most(marks, lab));
        if (columns[lab].from == CSV_NONE) {
            complain("the gradebook has no assignment '%s': Canvas will offer to make it (--column "
                     "names another)",
                     titles[lab]);
        }
    }
    columns[marks->lab_count] = canvas_column(&marks->list, "Talk", talk_most(marks));
    for (size_t row = 0; row < marks->list.count; row++) {
        add_canvas_row(marks, row, columns, to);
    }
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        free(titles[lab]);
    }
    free(titles);
    free(columns);
}

static void write_moodle(const struct marks *marks, struct buffer *to)
{
    const struct csv *list = &marks->list;
    size_t grade = csv_column(list, "Grade"), comment = csv_column(list, "Feedback comments");
    size_t maximum = csv_column(list, "Maximum grade");
    for (size_t i = 0; i < marks->count; i++) {
        const struct student *student = &marks->students[i];
        struct csv_row *row = &list->rows[student->row];
        double points = student_points(marks, student);
        double of = maximum != CSV_NONE ? number(csv_field(row, maximum)) : 0;
        if (isnan(points)) {
            continue;
        }
        char *value = scaled(points, marks_most(marks), of);
        csv_set(row, grade, value);
        free(value);
        if (comment != CSV_NONE) {
            struct buffer text = {0};
            sheet_comment(marks, student, &text);
            csv_set(row, comment, buffer_string(&text));
            buffer_free(&text);
        }
    }
    csv_write(list, to);
}

int sheet_write(const struct marks *marks, const char *column, struct buffer *to,
                struct error *error)
{
    switch (sheet_kind(marks)) {
    case SHEET_CANVAS:
        write_canvas(marks, column, to);
        return 0;
    case SHEET_MOODLE:
        write_moodle(marks, to);
        return 0;
    default:
        return error_set(error, "the list is no export of Canvas's gradebook and no grading "
                                "worksheet of Moodle");
    }
}

void sheet_comment(const struct marks *marks, const struct student *student, struct buffer *to)
{
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        const struct mark *mark = &student->labs[lab];
        buffer_printf(to, "%slab %s: ", lab > 0 ? "; " : "", marks->labs[lab].lab);
        if (mark->entry == SIZE_MAX) {
            buffer_text(to, "nothing was handed in");
        } else if (!mark->graded) {
            buffer_text(to, "not graded");
        } else {
            buffer_printf(to, "%u of %u points", mark->got, mark->of);
        }
        if (mark->days > 0) {
            buffer_printf(to, ", %u day%s late, %u free, %g points off", mark->days,
                          mark->days == 1 ? "" : "s", mark->free, mark->off);
        }
    }
    if (marks->criterion_count > 0) {
        if (student->talk == NULL) {
            buffer_text(to, "; no talk was given");
        } else {
            buffer_printf(to, "; talk: %g of %g", student_talk(marks, student), talk_most(marks));
        }
    }
}
