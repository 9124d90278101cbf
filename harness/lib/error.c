/* Error lines: stored by those that fail, printed by those that were asked to do something. */
#include "lib/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

static void store(struct error *error, enum coach_status status, const char *format,
                  va_list arguments)
{
    if (error == NULL)
        return;
    error->status = status;
    vsnprintf(error->text, sizeof(error->text), format, arguments);
    for (char *c = error->text; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    }
}

int error_set(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    store(error, COACH_USAGE, format, arguments);
    va_end(arguments);
    return -1;
}

int error_fault(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    store(error, COACH_FAULT, format, arguments);
    va_end(arguments);
    return -1;
}

int error_failed(struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    store(error, COACH_FAILED, format, arguments);
    va_end(arguments);
    return -1;
}

int error_prefix(struct error *error, const char *format, ...)
{
    if (error == NULL)
        return -1;
    struct error before;
    va_list arguments;
    va_start(arguments, format);
    store(&before, error->status, format, arguments);
    va_end(arguments);
    size_t used = strlen(before.text);
    snprintf(before.text + used, sizeof(before.text) - used, ": %.*s",
             (int)(sizeof(before.text) - used), error->text);
    *error = before;
    return -1;
}

int complain(const char *format, ...)
{
    struct buffer line = {0};
    va_list arguments;
    fflush(stdout);
    va_start(arguments, format);
    buffer_vprintf(&line, format, arguments);
    va_end(arguments);
    fputs("coach: ", stderr);
    text_show_lines(stderr, buffer_string(&line));
    fputc('\n', stderr);
    buffer_free(&line);
    return -1;
}

int error_report(const struct error *error)
{
    complain("%s", error->text);
    return error->status == COACH_OK ? COACH_FAULT : (int)error->status;
}
