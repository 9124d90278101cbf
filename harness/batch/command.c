/* coach batch: grades a class. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "batch/changes.h"
#include "batch/engine.h"
#include "batch/entry.h"
#include "batch/key.h"
#include "batch/lock.h"
#include "batch/progress.h"
#include "command.h"
#include "grade/lab_range.h"
#include "lib/buffer.h"
#include "lib/quantity.h"

struct batch_options {
    const char *folder;
    const char *lab;
    const char *out;
    const char *engine;
    const char *course;
    const char *hidden;
    const char *seed;
    const char *jobs;
    const char *one;
    bool allow_weak;
    bool regrade;
};

enum { KEY_ENGINE = 256, KEY_COURSE, KEY_HIDDEN, KEY_SEED, KEY_WEAK, KEY_REGRADE, KEY_ONE };

static const struct argp_option batch_argp_options[] = {
    {"output", 'o', "OUT", 0, "Where results go; an earlier, unfinished run goes on there", 0},
    {"engine", KEY_ENGINE, "NAME", 0, "local (default), parallel or slurm", 0},
    {"jobs", 'j', "N", 0, "Submissions at once (default: the processors)", 0},
    {"hidden", KEY_HIDDEN, "DIR", 0, "Judge by the checks in DIR too", 0},
    {"seed", KEY_SEED, "N", 0, "Use this seed in place of the checks' own", 0},
    {"course", KEY_COURSE, "DIR", 0, "The course's root (default: coach's own)", 0},
    {"allow-weak", KEY_WEAK, NULL, 0, "Use hidden checks even where a submission could read them",
     0},
    {"regrade", KEY_REGRADE, NULL, 0, "Grade all again, also those whose grade stands", 0},
    {"one", KEY_ONE, "INDEX", 0, "Grade one submission of the batch in DIR (for engines)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct batch_options *options = state->input;
    switch (key) {
    case 'o':
        options->out = argument;
        return 0;
    case 'j':
        options->jobs = argument;
        return 0;
    case KEY_ENGINE:
        options->engine = argument;
        return 0;
    case KEY_COURSE:
        options->course = argument;
        return 0;
    case KEY_HIDDEN:
        options->hidden = argument;
        return 0;
    case KEY_SEED:
        options->seed = argument;
        return 0;
    case KEY_WEAK:
        options->allow_weak = true;
        return 0;
    case KEY_REGRADE:
        options->regrade = true;
        return 0;
    case KEY_ONE:
        options->one = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        *(state->arg_num == 0 ? &options->folder : &options->lab) = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 1 || (options->one == NULL && options->lab == NULL)) {
            argp_error(state, "DIR and LAB are expected");
        }
        if (options->one == NULL && options->out == NULL) {
            argp_error(state, "-o OUT is expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp batch_argp = {
    batch_argp_options,
    parse_option,
    "DIR LAB",
    "Grade every submission in DIR (folders, tar and zip files) for LAB. Run again, it grades "
    "what is new, changed or was not finished, and all that rests on what changed: checks, seed, "
    "course, coach, QEMU, compiler.",
    NULL,
    NULL,
    NULL,
};

/* Makes OUT and takes its lock. */
static int make_out(const struct plan *plan, struct error *error)
{
    if (mkdir(plan->out, 0755) != 0 && errno != EEXIST) {
        return error_set(error, "%s: cannot make this folder: %s", plan->out, strerror(errno));
    }
    return lock_take(plan->out, error);
}

/* Fills the plan from the options; the lab and the course are looked at before anything runs. */
static int make_plan(const struct batch_options *options, struct plan *plan, struct error *error)
{
    struct course *course = course_open(options->course, error);
    if (course == NULL) {
        return -1;
    }
    struct lab_range range;
    int known = lab_range_parse(course, options->lab, &range, error);
    plan->course = copy_string(course->root);
    course_free(course);
    if (known != 0) {
        return -1;
    }
    plan->lab = copy_string(options->lab);
    plan->allow_weak = options->allow_weak;
    plan->seeded = options->seed != NULL;
    if (plan->seeded &&
        number_parse("--seed", options->seed, 0, UINT64_MAX, &plan->seed, error) != 0) {
        return -1;
    }
    char *hidden = options->hidden != NULL ? realpath(options->hidden, NULL) : copy_string("");
    if (hidden == NULL) {
        return error_set(error, "%s: %s", options->hidden, strerror(errno));
    }
    plan->hidden = hidden;
    if (plan_list(plan, options->folder, options->out, error) != 0 || key_make(plan, error) != 0) {
        return -1;
    }
    /* The lock is this process's until it ends. */
    return make_out(plan, error) < 0 ? -1 : plan_write(plan, error);
}

/* What is to be graded, and why. */
struct todo {
    size_t *index;
    size_t count;
    char **reasons; /* of each entry of the plan; NULL: its grade stands */
};

static void list_todo(const struct plan *plan, bool regrade, struct todo *todo)
{
    todo->index = allocate(plan->count + 1, sizeof(*todo->index));
    todo->reasons = allocate(plan->count + 1, sizeof(*todo->reasons));
    todo->count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        todo->reasons[i] = entry_reason(plan, i);
        if (todo->reasons[i] == NULL && regrade) {
            todo->reasons[i] = copy_string("--regrade was given");
        }
        if (todo->reasons[i] != NULL) {
            todo->index[todo->count++] = i;
        }
    }
}

static void free_todo(const struct plan *plan, struct todo *todo)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(todo->reasons[i]);
    }
    free(todo->reasons);
    free(todo->index);
}

/* How many have no grade that stands; those that changed meanwhile are named. */
static size_t count_missing(const struct plan *plan)
{
    size_t missing = 0;
    for (size_t i = 0; i < plan->count; i++) {
        char *reason = entry_reason(plan, i);
        if (reason != NULL && strcmp(reason, ENTRY_UNFINISHED) != 0) {
            complain("%s: %s while it was graded; the same command grades it again",
                     plan->entries[i].name, reason);
        }
        missing += reason != NULL;
        free(reason);
    }
    return missing;
}

/* The engine does the work; then the class is told how it went. 1: something is not graded. */
static int grade_class(const struct plan *plan, const struct engine *engine, unsigned jobs,
                       const struct todo *todo, struct error *error)
{
    struct changes *changes = changes_begin(plan, todo->index, todo->count, todo->reasons);
    if (todo->count > 1) {
        plan_objects(plan);
    }
    batch_begin(plan, todo->index, todo->count);
    int status = todo->count > 0 ? engine->run(plan, todo->index, todo->count, jobs, error) : 0;
    int stopped = batch_stopped();
    size_t graded = batch_end();
    struct error second = {0};
    if (plan_overview(plan, &second) != 0 && status == 0) {
        *error = second;
        status = -1;
    }
    changes_end(changes);
    if (stopped != 0) {
        printf("stopped by %s: %zu of %zu submissions are graded; the same command goes on with "
               "the rest\n",
               strsignal(stopped), plan->count - todo->count + graded, plan->count);
        return 128 + stopped;
    }
    if (status == 0) {
        size_t missing = count_missing(plan);
        printf("%zu submissions, %zu graded now, %zu not graded: %s/overview.html\n", plan->count,
               todo->count - (missing < todo->count ? missing : todo->count), missing, plan->out);
        status = missing > 0 ? 1 : 0;
    }
    return status;
}

static int run_plan(const struct batch_options *options, const struct plan *plan,
                    struct error *error)
{
    const struct engine *engine =
        engine_find(options->engine != NULL ? options->engine : "local", error);
    uint64_t jobs = (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
    if (engine == NULL || (options->jobs != NULL &&
                           number_parse("--jobs", options->jobs, 1, 4096, &jobs, error) != 0)) {
        return -1;
    }
    struct todo todo;
    list_todo(plan, options->regrade, &todo);
    int status = grade_class(plan, engine, (unsigned)jobs, &todo, error);
    free_todo(plan, &todo);
    return status;
}

static int grade_one(const struct batch_options *options, struct error *error)
{
    struct plan plan;
    uint64_t index;
    if (number_parse("--one", options->one, 0, SIZE_MAX, &index, error) != 0 ||
        plan_read(&plan, options->folder, error) != 0) {
        return -1;
    }
    int status = key_make(&plan, error);
    if (status == 0 && getenv("COACH_WHILE_LOCKED") != NULL && !lock_is_held(plan.out)) {
        status = error_set(error, "%s: the batch that this was a part of has ended", plan.out);
    }
    if (status == 0) {
        status = plan_grade(&plan, (size_t)index, 1, error);
    }
    plan_free(&plan);
    return status;
}

static int batch_command(int argc, char **argv)
{
    struct batch_options options = {0};
    struct error error = {0};
    if (argp_parse(&batch_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    if (options.one != NULL) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* an engine that is killed leaves nothing behind */
        return grade_one(&options, &error) == 0 ? COACH_OK : error_report(&error);
    }
    struct plan plan = {0};
    int status = make_plan(&options, &plan, &error);
    if (status == 0) {
        status = run_plan(&options, &plan, &error);
    }
    plan_free(&plan);
    return status < 0 ? error_report(&error) : status == 1 ? COACH_FAULT : status;
}

COACH_COMMAND(batch, batch_command, "grade a class");
