/* The string functions that a freestanding C compiler expects, and a few with bounds. */
#ifndef HV_LIB_STRING_H
#define HV_LIB_STRING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);
size_t strlen(const char *text);
size_t strnlen(const char *text, size_t limit);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t limit);

/* Copies text into a buffer of `room` bytes, cut if need be, always terminated. */
void copy_text(char *to, size_t room, const char *text);

/* Reads an unsigned number, decimal or 0x hexadecimal, at *text and moves *text past it.
 * False, with nothing moved: no digit there, or more than 64 bits. */
bool parse_number(const char **text, uint64_t *value);

#endif
