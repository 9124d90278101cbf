/*
 * A growing run of bytes, always followed by a NUL so that text can be used as a string.
 * Running out of memory ends the program with one line (status 3), so nothing here can fail.
 */
#ifndef HARNESS_LIB_BUFFER_H
#define HARNESS_LIB_BUFFER_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *data;      /* NULL until something was added; data[length] is NUL after that */
    size_t length;   /* bytes used, without the NUL */
    size_t capacity; /* bytes allocated */
};

/* An empty buffer is {0}. */
void buffer_add(struct buffer *buffer, const void *bytes, size_t count);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments);

/* Adds the text as one word of a shell's command line, in quotes where it needs them. */
void buffer_quoted(struct buffer *buffer, const char *text);

/* Makes room for `count` more bytes and returns where they begin; length is left as it is. */
void *buffer_reserve(struct buffer *buffer, size_t count);

/* Adds zero bytes until length is a multiple of `alignment` (a power of two). */
void buffer_align(struct buffer *buffer, size_t alignment);

/* The text, never NULL. */
const char *buffer_string(const struct buffer *buffer);

/* Empties it and gives the memory back. */
void buffer_free(struct buffer *buffer);

/* malloc, realloc and strdup that end the program with one line when memory is out. */
void *allocate(size_t count, size_t size); /* zeroed */
void *reallocate(void *old, size_t bytes);
char *copy_string(const char *text);
/* A formatted string to free(). */
char *format_string(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
