/*
 * printf for a freestanding program. Understands %d %i %u %x %X %p %c %s %% with l, ll, z,
 * a width, 0 and - flags, a precision for %s, and * for both.
 */
#ifndef HV_LIB_FORMAT_H
#define HV_LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Formats and gives each byte to put(context, byte). Returns the number of bytes. */
int format(void (*put)(void *context, char byte), void *context, const char *template,
           va_list args);

/* As C's snprintf: cut to room - 1 bytes, terminated if room > 0; returns the uncut length. */
int text_format(char *to, size_t room, const char *template, ...)
    __attribute__((format(printf, 3, 4)));
int text_vformat(char *to, size_t room, const char *template, va_list args);

#endif
