/* Colour, width and progress, as the stream and the environment allow. */
#include "lib/terminal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/text.h"

static const char *const sequences[] = {
    [COLOUR_NONE] = "",         [COLOUR_BOLD] = "\033[1m",   [COLOUR_DIM] = "\033[2m",
    [COLOUR_RED] = "\033[31m",  [COLOUR_GREEN] = "\033[32m", [COLOUR_YELLOW] = "\033[33m",
    [COLOUR_BLUE] = "\033[34m",
};

static bool progress_shown;

static bool dumb_terminal(void)
{
    const char *term = getenv("TERM");
    return term == NULL || strcmp(term, "dumb") == 0;
}

bool terminal_colour(FILE *stream)
{
    const char *no_colour = getenv("NO_COLOR");
    if (no_colour != NULL && *no_colour != '\0')
        return false;
    return !dumb_terminal() && isatty(fileno(stream));
}

const char *colour_begin(FILE *stream, enum colour colour)
{
    return terminal_colour(stream) ? sequences[colour] : "";
}

const char *colour_end(FILE *stream)
{
    return terminal_colour(stream) ? "\033[0m" : "";
}

int terminal_columns(FILE *stream)
{
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col;
}

void progress(const char *format, ...)
{
    if (!isatty(STDERR_FILENO) || dumb_terminal())
        return;
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    fputc('\r', stderr);
    text_show(stderr, line, (size_t)terminal_columns(stderr) - 1);
    fputs("\033[K", stderr);
    fflush(stderr);
    progress_shown = true;
}

void progress_clear(void)
{
    if (!progress_shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress_shown = false;
}
