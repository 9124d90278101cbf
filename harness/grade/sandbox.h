/*
 * Runs a program that works on a learner's code where it can do no harm: it sees the system's
 * own programs, what it is given, and one folder of its own; no network; bounded time, memory,
 * files and processes; whatever it leaves running is killed.
 */
#ifndef HARNESS_GRADE_SANDBOX_H
#define HARNESS_GRADE_SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/buffer.h"
#include "lib/error.h"
#include "lib/process.h"

/* From strongest to weakest. */
enum sandbox_tier {
    SANDBOX_BUBBLEWRAP, /* namespaces: other files, processes and networks do not exist */
    SANDBOX_LANDLOCK,   /* Landlock, seccomp, no_new_privs: other files cannot be opened */
    SANDBOX_LIMITS,     /* resource limits alone: other files can be read */
};

struct sandbox_limits {
    unsigned cpu_seconds;   /* of each process */
    unsigned total_seconds; /* processor time of all of them; 0: any */
    unsigned wall_seconds;  /* of the whole run: a backstop, for a host that starves it */
    uint64_t memory_bytes;  /* address space of each process; 0: unlimited */
    uint64_t file_bytes;    /* the largest file that can be written */
    unsigned processes;     /* at once, each thread counted */
    size_t output_bytes;    /* of standard output and error that are kept */
};

/* Limits of a step that is no machine: those named, and what all such steps have. */
#define SANDBOX_STEP(...)                                                                          \
    {                                                                                              \
        .wall_seconds = 1200, .memory_bytes = 1ull << 30, __VA_ARGS__                              \
    }

struct sandbox_job {
    const char *const *argv;     /* argv[0] is an absolute path or found in /usr/bin */
    const char *work;            /* the folder that it may write; it starts there */
    const char *const *readable; /* more files and folders that it may read; or NULL */
    bool has_program;            /* run the file that is open here; argv[0] is only its name */
    int program;                 /* … inherited by the job */
    bool has_input;              /* standard input; else it is empty */
    int input;
    struct sandbox_limits limits;
};

enum sandbox_stop {
    SANDBOX_ENDED,       /* by itself: see struct process_end */
    SANDBOX_OUT_OF_TIME, /* it used up total_seconds and was killed */
    SANDBOX_STARVED      /* wall_seconds passed before it was given that much */
};

struct sandbox_end {
    enum sandbox_stop stop;
    struct process_end process;
    struct buffer output; /* standard output and error, cut to output_bytes */
    bool cut;             /* there was more output */
};

/*
 * The strongest tier that works here, found by trying. $COACH_SANDBOX names one to use:
 * bubblewrap, landlock or limits. Found once in a process. -1 with *error (COACH_FAULT) when the
 * named one does not work.
 */
int sandbox_find(enum sandbox_tier *tier, struct error *error);

/* Whether the tier works here: `true` runs in it. false with *error (COACH_FAULT) saying why not.
 */
bool sandbox_works(enum sandbox_tier tier, struct error *error);

/* "bubblewrap", "landlock", "limits". */
const char *sandbox_name(enum sandbox_tier tier);
/* What the tier keeps from a submission, in a line for reports. */
const char *sandbox_describe(enum sandbox_tier tier);

/*
 * Runs the job to its end. 0 with *end; -1 with *error (COACH_FAULT) when the sandbox itself
 * could not be made. end->output is to be freed.
 */
int sandbox_run(enum sandbox_tier tier, const struct sandbox_job *job, struct sandbox_end *end,
                struct error *error);

/*
 * The user that jobs run as, if coach runs as root: one of its own for each coach process, so
 * that limits count and signals reach nobody else. As an ordinary user: that user.
 */
unsigned sandbox_user(void);

/* Gives a folder and all in it to sandbox_user(); nothing to do unless root. -1 with *error. */
int sandbox_own(const char *folder, struct error *error);

#endif
