/*
 * Errors as one clear line: what was found, what was expected, where, and what to do. A function
 * that can fail takes a struct error and says so in it; only commands print.
 */
#ifndef HARNESS_LIB_ERROR_H
#define HARNESS_LIB_ERROR_H

#include "command.h"

#define ERROR_BYTES 6144 /* room for a path of any length, and a sentence */

struct error {
    enum coach_status status; /* what the command should exit with: USAGE, FAILED or FAULT */
    char text[ERROR_BYTES];   /* one line, without "coach: " and without newline */
};

/* Stores the formatted line in *error (which may be NULL) with COACH_USAGE; always returns -1. */
int error_set(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As error_set, for what is no fault of the input: missing tools, no memory, a full disk. */
int error_fault(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* As error_set with COACH_FAILED, for what is to be judged and is itself at fault. */
int error_failed(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Puts "WHERE: " before the text that *error holds already; always returns -1. */
int error_prefix(struct error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints "coach: LINE" on standard error; always returns -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints *error as complain does and returns the status to exit with. */
int error_report(const struct error *error);

#endif
