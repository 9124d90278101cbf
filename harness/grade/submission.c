/* Reads a submission and settles what follows where that cannot be done; see submission.h. */
#include "grade/submission.h"

#include <stdlib.h>
#include <string.h>

/* The tree of the last lab without a submission, by which the learner's own is known. */
static int choose_tree(struct submission *submission, const struct grading *grading,
                       struct error *error)
{
    struct tree blank;
    struct tree_extent extent = {.upto = grading->labs.last};
    if (tree_plan(&blank, grading->course, &extent, error) != 0) {
        error->status = COACH_USAGE; /* the course is broken, and not the submission */
        return -1;
    }
    int status =
        intake_choose(&submission->intake, grading->course, grading->labs.last, &blank, error);
    tree_free(&blank);
    return status;
}

/*
 * Why there is nothing to build: a fail where the submission is broken; not graded where it may be
 * good, and this machine or coach cannot open it, but a person can.
 */
static void is_broken(struct submission *submission, const struct grading *grading,
                      const char *kind, const struct error *error)
{
    const char *where = grading->submission, *slash = strrchr(where, '/');
    const char *name = slash != NULL && slash[1] != '\0' ? slash + 1 : where;
    bool failed = kind == NULL && error->status == COACH_FAILED;
    submission->broken = failed ? VERDICT_FAIL : VERDICT_HARNESS_FAULT;
    if (kind != NULL) {
        submission->reason = format_string("this is %s; %s", kind, taken_kinds);
    } else {
        submission->reason = format_string(
            "%s cannot be read: %s", strcmp(name, ".") == 0 ? "the submission" : name, error->text);
    }
}

static int read_submission(struct submission *submission, const struct grading *grading,
                           struct error *error)
{
    const char *where = grading->submission;
    if (grading->digest != NULL) {
        grading->digest[0] = '\0';
    }
    if (grading->reference) {
        return 0;
    }
    const char *kind = taken_other_kind(where);
    if (kind != NULL || intake_open(&submission->intake, where, error) != 0) {
        if (kind == NULL && error->status == COACH_USAGE) {
            return error_prefix(error, "%s", where);
        }
        is_broken(submission, grading, kind, error);
        return 0;
    }
    if (grading->digest != NULL) {
        taken_digest(&submission->intake, grading->digest);
    }
    if (choose_tree(submission, grading, error) != 0) {
        if (error->status == COACH_USAGE) {
            return -1;
        }
        is_broken(submission, grading, NULL, error);
    }
    return 0;
}

int submission_open(struct submission *submission, const struct grading *grading,
                    struct result_run *run, struct error *error)
{
    *submission = (struct submission){0};
    int status = read_submission(submission, grading, error);
    if (status == 0 && submission->broken != VERDICT_PASS) {
        result_run_note(run, "%s", submission->reason);
    }
    return status;
}

void submission_free(struct submission *submission)
{
    free(submission->reason);
    intake_free(&submission->intake);
}
