/* Reads which labs are meant. */
#include "grade/lab_range.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

int lab_range_parse(const struct course *course, const char *text, struct lab_range *range,
                    struct error *error)
{
    if (strcmp(text, "all") == 0) {
        *range = (struct lab_range){1, (unsigned)course->lab_count};
        return 0;
    }
    const char *dash = strchr(text, '-');
    char *first_text = copy_string(text);
    if (dash != NULL) {
        first_text[dash - text] = '\0';
    }
    const struct lab *first = course_lab(course, first_text, error);
    const struct lab *last = first;
    free(first_text);
    if (first != NULL && dash != NULL) {
        last = course_lab(course, dash + 1, error);
    }
    if (first == NULL || last == NULL) {
        return -1;
    }
    *range = (struct lab_range){first->number, last->number};
    if (range->first > range->last) {
        return error_set(error, "labs '%s' run backwards", text);
    }
    return 0;
}
