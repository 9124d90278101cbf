/*
 * One grading's working folders: the tree that is built (the sandbox's user may write there), and
 * what is judged, taken over from it afterwards.
 */
#ifndef HARNESS_GRADE_WORK_H
#define HARNESS_GRADE_WORK_H

#include "grade/sandbox.h"
#include "result/result.h"
#include "stage/tree.h"

struct work {
    char *root;    /* a temporary folder; holds the two below */
    char *tree;    /* where the submission is built */
    unsigned mask; /* the umask before: the sandbox's user must reach what is made here */
    char *judged;  /* hv/stagecoach.elf, guest-os/rider.elf, guest-os/probes: for the checks */
};

/* Makes the folders. `course` is where built probes are. -1 with *error. */
int work_open(struct work *work, const struct course *course, struct error *error);
void work_close(struct work *work);

/* Which tree it is that is built, and where. */
struct work_stage {
    const struct course *course;
    unsigned upto;     /* the lab that the tree is of */
    const char *group; /* "04-memory" */
    enum sandbox_tier tier;
};

/*
 * Builds the tree in the sandbox with the course's own Makefile and takes over the images. What an
 * earlier call built and is the same is not built again; what is not in this tree is removed.
 * Adds the check "GROUP/build" to *run, with one item, without points: pass; build error, with the
 * compiler's lines; toolchain fault, when the course's own tree does not build here either. Returns
 * that verdict. VERDICT_HARNESS_FAULT with *error when the sandbox or a folder fails.
 */
enum verdict work_build(struct work *work, const struct tree *tree, const struct work_stage *stage,
                        struct result_run *run, struct error *error);

#endif
