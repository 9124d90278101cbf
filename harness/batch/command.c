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

#include "batch/class.h"
#include "batch/engine.h"
#include "batch/key.h"
#include "batch/lock.h"
#include "batch/roster.h"
#include "command.h"
#include "grade/lab_range.h"
#include "lib/buffer.h"
#include "lib/option.h"
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
    const char *roster;
    bool allow_weak;
    bool regrade;
};

enum {
    KEY_ENGINE = 256,
    KEY_COURSE,
    KEY_HIDDEN,
    KEY_SEED,
    KEY_WEAK,
    KEY_REGRADE,
    KEY_ROSTER,
    KEY_ONE
};

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
    {"roster", KEY_ROSTER, "FILE", 0,
     "Tell who has not handed in, of the names in FILE (a line each, or a CSV's first column)", 0},
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
    case KEY_ROSTER:
        options->roster = argument;
        return 0;
    case KEY_ONE:
        options->one = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_folder_and_lab(argument, state, &options->folder, &options->lab);
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
    return class_grade(plan, engine, (unsigned)jobs, options->regrade, error);
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
    struct roster roster = {0};
    int status = options.roster != NULL ? roster_read(&roster, options.roster, &error) : 0;
    plan.roster = options.roster != NULL ? &roster : NULL;
    if (status == 0) {
        status = make_plan(&options, &plan, &error);
    }
    if (status == 0) {
        status = run_plan(&options, &plan, &error);
    }
    plan_free(&plan);
    roster_free(&roster);
    return status < 0 ? error_report(&error) : status == 1 ? COACH_FAULT : status;
}

COACH_COMMAND(batch, batch_command, "grade a class");
