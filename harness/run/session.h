/*
 * One run of `coach run`: what was asked for, turned into the machine that is to be started.
 */
#ifndef HARNESS_RUN_SESSION_H
#define HARNESS_RUN_SESSION_H

#include <stdbool.h>

#include "audit/watch.h"
#include "lib/buffer.h"
#include "lib/error.h"
#include "machine/qemu.h"
#include "run/options.h"

struct session {
    struct audit_watch *watch;      /* NULL: isolation is not watched, or no more */
    struct audit_summary isolation; /* what the watch has found */
    struct run_options options;
    struct result_run *page; /* the HTML report under way; NULL: none was asked for */
    struct qemu_options machine;
    struct buffer append;
    char *hypervisor;
    bool interactive;
    struct error error;
};

/* Reads the command line into a new session; ends the program on what is wrong with it. */
struct session *session_new(int argc, char **argv);

/* Packs the VMs and describes the machine that boots them. 0, or -1 with session->error. */
int session_prepare(struct session *session);

void session_free(struct session *session);

#endif
