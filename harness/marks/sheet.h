/*
 * The teacher's list of learners, which may be what a course platform exports, and the same list
 * with marks for the platform to import. Known are:
 *
 * Canvas, Gradebook, Export: columns Student, ID, (SIS User ID, SIS Login ID,) Section, one for
 * each assignment, named TITLE (NUMBER). Its import finds a learner by ID or SIS ID, an assignment
 * by that name, and takes "Points Possible" rows for what they are.
 *
 * Moodle, an assignment's grading worksheet: columns Identifier ("Participant 123"), Full name,
 * Grade, Maximum grade, Last modified (grade), Feedback comments. Its import finds a learner by the
 * identifier, and refuses rows whose grade is newer there.
 */
#ifndef HARNESS_MARKS_SHEET_H
#define HARNESS_MARKS_SHEET_H

#include "lib/buffer.h"
#include "marks/marks.h"

enum sheet_kind { SHEET_NONE, SHEET_LIST, SHEET_CANVAS, SHEET_MOODLE };

/* What marks->list is. */
enum sheet_kind sheet_kind(const struct marks *marks);

/* Is it Canvas's row of the points that each assignment is out of? */
bool sheet_is_most_row(const struct csv_row *row);

/* Adds a student, who has a first key: the name. `row`: of the list, or SIZE_MAX. */
struct student *sheet_add_student(struct marks *marks, const char *name, size_t row);

/* Makes students from marks->list, which was read from `path`. -1 with *error: it names nobody. */
int sheet_students(struct marks *marks, const char *path, struct error *error);

/*
 * Adds the list with marks, for Canvas or Moodle. For Canvas each lab has its column, and the talk
 * one named Talk; `column` is the title of the first lab's, or NULL for "Lab N". What is not graded
 * stays as the platform has it. -1 with *error when the list is none of the two.
 */
int sheet_write(const struct marks *marks, const char *column, struct buffer *to,
                struct error *error);

/* Adds in a few words what a learner's points are made of: for a platform's comment. */
void sheet_comment(const struct marks *marks, const struct student *student, struct buffer *to);

#endif
