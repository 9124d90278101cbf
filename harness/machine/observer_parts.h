/* The observer's own state, shared by its parts: the run, the log's reader, the debugger's stops.
 */
#ifndef MACHINE_OBSERVER_PARTS_H
#define MACHINE_OBSERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "machine/observer.h"
#include "machine/qmp.h"
#include "trace/trace.h"

struct observer {
    const struct observer_options *options;
    struct observation *seen;
    bool done;

    /* The hypervisor's ELF file. */
    uint64_t vector, trace_header, monitor; /* 0: no such symbol */
    uint64_t image_from, image_to;

    /* The log: a pipe from QEMU, read by a thread of its own. */
    int log_pipe[2], hold_pipe[2];
    int notice; /* eventfd: something happened in the log that the run must see */
    pthread_t reader;
    bool reading;
    pthread_mutex_t lock; /* over log and seen->seen while the thread runs */
    struct traplog log;
    uint64_t holds_answered;
    int model_fd; /* -1: there is no model */
    char plugin_argument[8192];

    /* QMP and the debugger. */
    struct qmp qmp;
    struct gdb gdb;
    bool gdb_open;

    /* The trace (told). */
    struct trace_reader trace;
    bool trace_open;
};

/* Ends the run with this reason; the first reason stays. */
void observer_end(struct observer *observer, enum observer_end end, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Calls on_stop; ends the run if that is its answer. gdb: NULL when registers cannot be read;
 * pc: only with gdb. hgatp 0: none in particular.
 */
void observer_call(struct observer *observer, enum observer_stop stop, struct gdb *gdb,
                   unsigned hart, uint64_t pc, uint64_t hgatp);

/* Reads on in the trace; last: the machine stands, so its last record is whole. */
void observer_follow(struct observer *observer, bool last);

/* observer_end.c: after QEMU has ended, or to end it; what it complained of, first line. */
void observer_settle(struct observer *observer);
void observer_complaint(struct observation *seen);

/* observer_log.c: pipes and plugin argument before the start; the thread after it; its end. */
int observer_log_prepare(struct observer *observer, struct qemu_options *machine,
                         struct error *error);
int observer_log_start(struct observer *observer, struct error *error);
void observer_log_answer(struct observer *observer);
void observer_log_finish(struct observer *observer);

/* observer_model.c: before the start; after all. The descriptor is the observer's to close. */
int observer_model_prepare(struct observer *observer, const struct qemu_options *machine,
                           struct error *error);
void observer_model_free(struct observation *seen);

/* observer_gdb.c: connects and sets breakpoints; handles a stop. */
bool observer_gdb_start(struct observer *observer);
void observer_gdb_stop(struct observer *observer);

#endif
