/* The process that stands between coach and a job: it adopts and ends whatever the job leaves. */
#ifndef HARNESS_GRADE_SUPERVISE_H
#define HARNESS_GRADE_SUPERVISE_H

#include "grade/sandbox.h"

/* What the supervisor tells coach at the end, through a pipe. */
struct supervise_message {
    int stage_errno; /* not 0: the sandbox could not be made, at `stage` */
    char stage[40];
    enum sandbox_stop stop;
    int wait_status;
};

/*
 * Becomes the supervisor of `start`, which runs in a child and does not return: waits for that to
 * end, for a limit, or for coach's own death; kills all that is left; tells `report`; ends.
 */
_Noreturn void supervise(const struct sandbox_limits *limits, int report,
                         void (*start)(void *argument), void *argument);

/* In the child: tells where making the sandbox failed (errno), and ends. */
_Noreturn void supervise_give_up(int report, const char *stage);

#endif
