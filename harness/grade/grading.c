/* The steps of a grading: take in, build, judge. */
#include "grade/grading.h"

#include <stdlib.h>
#include <string.h>

#include "grade/intake.h"
#include "grade/judge.h"
#include "grade/work.h"

/* The checks of the labs in question, and the hidden ones. */
static int collect_checks(const struct grading *grading, struct judge_set *set, struct error *error)
{
    for (unsigned number = grading->labs.first; number <= grading->labs.last; number++) {
        const struct lab *lab = grading->course->labs[number - 1];
        char *folder = format_string("%s/%s/checks", grading->course->root, lab->folder);
        int status = judge_add_folder(set, folder, strrchr(lab->folder, '/') + 1, error);
        free(folder);
        if (status != 0) {
            return -1;
        }
    }
    if (grading->hidden == NULL) {
        return 0;
    }
    if (grading->tier == SANDBOX_LIMITS && !grading->allow_weak) {
        return error_fault(error, "only resource limits can be had here, and so a submission "
                                  "could read the hidden checks; --allow-weak grades all the same");
    }
    size_t before = set->count;
    if (judge_add_folder(set, grading->hidden, "hidden", error) != 0) {
        return -1;
    }
    if (set->count == before) {
        return error_set(error, "%s: holds no FILE.check", grading->hidden);
    }
    return 0;
}

static int take_submission(const struct grading *grading, struct tree *tree, size_t *taken,
                           struct result_run *run, struct error *error)
{
    struct intake intake;
    if (intake_open(&intake, grading->submission, error) != 0) {
        return -1;
    }
    intake_take(&intake, grading->course, grading->labs.last, tree);
    for (size_t i = 0; i < intake.note_count; i++) {
        result_run_note(run, "%s", intake.notes[i]);
    }
    if (intake.left > 0) {
        result_run_note(run, "%zu other files were not looked at", intake.left);
    }
    *taken = intake.taken;
    intake_free(&intake);
    return 0;
}

/* The line that replays a check; the check's name and seed are added by the judge. */
static char *replay_words(const struct grading *grading)
{
    return format_string("coach check --hypervisor build/hv/stagecoach.elf --build %s/build",
                         grading->course->root);
}

static int build_and_judge(const struct grading *grading, const struct tree *tree,
                           const struct judge_set *set, struct result_run *run, struct error *error)
{
    struct work work;
    if (work_open(&work, grading->course, error) != 0) {
        return -1;
    }
    enum verdict verdict = work_build(&work, tree, grading->tier, run, error);
    if (verdict == VERDICT_HARNESS_FAULT) {
        judge_none(set, verdict, error->text, run);
    } else if (verdict != VERDICT_PASS) {
        judge_none(set, verdict, "the submission was not built; see the check \"build\"", run);
    } else {
        char *replay = replay_words(grading);
        struct judge_options options = {
            .tier = grading->tier,
            .course = grading->course->root,
            .replay = replay,
            .jobs = grading->jobs,
            .seeded = grading->seeded,
            .seed = grading->seed,
            .quiet = grading->quiet,
        };
        judge_run(set, &work, &options, run);
        free(replay);
    }
    work_close(&work);
    return 0;
}

static char *title_of(const struct grading *grading)
{
    const struct lab *first = grading->course->labs[grading->labs.first - 1];
    if (grading->labs.first == grading->labs.last) {
        return format_string("lab %u: %s", first->number, first->title);
    }
    return format_string("labs %u to %u", grading->labs.first, grading->labs.last);
}

/* A result in which everything is still to be done, for platforms that look early. */
static void announce(const struct grading *grading, const struct judge_set *set)
{
    if (grading->begun == NULL) {
        return;
    }
    char *title = title_of(grading);
    struct result_run *zero = result_run_new(title);
    result_run_tier(zero, sandbox_describe(grading->tier));
    judge_none(set, VERDICT_FAIL, "grading was cut short before this was run", zero);
    grading->begun(zero, grading->context);
    result_run_free(zero);
    free(title);
}

static int grade_into(const struct grading *grading, struct judge_set *set, struct result_run *run,
                      struct error *error)
{
    struct tree tree = {0};
    struct tree_extent extent = {
        .upto = grading->labs.last,
        .solved = grading->reference ? grading->labs.last : 0,
    };
    size_t taken = 1;
    if (collect_checks(grading, set, error) != 0 ||
        tree_plan(&tree, grading->course, &extent, error) != 0) {
        return -1;
    }
    announce(grading, set);
    int status = 0;
    if (!grading->reference) {
        status = take_submission(grading, &tree, &taken, run, error);
    }
    if (status == 0 && taken == 0) {
        judge_none(set, VERDICT_FAIL,
                   "nothing was handed in: none of the files that a learner writes is there", run);
    } else if (status == 0) {
        status = build_and_judge(grading, &tree, set, run, error);
    }
    tree_free(&tree);
    return status;
}

struct result_run *grading_run(const struct grading *grading, struct error *error)
{
    struct judge_set set = {0};
    char *title = title_of(grading);
    struct result_run *run = result_run_new(title);
    result_run_tier(run, sandbox_describe(grading->tier));
    if (grade_into(grading, &set, run, error) != 0) {
        result_run_free(run);
        run = NULL;
    }
    judge_free(&set);
    free(title);
    return run;
}
