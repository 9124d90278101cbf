/* Late days: deadlines from a table, days of grace for a term, and what the days beyond cost. */
#ifndef HARNESS_MARKS_LATE_H
#define HARNESS_MARKS_LATE_H

#include "marks/marks.h"

struct late {
    const char *deadlines; /* a table lab,deadline; NULL: nobody is late */
    const char *handed_in; /* a table submission,time or submission,lab,time; or NULL */
    unsigned grace;        /* days that a learner may be late in all, at no cost */
    double off;            /* percent of a lab's points that each day more costs */
};

/*
 * Reads a time: "2026-10-04", its last second; "2026-10-04 23:59", with seconds or not, of this
 * machine's time zone or with one of its own ("+02:00", "Z"). -1 with *error.
 */
int late_time(const char *text, time_t *when, struct error *error);

/* Sets days, free and off of every mark. A day that has begun is a day. -1 with *error. */
int late_count(struct marks *marks, const struct late *late, struct error *error);

#endif
