/* The HTML report of a run: what became of each VM, the audit, who ran when, who owned what. */
#ifndef HARNESS_RUN_PAGE_H
#define HARNESS_RUN_PAGE_H

#include "run/evidence.h"

/*
 * A page for this run, or NULL when none was asked for. argv is the command line, to be shown as
 * what repeats the run. Its check, page->checks[0], takes the map and the timeline as they come.
 */
struct result_run *page_new(const struct run_options *options, int argc, char **argv);

/* Draws the timeline out of the trace, which is sorted by time. */
void page_timeline(const struct evidence *evidence, const struct event_list *events);

/*
 * Judges, writes options->report_file (temporary file, then rename) and prints one line that
 * names it. 0, or -1 after an error line.
 */
int page_write(const struct evidence *evidence);

#endif
