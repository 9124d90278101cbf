/* Reads the lists of course platforms; see sheet.h. */
#include "marks/sheet.h"

#include <string.h>

#include "batch/roster.h"
#include "lib/buffer.h"

enum sheet_kind sheet_kind(const struct marks *marks)
{
    const struct csv *list = &marks->list;
    if (list->count == 0) {
        return SHEET_NONE;
    }
    if (csv_column(list, "Student") == 0 && csv_column(list, "ID") == 1 &&
        csv_column(list, "Section") != CSV_NONE) {
        return SHEET_CANVAS;
    }
    return csv_column(list, "Identifier") == 0 && csv_column(list, "Grade") != CSV_NONE
               ? SHEET_MOODLE
               : SHEET_LIST;
}

static void add_key(struct student *student, const char *key)
{
    if (*key != '\0') {
        student->keys =
            reallocate(student->keys, (student->key_count + 1) * sizeof(*student->keys));
        student->keys[student->key_count++] = copy_string(key);
    }
}

struct student *sheet_add_student(struct marks *marks, const char *name, size_t row)
{
    marks->students = reallocate(marks->students, (marks->count + 1) * sizeof(*marks->students));
    struct student *student = &marks->students[marks->count++];
    *student = (struct student){.name = copy_string(name), .row = row};
    add_key(student, name);
    return student;
}

bool sheet_is_most_row(const struct csv_row *row)
{
    return strstr(csv_field(row, 0), "Points Possible") != NULL;
}

/* Canvas has rows that are no student's: points, and which assignments are posted by hand. */
static bool is_student(const struct csv_row *row)
{
    return csv_field(row, 0)[0] != '\0' && !sheet_is_most_row(row);
}

static void add_from_canvas(struct marks *marks, size_t index)
{
    static const char *const headings[] = {"SIS Login ID", "SIS User ID", "ID"};
    const struct csv_row *row = &marks->list.rows[index];
    if (!is_student(row)) {
        return;
    }
    struct student *student = sheet_add_student(marks, csv_field(row, 0), index);
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        size_t column = csv_column(&marks->list, headings[i]);
        if (column != CSV_NONE) {
            add_key(student, csv_field(row, column));
        }
    }
}

static void add_from_moodle(struct marks *marks, size_t index)
{
    static const char *const headings[] = {"ID number", "Username"};
    const struct csv_row *row = &marks->list.rows[index];
    size_t name = csv_column(&marks->list, "Full name");
    const char *identifier = csv_field(row, 0);
    struct student *student =
        sheet_add_student(marks, name != CSV_NONE ? csv_field(row, name) : identifier, index);
    add_key(student, identifier + strcspn(identifier, "0123456789"));
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        size_t column = csv_column(&marks->list, headings[i]);
        if (column != CSV_NONE) {
            add_key(student, csv_field(row, column));
        }
    }
}

/* A list of names: each once. */
static void add_from_list(struct marks *marks, size_t index)
{
    const char *name = csv_field(&marks->list.rows[index], 0);
    bool heading = index == 0 && roster_is_heading(name);
    if (*name != '\0' && !heading && !marks_have(marks, name)) {
        sheet_add_student(marks, name, index);
    }
}

int sheet_students(struct marks *marks, const char *path, struct error *error)
{
    enum sheet_kind kind = sheet_kind(marks);
    for (size_t i = 0; i < marks->list.count; i++) {
        if (kind == SHEET_LIST) {
            add_from_list(marks, i);
        } else if (kind == SHEET_CANVAS && i > 0) {
            add_from_canvas(marks, i);
        } else if (kind == SHEET_MOODLE && i > 0) {
            add_from_moodle(marks, i);
        }
    }
    return marks->count > 0 ? 0 : error_set(error, "%s: names nobody", path);
}
