/* printf's conversions, shared by the kernel and the programs, writing through a function. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Takes the next character of the output; sink is the caller's own. */
typedef void format_emit(void *sink, char character);

/*
 * Writes format with its arguments, character by character, to emit(sink, …).
 * Conversions: %d %i %u %x %c %s %p %%, with l or z before d i u x, a minimum width, '*' for
 * the width, '-' to align left and '0' to pad with zeros. Anything else is written as it stands.
 * Returns the number of characters emitted.
 */
int format_write(format_emit *emit, void *sink, const char *format, va_list arguments);

/*
 * As snprintf: writes at most size - 1 characters and a terminator (nothing if size is 0).
 * Returns the length that the whole text has.
 */
int format_text(char *to, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
