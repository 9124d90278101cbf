/* What programs may use: the system calls, and a small library on top of them. */
#ifndef USER_USER_H
#define USER_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "include/rider.h"
#include "lib/format.h"
#include "lib/string.h"

/* System calls (include/rider.h): 0 or more, or a negative error. */
_Noreturn void exit(int code);
long fork(void);
long exec(const char *path, char *const *arguments);
long wait(struct exit_status *status);
long getpid(void);
long kill(long pid);
long sbrk(long bytes); /* an address */
long group(long pid, long group);
long foreground(long group);
long shutdown(unsigned long code);
long open(const char *path, unsigned flags);
long close(long descriptor);
long read(long descriptor, void *to, size_t bytes);
long write(long descriptor, const void *from, size_t bytes);
long dup(long descriptor);
long pipe(int32_t descriptors[2]);
long remove(const char *path);
long uptime(void);
long sleep(long microseconds);
long yield(void);
long system_stat(struct system_status *status);
long process_stat(long index, struct process_status *status);

/* printf to descriptor 1, and to any descriptor. */
void printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void print_to(long descriptor, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes all bytes, in as many calls as it takes. Returns false at an error. */
bool write_all(long descriptor, const void *from, size_t bytes);

/*
 * Reads a line, byte by byte so that nothing after it is lost, into line[size] without its
 * newline, cut if need be. Returns false at the end of the file.
 */
bool read_line(long descriptor, char *line, size_t size);

/* Reads a decimal number that is all of text. Returns false if it is none. */
bool parse_number(const char *text, long *number);

/* In words: an error (positive or negative), an exception, and how a child ended. */
const char *error_name(long error);
const char *exception_name(uint64_t cause);
void describe_end(long descriptor, const struct exit_status *status);

/* Prints "PROGRAM: what: the error's name" to descriptor 2 and exits with 1. */
_Noreturn void fail(const char *program, const char *what, long error);

#endif
