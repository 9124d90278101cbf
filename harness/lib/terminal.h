/*
 * How to look on the stream at hand: colour only where a person sees it and NO_COLOR is unset,
 * progress only on a terminal, quiet in a pipe.
 */
#ifndef HARNESS_LIB_TERMINAL_H
#define HARNESS_LIB_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

enum colour {
    COLOUR_NONE,
    COLOUR_BOLD,
    COLOUR_DIM,
    COLOUR_RED,
    COLOUR_GREEN,
    COLOUR_YELLOW,
    COLOUR_BLUE,
};

/* Whether to colour: the stream is a terminal, TERM is not "dumb", NO_COLOR is unset or empty. */
bool terminal_colour(FILE *stream);

/* The escape sequence that begins a colour, or "" when the stream takes none. */
const char *colour_begin(FILE *stream, enum colour colour);
const char *colour_end(FILE *stream);

/* Columns of the terminal behind `stream`, 80 if there is none. */
int terminal_columns(FILE *stream);

/*
 * One line that is overwritten, on standard error, only if that is a terminal. progress_clear
 * wipes it; call it before printing anything else.
 */
void progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void progress_clear(void);

#endif
