/*
 * What the learners of a class have: the points of one or more labs that `coach batch` has graded,
 * less what lateness costs, and the points of a talk. Nothing is graded here.
 */
#ifndef HARNESS_MARKS_MARKS_H
#define HARNESS_MARKS_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "batch/plan.h"
#include "lib/csv.h"
#include "lib/error.h"

/* A learner's lab. */
struct mark {
    size_t entry; /* of the lab's plan; SIZE_MAX: nothing was handed in */
    bool graded;  /* all of it was; if not, there are no points to pass on */
    unsigned got, of;
    time_t when;   /* it was handed in; 0: not known */
    unsigned days; /* begun after the deadline */
    unsigned free; /* of them, paid from the days of grace */
    double off;    /* points that the others cost */
};

struct student {
    char *name;  /* as the teacher's list has it, or the submission's */
    char **keys; /* what the name of a submission of theirs is, or begins with */
    size_t key_count;
    size_t row;        /* of the teacher's list */
    struct mark *labs; /* one for each lab of the marks */
    double *talk;      /* points by criterion, or NULL: no talk was given, which is 0 of each */
    char *talk_remark; /* or NULL */
};

/* A criterion of the talk's rubric. */
struct criterion {
    char *name;
    double most;
};

struct marks {
    struct plan *labs; /* as `coach batch` has left them, in the order in which they were named */
    size_t lab_count;
    struct student *students;
    size_t count;
    struct criterion *criteria; /* of the talk; none where there is no table of talks */
    size_t criterion_count;
    struct csv list; /* the teacher's, if there is one */
    struct csv key;  /* who is behind which name, if it was graded without names */
};

/* Opens OUT, a folder of `coach batch`, as one more lab. -1 with *error. */
int marks_add_lab(struct marks *marks, const char *out, struct error *error);

/*
 * Reads the table in which `coach anonymous` has left who is behind which name, and when they
 * handed in. -1 with *error.
 */
int marks_read_key(struct marks *marks, const char *path, struct error *error);

/*
 * Reads whom there are marks for: a list of names, or what a course platform exports (sheet.h). If
 * `path` is NULL, everybody who has handed in something is a student. To be called when all labs
 * are there; then each has the points of each lab. Submissions of nobody are told on stderr.
 * -1 with *error.
 */
int marks_read_students(struct marks *marks, const char *path, struct error *error);

void marks_free(struct marks *marks);

/* The name that a submission was handed in by: the key's, if it is in it. */
const char *marks_name(const struct marks *marks, const char *submission);

/*
 * The student whose submission would have that name: who is called so; else who has the first
 * number in it; else whose name it begins with, the longest. NULL where nobody is, or several are:
 * *several tells.
 */
struct student *marks_student(const struct marks *marks, const char *submission, bool *several);

/* Whom a table's row is about, by its first field. NULL with *error, which tells PATH:LINE. */
struct student *marks_of_row(const struct marks *marks, const struct csv_row *row, const char *path,
                             struct error *error);

/* Whether somebody has just that name. */
bool marks_have(const struct marks *marks, const char *name);

/* Points of one lab after lateness; of the talk; of all. NAN while something is not graded. */
double mark_points(const struct mark *mark);
double student_talk(const struct marks *marks, const struct student *student);
double student_points(const struct marks *marks, const struct student *student);
double marks_most(const struct marks *marks); /* that there are */
unsigned marks_lab_most(const struct marks *marks, size_t lab);

/* The lab's name for people: "Lab 4". To be freed. */
char *marks_lab_name(const struct marks *marks, size_t lab);

#endif
