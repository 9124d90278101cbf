/* Memory and strings, as the C standard has them, as far as the kernel needs them. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stddef.h>

void *memset(void *to, int byte, size_t bytes);
void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);
char *strchr(const char *text, int wanted);

/*
 * Copies text into a buffer of the given size, cut if need be, always terminated.
 * size: at least 1. Returns the length of text, which is ≥ size if it was cut.
 */
size_t string_copy(char *to, const char *text, size_t size);

#endif
