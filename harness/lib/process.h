/*
 * Child processes that cannot be forgotten: each leads a process group of its own and dies with
 * the thread that started it.
 */
#ifndef HARNESS_LIB_PROCESS_H
#define HARNESS_LIB_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/buffer.h"
#include "lib/error.h"

struct process_end {
    bool exited; /* by itself, with `status`; else killed by `signal` */
    int status;
    int signal;
};

struct process_files {
    int in, out, err;    /* become descriptors 0, 1, 2; -1: /dev/null */
    const int *passed;   /* more descriptors that the child keeps, by the same number … */
    size_t passed_count; /* … and how many; all others must be close-on-exec */
};

/*
 * Starts argv[0] (looked up in PATH) in its own process group. Returns its pid, or -1 with
 * *error (COACH_FAULT): no such program, not executable, no process left.
 */
pid_t process_start(const char *const *argv, const struct process_files *files,
                    struct error *error);

/* Waits for it to end, however long that takes; fills *end. */
void process_wait(pid_t pid, struct process_end *end);

/*
 * Runs argv to its end, or kills its group after `timeout_ms` of wall-clock (-1: never), and
 * gathers what it wrote to standard output in *out (at most 1 MiB), and, only if it failed, behind
 * that what it wrote to standard error: on success that stream holds others' words, the loader's
 * or a tracer's, and must not be taken for the program's.
 * 0 and *end; -1 with *error when it could not be started or ran out of time.
 */
int process_run(const char *const *argv, int timeout_ms, struct buffer *out,
                struct process_end *end, struct error *error);

/* The full path of a program found in PATH as execvp would, to free(); NULL if there is none. */
char *process_find(const char *program);

/* "exit status 1", "killed by signal 9 (Killed)". Adds to *out. */
void process_end_describe(const struct process_end *end, struct buffer *out);

/* Undoes what coach ignores, for a program that is about to take its place. */
void process_default_signals(void);

#endif
