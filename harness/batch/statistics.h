/* A class in figures: mean, median, histogram, and the expectations that most submissions miss. */
#ifndef HARNESS_BATCH_STATISTICS_H
#define HARNESS_BATCH_STATISTICS_H

#include "lib/buffer.h"
#include "result/result.h"

struct statistics;

struct statistics *statistics_new(void);
void statistics_free(struct statistics *statistics);

/* Takes one submission's result in. One that is not wholly graded has no part in the figures. */
void statistics_add(struct statistics *statistics, const struct result_run *run);

/* Adds the figures as a part of an HTML page; nothing where no submission was graded. */
void statistics_html(struct statistics *statistics, struct buffer *html);

/* Adds them as a line of text or two, for a terminal; nothing where none was graded. */
void statistics_text(struct statistics *statistics, struct buffer *text);

#endif
