/*
 * --emit: finds the writer of a format and puts its report in place, whole or not at all.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/error.h"
#include "lib/file.h"
#include "result/write.h"

RESULT_FORMAT(terminal, NULL, result_write_terminal);
RESULT_FORMAT(json, NULL, result_write_json);
RESULT_FORMAT(junit, NULL, result_write_junit);
RESULT_FORMAT(tap, NULL, result_write_tap);
RESULT_FORMAT(html, "report.html", result_write_html);

extern const struct result_format *const __start_result_formats[];
extern const struct result_format *const __stop_result_formats[];

const struct result_format *result_format_find(const char *name)
{
    for (const struct result_format *const *at = __start_result_formats; at < __stop_result_formats;
         at++)
        if (strcmp((*at)->name, name) == 0)
            return *at;
    return NULL;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

const char *result_format_names(void)
{
    static char list[512];
    const char *names[32];
    size_t count = 0, used = 0;
    for (const struct result_format *const *at = __start_result_formats;
         at < __stop_result_formats && count < 32; at++)
        names[count++] = (*at)->name;
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", names[i]);
    return list;
}

static int write_stream(const struct result_run *run, const struct result_format *format)
{
    if (format->write(run, stdout) == 0 && fflush(stdout) == 0)
        return 0;
    return complain("%s report: standard output: %s", format->name, strerror(errno));
}

static int write_file(const struct result_run *run, const struct result_format *format,
                      const char *path)
{
    char *report = NULL;
    size_t bytes = 0;
    FILE *memory = open_memstream(&report, &bytes);
    int failed = !memory || format->write(run, memory) != 0;
    failed |= memory && fclose(memory) != 0;
    struct error error;
    if (failed)
        complain("%s report: %s", format->name, strerror(errno));
    else if (file_write(path, report, bytes, &error) != 0)
        failed = error_report(&error) != 0;
    free(report);
    return failed ? -1 : 0;
}

int result_emit(const struct result_run *run, const char *argument)
{
    const char *equals = strchr(argument, '=');
    size_t length = equals ? (size_t)(equals - argument) : strlen(argument);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : 0), argument);
    const struct result_format *format = result_format_find(name);
    if (!format)
        return complain("--emit %s: found format \"%s\", expected one of %s", argument, name,
                        result_format_names());
    const char *path = equals ? equals + 1 : format->default_file;
    if (equals && !*path)
        return complain("--emit %s: expected a file behind \"=\"", argument);
    if (!path || strcmp(path, "-") == 0)
        return write_stream(run, format);
    return write_file(run, format, path);
}
