/* The names under which the functions of hv/lib/string.c exist beside the C library's own. */
#ifndef TESTS_UNIT_HV_NATIVE_STRING_H
#define TESTS_UNIT_HV_NATIVE_STRING_H

#include <stddef.h>

void *hv_memcpy(void *to, const void *from, size_t bytes);
void *hv_memmove(void *to, const void *from, size_t bytes);
void *hv_memset(void *to, int byte, size_t bytes);
int hv_memcmp(const void *a, const void *b, size_t bytes);
size_t hv_strlen(const char *text);
size_t hv_strnlen(const char *text, size_t limit);
int hv_strcmp(const char *a, const char *b);
int hv_strncmp(const char *a, const char *b, size_t limit);

#endif
