/* Reads the table of talks; see talk.h. */
#include "marks/talk.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

/* Which criterion each column is of; CSV_NONE: none. */
static size_t *read_criteria(struct marks *marks, const struct csv *table)
{
    size_t count = table->count > 0 ? table->rows[0].count : 0;
    size_t *of = allocate(count + 1, sizeof(*of));
    for (size_t i = 0; i < count; i++) {
        const char *heading = csv_field(&table->rows[0], i), *slash = strrchr(heading, '/');
        char *end = NULL;
        double most = slash != NULL ? strtod(slash + 1, &end) : 0;
        of[i] = CSV_NONE;
        if (i == 0 || slash == NULL || end == slash + 1 || *end != '\0' || !(most > 0)) {
            continue;
        }
        marks->criteria =
            reallocate(marks->criteria, (marks->criterion_count + 1) * sizeof(*marks->criteria));
        marks->criteria[marks->criterion_count] = (struct criterion){
            .name = format_string("%.*s", (int)(slash - heading), heading), .most = most};
        of[i] = marks->criterion_count++;
    }
    return of;
}

static int read_talk(struct marks *marks, const struct csv_row *row, const size_t *of,
                     size_t columns, const char *path, struct error *error)
{
    struct student *student = marks_of_row(marks, row, path, error);
    if (student == NULL) {
        return -1;
    }
    if (student->talk == NULL) {
        student->talk = allocate(marks->criterion_count, sizeof(*student->talk));
    }
    for (size_t i = 1; i < columns; i++) {
        const char *text = csv_field(row, i);
        if (of[i] == CSV_NONE) {
            free(student->talk_remark);
            student->talk_remark = copy_string(text);
            continue;
        }
        const struct criterion *criterion = &marks->criteria[of[i]];
        char *end;
        double points = strtod(text, &end);
        if (end == text || *end != '\0' || !(points >= 0) || points > criterion->most) {
            return error_set(error, "%s:%zu: %s is '%s', expected 0 to %g", path, row->line,
                             criterion->name, text, criterion->most);
        }
        student->talk[of[i]] = points;
    }
    return 0;
}

int talk_read(struct marks *marks, const char *path, struct error *error)
{
    struct csv table;
    if (csv_read(&table, path, error) != 0) {
        return -1;
    }
    size_t *of = read_criteria(marks, &table);
    int status = marks->criterion_count > 0
                     ? 0
                     : error_set(error, "%s: its first line names no criterion, as story/10", path);
    for (size_t i = 1; status == 0 && i < table.count; i++) {
        status = read_talk(marks, &table.rows[i], of, table.rows[0].count, path, error);
    }
    free(of);
    csv_free(&table);
    return status;
}
