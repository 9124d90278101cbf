/* The drawings of the HTML report, as inline SVG: timeline of a run, map of its memory. */
#ifndef HARNESS_RESULT_HTML_DRAW_H
#define HARNESS_RESULT_HTML_DRAW_H

#include "result/result.h"

/* Nothing is written for a check without spans; `number` makes ids unique. */
void html_timeline(FILE *out, const struct result_check *check, size_t number);

/* Nothing is written for a check without regions. */
void html_memory_map(FILE *out, const struct result_check *check, size_t number);

#endif
