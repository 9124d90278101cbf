/* The steps of a grading: take in, build, judge. */
#include "grade/grading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grade/hide.h"
#include "grade/judge.h"
#include "grade/objects.h"
#include "grade/paths.h"
#include "grade/submission.h"
#include "grade/work.h"

/* What one lab of the grading needs. Each is judged in the tree of its own stage. */
struct stage {
    const struct lab *lab;
    const char *group; /* "04-memory" */
    struct judge_set set;
};

/* Everything that a grading holds while it goes on. */
struct session {
    const struct grading *grading;
    struct stage *stages;
    size_t count;
    struct submission submission;
    struct work work;
    struct result_run *run;
};

static int add_hidden(const struct grading *grading, struct judge_set *set, struct error *error)
{
    if (grading->tier == SANDBOX_LIMITS && !grading->allow_weak) {
        return error_fault(error, "only resource limits can be had here, and so a submission "
                                  "could read the hidden checks; --allow-weak grades all the same");
    }
    size_t before = set->count;
    if (access(grading->hidden, R_OK | X_OK) != 0) {
        return error_set(error, "--hidden %s: %s", grading->hidden, strerror(errno));
    }
    if (judge_add_folder(set, grading->hidden, JUDGE_HIDDEN, error) != 0) {
        return -1;
    }
    return set->count > before ? 0 : error_set(error, "%s: holds no FILE.check", grading->hidden);
}

/* Leaves the one check that is asked for. */
static int choose_check(struct session *session, struct error *error)
{
    const char *only = session->grading->only;
    struct buffer known = {0};
    size_t found = 0;
    for (size_t i = 0; i < session->count; i++) {
        struct judge_set *set = &session->stages[i].set;
        for (size_t k = 0; k < set->count; k++) {
            buffer_printf(&known, " %s", set->entries[k].id);
        }
        judge_choose(set, only);
        found += set->count;
    }
    int status = 0;
    if (found == 0) {
        status = error_set(error, "--replay %s: no such check; there are%s", only,
                           buffer_string(&known));
    }
    buffer_free(&known);
    return status;
}

/* The checks of the labs in question; the hidden ones go with the last. */
static int collect_checks(struct session *session, struct error *error)
{
    const struct grading *grading = session->grading;
    session->count = grading->labs.last - grading->labs.first + 1;
    session->stages = allocate(session->count, sizeof(*session->stages));
    for (size_t i = 0; i < session->count; i++) {
        struct stage *stage = &session->stages[i];
        stage->lab = grading->course->labs[grading->labs.first - 1 + i];
        stage->group = strrchr(stage->lab->folder, '/') + 1;
        char *folder = format_string("%s/%s/checks", grading->course->root, stage->lab->folder);
        int status = judge_add_folder(&stage->set, folder, stage->group, error);
        free(folder);
        if (status != 0) {
            return -1;
        }
    }
    if (grading->hidden != NULL &&
        add_hidden(grading, &session->stages[session->count - 1].set, error) != 0) {
        return -1;
    }
    return grading->only != NULL ? choose_check(session, error) : 0;
}

static int judge_stage(struct session *session, struct stage *stage, const struct tree *tree,
                       struct error *error)
{
    const struct grading *grading = session->grading;
    struct work_stage build = {.course = grading->course,
                               .upto = stage->lab->number,
                               .group = stage->group,
                               .tier = grading->tier};
    if (stage == session->stages && grading->objects != NULL) {
        objects_take(grading->objects, tree, &session->work);
    }
    enum verdict verdict = work_build(&session->work, tree, &build, session->run, error);
    if (verdict == VERDICT_HARNESS_FAULT) {
        judge_none(&stage->set, verdict, error->text, session->run);
        return 0;
    }
    if (verdict != VERDICT_PASS) {
        judge_none(&stage->set, verdict, "the submission was not built", session->run);
        return 0;
    }
    char *replay = paths_replay(grading, stage->lab->number);
    char *hidden = paths_replay_hidden(grading);
    struct judge_options options = {
        .tier = grading->tier,
        .replay = replay,
        .hidden = hidden,
        .jobs = grading->jobs,
        .seeded = grading->seeded,
        .seed = grading->seed,
        .quiet = grading->quiet,
    };
    judge_run(&stage->set, &session->work, &options, session->run);
    free(hidden);
    free(replay);
    return 0;
}

static int grade_stage(struct session *session, struct stage *stage, struct error *error)
{
    const struct grading *grading = session->grading;
    unsigned number = stage->lab->number;
    struct tree tree;
    struct tree_extent extent = {.upto = number, .solved = grading->reference ? number : 0};
    if (tree_plan(&tree, grading->course, &extent, error) != 0) {
        return -1;
    }
    int status = 0;
    if (!grading->reference) {
        intake_take(&session->submission.intake, grading->course, number, &tree);
    }
    if (!grading->reference && session->submission.intake.taken == 0) {
        judge_none(&stage->set, VERDICT_FAIL,
                   "nothing was handed in: none of the files that a learner writes is there",
                   session->run);
    } else {
        status = judge_stage(session, stage, &tree, error);
    }
    tree_free(&tree);
    return status;
}

static char *title_of(const struct grading *grading)
{
    const struct lab *first = grading->course->labs[grading->labs.first - 1];
    if (grading->labs.first == grading->labs.last) {
        return format_string("lab %u: %s", first->number, first->title);
    }
    return format_string("labs %u to %u", grading->labs.first, grading->labs.last);
}

static void judge_nothing(struct session *session, enum verdict verdict, const char *reason,
                          struct result_run *run)
{
    for (size_t i = 0; i < session->count; i++) {
        judge_none(&session->stages[i].set, verdict, reason, run);
    }
}

/* A result in which everything is still to be done, for platforms that look early. */
static void announce(struct session *session)
{
    const struct grading *grading = session->grading;
    if (grading->begun == NULL) {
        return;
    }
    char *title = title_of(grading);
    struct result_run *zero = result_run_new(title);
    result_run_tier(zero, sandbox_describe(grading->tier));
    judge_nothing(session, VERDICT_FAIL, "grading was cut short before this was run", zero);
    grading->begun(zero, grading->context);
    result_run_free(zero);
    free(title);
}

/* What the last stage left outside is what the submission as a whole had too much. */
static void add_notes(struct session *session)
{
    for (size_t i = 0; i < session->submission.intake.note_count; i++) {
        result_run_note(session->run, "%s", session->submission.intake.notes[i]);
    }
    if (session->submission.intake.unsaid > 0) {
        result_run_note(session->run, "%zu more remarks of this kind",
                        session->submission.intake.unsaid);
    }
    if (session->submission.intake.left > 0) {
        result_run_note(session->run, "%zu " GRADING_LEFT, session->submission.intake.left);
    }
}

static int grade_stages(struct session *session, struct error *error)
{
    if (work_open(&session->work, session->grading->course, error) != 0) {
        complain("%s", error->text);
        judge_nothing(session, VERDICT_HARNESS_FAULT,
                      "the grader's machine could not begin; it has told its owner why",
                      session->run);
        return 0;
    }
    int status = 0;
    for (size_t i = 0; status == 0 && i < session->count; i++) {
        if (session->grading->only == NULL || session->stages[i].set.count > 0) {
            status = grade_stage(session, &session->stages[i], error);
        }
    }
    add_notes(session);
    paths_hide(session->run, session->grading, &session->work);
    work_close(&session->work);
    return status;
}

static int run_session(struct session *session, struct error *error)
{
    if (collect_checks(session, error) != 0 ||
        submission_open(&session->submission, session->grading, session->run, error) != 0) {
        return -1;
    }
    announce(session);
    int status = 0;
    if (session->submission.broken != VERDICT_PASS) {
        judge_nothing(session, session->submission.broken, session->submission.reason,
                      session->run);
    } else {
        status = grade_stages(session, error);
    }
    paths_hide(session->run, session->grading, &session->work);
    result_run_sort(session->run);
    return status;
}

struct result_run *grading_run(const struct grading *grading, struct error *error)
{
    char *title = title_of(grading);
    hide_add(grading->course->root);
    hide_add(grading->hidden);
    struct session session = {.grading = grading, .run = result_run_new(title)};
    result_run_tier(session.run, sandbox_describe(grading->tier));
    if (run_session(&session, error) != 0) {
        result_run_free(session.run);
        session.run = NULL;
    }
    for (size_t i = 0; i < session.count; i++) {
        judge_free(&session.stages[i].set);
    }
    free(session.stages);
    submission_free(&session.submission);
    free(title);
    return session.run;
}
