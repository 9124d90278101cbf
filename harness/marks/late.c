/* Counts late days; see late.h. */
#include "marks/late.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

#define DAY (24 * 60 * 60)

int late_time(const char *text, time_t *when, struct error *error)
{
    static const char *const formats[] = {"%Y-%m-%d%n%H:%M:%S", "%Y-%m-%d%n%H:%M",
                                          "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M"};
    struct tm local = {.tm_isdst = -1};
    const char *end = strptime(text, "%Y-%m-%d", &local);
    if (end != NULL && *end == '\0') {
        local.tm_hour = 23;
        local.tm_min = local.tm_sec = 59;
        *when = mktime(&local);
        return 0;
    }
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        local = (struct tm){.tm_isdst = -1};
        end = strptime(text, formats[i], &local);
        if (end != NULL && *end == '\0') {
            *when = mktime(&local);
            return 0;
        }
        struct tm with_zone = {0};
        const char *zone = end != NULL ? strptime(end, "%n%z", &with_zone) : NULL;
        if (zone != NULL && *zone == '\0') {
            *when = timegm(&local) - with_zone.tm_gmtoff;
            return 0;
        }
    }
    return error_set(error,
                     "'%s' is no time; expected 2026-10-04, 2026-10-04 23:59 or "
                     "2026-10-04T23:59:00+02:00",
                     text);
}

/* The deadline of lab `lab`. 0 and *error's status is left alone when the table has none. */
static int find_deadline(const struct csv *table, const char *path, const char *lab, time_t *when,
                         struct error *error)
{
    *when = 0;
    for (size_t i = 0; i < table->count; i++) {
        const struct csv_row *row = &table->rows[i];
        if (strcmp(csv_field(row, 0), lab) == 0 && late_time(csv_field(row, 1), when, error) != 0) {
            return error_prefix(error, "%s:%zu", path, row->line);
        }
    }
    return *when != 0 ? 0
                      : error_set(error, "%s: has no line for lab %s: expected \"%s,TIME\"", path,
                                  lab, lab);
}

static int take_time(struct marks *marks, const struct csv *table, const struct csv_row *row,
                     const char *path, struct error *error)
{
    size_t lab_column = csv_column(table, "lab"), time_column = lab_column == 1 ? 2 : 1;
    time_t when;
    struct student *student = marks_of_row(marks, row, path, error);
    if (student == NULL) {
        return -1;
    }
    if (late_time(csv_field(row, time_column), &when, error) != 0) {
        return error_prefix(error, "%s:%zu", path, row->line);
    }
    for (size_t i = 0; i < marks->lab_count; i++) {
        if (lab_column != 1 || strcmp(marks->labs[i].lab, csv_field(row, 1)) == 0) {
            student->labs[i].when = when;
        }
    }
    return 0;
}

/* Times that a table tells go before those of files. */
static int take_times(struct marks *marks, const char *path, struct error *error)
{
    struct csv table;
    if (path == NULL) {
        return 0;
    }
    if (csv_read(&table, path, error) != 0) {
        return -1;
    }
    time_t when;
    struct error ignored;
    bool heading = table.count > 0 && csv_column(&table, "lab") != CSV_NONE;
    heading = heading ||
              (table.count > 0 && late_time(csv_field(&table.rows[0], 1), &when, &ignored) != 0);
    int status = 0;
    for (size_t i = heading; status == 0 && i < table.count; i++) {
        status = take_time(marks, &table, &table.rows[i], path, error);
    }
    csv_free(&table);
    return status;
}

static void charge(struct mark *mark, time_t deadline, const struct late *late, unsigned *grace)
{
    if (mark->entry == SIZE_MAX || mark->when <= deadline) {
        return;
    }
    mark->days = (unsigned)((mark->when - deadline + DAY - 1) / DAY);
    mark->free = mark->days < *grace ? mark->days : *grace;
    *grace -= mark->free;
    mark->off = (mark->days - mark->free) * late->off / 100 * mark->of;
}

int late_count(struct marks *marks, const struct late *late, struct error *error)
{
    if (late->deadlines == NULL) {
        return 0;
    }
    struct csv table;
    time_t *deadlines = allocate(marks->lab_count + 1, sizeof(*deadlines));
    int status = csv_read(&table, late->deadlines, error);
    for (size_t i = 0; status == 0 && i < marks->lab_count; i++) {
        status = find_deadline(&table, late->deadlines, marks->labs[i].lab, &deadlines[i], error);
    }
    csv_free(&table);
    if (status == 0) {
        status = take_times(marks, late->handed_in, error);
    }
    for (size_t i = 0; status == 0 && i < marks->count; i++) {
        unsigned grace = late->grace;
        for (size_t lab = 0; lab < marks->lab_count; lab++) {
            charge(&marks->students[i].labs[lab], deadlines[lab], late, &grace);
        }
    }
    free(deadlines);
    return status;
}
