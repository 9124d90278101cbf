/*
 * Client of QEMU's machine protocol (QMP) over a unix socket: stop, go on, quit, ask. Every call
 * has a deadline; whatever the other side sends, a call ends with an answer or one clear line.
 */
#ifndef MACHINE_QMP_H
#define MACHINE_QMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#define QMP_LINE_BYTES 65536 /* longest message that is accepted */

struct qmp {
    int socket; /* -1: closed */
    unsigned timeout_ms;
    bool shut_down;           /* a SHUTDOWN event has been seen */
    char shutdown_reason[32]; /* its reason: "guest-shutdown", "host-signal" … */
    bool stopped;             /* the last of STOP and RESUME was STOP */
    bool watchdog;            /* a WATCHDOG event has been seen: the deadline of qemu.h */
    char error[160];          /* one line about the last failure */
    size_t used;
    char buffer[QMP_LINE_BYTES];
};

/*
 * Takes over a connected socket (struct qemu: qmp_fd; it stays the caller's to close), reads the
 * greeting, enters command mode. timeout_ms: wall-clock deadline of each call, a backstop.
 * false: error says why.
 */
bool qmp_open(struct qmp *qmp, int socket, unsigned timeout_ms);

/*
 * Executes a command; arguments (stolen, may be NULL) are its JSON object. Events that arrive
 * meanwhile are noted. Result: the "return" value (caller decrefs), or NULL and error.
 */
json_t *qmp_execute(struct qmp *qmp, const char *command, json_t *arguments);

/* The same for a command without result. */
bool qmp_command(struct qmp *qmp, const char *command);

/* Runs a monitor command line; text (bytes long) gets its output. */
bool qmp_monitor(struct qmp *qmp, const char *line, char *text, size_t bytes);

/* The board's clock (mtime of the CLINT), in ticks. */
bool qmp_board_time(struct qmp *qmp, uint64_t *ticks);

/* Notes events that have arrived; waits for nothing. false: the connection has ended. */
bool qmp_poll(struct qmp *qmp);

/*
 * Takes one message out of data: for tests and fuzzers. Result: bytes used, 0: no whole line yet,
 * -1: nonsense, error says what. *message gets the JSON object (caller decrefs), or NULL.
 */
long qmp_parse(struct qmp *qmp, const char *data, size_t bytes, json_t **message);

#endif
