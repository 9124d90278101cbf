/* Characters to and from the console of the layer below, by the Debug Console extension if it
 * is there, else by the legacy calls. */
#ifndef SBI_CONSOLE_H
#define SBI_CONSOLE_H

#include <stddef.h>

/* Writes all bytes of text, which may lie anywhere in the kernel's address space. */
void console_write(const char *text, size_t bytes);

/* Takes up to room bytes that have been typed, without waiting. Returns how many, maybe 0. */
size_t console_read(char *to, size_t room);

/* printf to the console; conversions as format_write() has them. */
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
