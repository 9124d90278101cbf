/* Which labs a grading is about: "4", "memory", "1-4", "all". */
#ifndef HARNESS_GRADE_LAB_RANGE_H
#define HARNESS_GRADE_LAB_RANGE_H

#include "stage/course.h"

struct lab_range {
    unsigned first, last; /* numbers, inclusive */
};

/* Reads it. -1 with *error when it names no lab, or runs backwards. */
int lab_range_parse(const struct course *course, const char *text, struct lab_range *range,
                    struct error *error);

#endif
