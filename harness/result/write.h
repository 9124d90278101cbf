/*
 * Writers of a result. Each writes the whole report to an open stream and returns 0, or -1 with
 * errno set when the stream could not take it. Nothing here opens files: see result_emit.
 */
#ifndef HARNESS_RESULT_WRITE_H
#define HARNESS_RESULT_WRITE_H

#include "result.h"

typedef int result_writer(const struct result_run *run, FILE *out);

/* For people, at most one screen. Colour only if the stream is a terminal and NO_COLOR unset. */
result_writer result_write_terminal;
/* docs/results.md has the schema. */
result_writer result_write_json;
/* JUnit XML as Jenkins, GitLab and CodeGrade read it. */
result_writer result_write_junit;
/* TAP version 13. */
result_writer result_write_tap;
/* One self-contained file. */
result_writer result_write_html;

/* What went on in an emitter; 0 from the writer is success. */
struct result_format {
    const char *name;         /* as in --emit NAME[=FILE] */
    const char *default_file; /* NULL: standard output */
    result_writer *write;
};

/*
 * Makes a format known to --emit: RESULT_FORMAT(gradescope, "results/results.json", function).
 * Registered through a linker section, so that a new format is a new file.
 */
#define RESULT_FORMAT(format_name, file, function)                                                 \
    static const struct result_format result_format_##format_name = {#format_name, file,           \
                                                                     function};                    \
    static const struct result_format *const result_format_entry_##format_name                     \
        __attribute__((section("result_formats"), used)) = &result_format_##format_name

/* For people who replay a check: the whole account of each item, and the console; on standard
 * output. */
void result_show_all(const struct result_run *run, FILE *out);

/* The format of that name, or NULL. */
const struct result_format *result_format_find(const char *name);
/* All names, sorted, ", " between them; static storage. */
const char *result_format_names(void);

/*
 * Writes `run` as --emit's argument says, "FORMAT", "FORMAT=FILE" or "FORMAT=-", through a
 * temporary file and rename, so that a reader never finds half a report.
 * Returns 0; or -1 after an error line on standard error (unknown format, disk full …).
 */
int result_emit(const struct result_run *run, const char *argument);

/*
 * Reads back what result_write_json wrote. Returns NULL after putting one line into `error`
 * (what was found, what was expected) for a text that is not such a document.
 */
struct result_run *result_read_json(const char *document, size_t bytes, char *error,
                                    size_t error_bytes);

#endif
