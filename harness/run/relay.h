/*
 * The time while the machine runs: what is typed goes in, what is printed comes out, until the
 * machine ends, its time is over, or somebody says stop.
 */
#ifndef HARNESS_RUN_RELAY_H
#define HARNESS_RUN_RELAY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "machine/qemu.h"
#include "machine/qmp.h"

enum relay_end {
    RELAY_ENDED,       /* QEMU has ended by itself or was killed by another */
    RELAY_TIME,        /* the time is over */
    RELAY_WALL,        /* the backstop in real time: the machine's own clock did not get there */
    RELAY_SPENT,       /* the backstop in processor time, likewise */
    RELAY_SIGNAL,      /* coach was sent SIGINT, SIGTERM or SIGHUP */
    RELAY_KEY,         /* the user's Ctrl-A x was not heeded, or came twice */
    RELAY_STUCK,       /* `notice` became readable: the machine gets nowhere */
    RELAY_OUTPUT_GONE, /* nobody reads coach's standard output any more */
};

struct relay {
    struct qemu *qemu;
    struct qmp *qmp;
    int input;        /* descriptor to read what is typed from, or -1 */
    bool interactive; /* `input` is a terminal in raw mode: watch for Ctrl-A x */
    /*
     * Where the hypervisor will put MONITOR_MAGIC in the machine's RAM, mapped; NULL: unknown.
     * What is typed is held back until it stands there: before, firmware and hypervisor throw
     * away what they find in the UART when they set it up.
     */
    const volatile char *monitor_magic;
    uint64_t limit_ns; /* wall-clock, 0: none; a deadline of the machine's own ends it as well */
    uint64_t wall_ns;  /* backstop, wall-clock, 0: none */
    uint64_t processor_ns; /* backstop, processor time of QEMU, 0: none */
    int notice;            /* a descriptor that ends the run once it can be read, or -1 */
    int signal;            /* RELAY_SIGNAL: which */
};

/*
 * Keeps SIGINT, SIGTERM and SIGHUP for relay_run to take, in this thread and all that it starts:
 * call it before any of them. They stay blocked, so that a second one cannot cut a report short.
 */
void relay_hold_signals(void);

/*
 * Relays to the end and tells why it ended. The machine may still run, but for RELAY_ENDED and a
 * deadline of its own. -1 with *error: coach cannot go on.
 */
int relay_run(struct relay *relay, struct error *error);

#endif
