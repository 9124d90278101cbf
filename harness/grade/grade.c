/* coach grade: judges a submission, from outside it. */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "command.h"
#include "emit/auto.h"
#include "grade/grading.h"
#include "lib/option.h"
#include "lib/quantity.h"
#include "result/write.h"
#include "stage/learner.h"
#include "stage/points.h"

#define EMITS_MOST 16

struct grade_options {
    const char *lab;
    const char *submission;
    const char *course;
    const char *hidden;
    const char *replay;
    const char *seed;
    const char *jobs;
    const char *emits[EMITS_MOST];
    unsigned emit_count;
    bool allow_weak;
    bool reference;
    bool own; /* the submission is the learner's tree around this folder */
};

enum {
    OPTION_SUBMISSION = 256,
    OPTION_COURSE,
    OPTION_HIDDEN_CHECKS,
    OPTION_WEAK,
    OPTION_REFERENCE,
    OPTION_REPLAY,
    OPTION_SEED
};

static const struct argp_option grade_argp_options[] = {
    {"submission", OPTION_SUBMISSION, "WHAT", 0,
     "A folder, an archive (tar, zip), a git revision, or REPOSITORY#REVISION (default: here)", 0},
    {"emit", 'e', "FORMAT[=FILE]", 0,
     "Report in this format (repeatable; default: terminal; auto: what fits where it runs)", 0},
    {"hidden", OPTION_HIDDEN_CHECKS, "DIR", 0, "Judge by the checks in DIR too", 0},
    {"seed", OPTION_SEED, "N", 0, "Use this seed in place of the checks' own", 0},
    {"replay", OPTION_REPLAY, "CHECK", 0,
     "Run this check alone, and show the whole account of its items, and the console", 0},
    {"jobs", 'j', "N", 0, "Machines at once (default: the processors)", 0},
    {"course", OPTION_COURSE, "DIR", 0, "The course's root (default: coach's own)", 0},
    {"allow-weak", OPTION_WEAK, NULL, 0,
     "Use hidden checks even where a submission could read them", 0},
    {"reference", OPTION_REFERENCE, NULL, 0, "Grade the course's own solution", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct grade_options *options = state->input;
    switch (key) {
    case OPTION_SUBMISSION:
        options->submission = argument;
        return 0;
    case OPTION_COURSE:
        options->course = argument;
        return 0;
    case OPTION_HIDDEN_CHECKS:
        options->hidden = argument;
        return 0;
    case OPTION_WEAK:
        options->allow_weak = true;
        return 0;
    case OPTION_REFERENCE:
        options->reference = true;
        return 0;
    case OPTION_REPLAY:
        options->replay = argument;
        return 0;
    case OPTION_SEED:
        options->seed = argument;
        return 0;
    case 'j':
        options->jobs = argument;
        return 0;
    case 'e':
        if (options->emit_count == EMITS_MOST) {
            argp_error(state, "more than %d --emit", EMITS_MOST);
        }
        options->emits[options->emit_count++] = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_argument(argument, state, &options->lab);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp grade_argp = {
    grade_argp_options,
    parse_option,
    "[LAB]",
    "Judge a submission to LAB: a number or name, a range (1-4), or all. In a learner's tree LAB "
    "is the one it is at. Only the files that a learner may write are taken; they are built and "
    "run in a sandbox.",
    NULL,
    NULL,
    NULL,
};

/* Whether a report goes to a file, which can be written before the end; a pipe has one reader. */
static bool goes_to_file(const char *argument)
{
    const char *equals = strchr(argument, '=');
    const struct result_format *format = equals == NULL ? result_format_find(argument) : NULL;
    const char *path = equals != NULL ? equals + 1 : format != NULL ? format->default_file : NULL;
    struct stat status;
    return path != NULL && strcmp(path, "-") != 0 &&
           (stat(path, &status) != 0 || S_ISREG(status.st_mode));
}

static void emit_early(const struct result_run *zero, void *context)
{
    const struct grade_options *options = context;
    for (unsigned i = 0; i < options->emit_count; i++) {
        if (goes_to_file(options->emits[i])) {
            result_emit(zero, options->emits[i]);
        }
    }
}

static int choose_labs(const struct grade_options *options, const struct course *course,
                       struct lab_range *labs, struct error *error)
{
    struct learner learner;
    if (options->lab != NULL) {
        return lab_range_parse(course, options->lab, labs, error);
    }
    if (!learner_here(options->submission)) {
        return error_set(error, "name a LAB: %s is no learner's tree, which would tell",
                         options->submission);
    }
    if (learner_read(options->submission, &learner, error) != 0) {
        return -1;
    }
    char *number = format_string("%u", learner.lab);
    int status = lab_range_parse(course, number, labs, error);
    free(number);
    return status;
}

static int read_numbers(const struct grade_options *options, struct grading *grading,
                        struct error *error)
{
    uint64_t jobs = 0;
    if (options->jobs != NULL && number_parse("--jobs", options->jobs, 1, 256, &jobs, error) != 0) {
        return -1;
    }
    grading->jobs = (unsigned)jobs;
    grading->seeded = options->seed != NULL;
    return grading->seeded
               ? number_parse("--seed", options->seed, 0, UINT64_MAX, &grading->seed, error)
               : 0;
}

/* The exit status; a platform's report says the rest. */
static int emit_all(const struct grade_options *options, const struct result_run *run)
{
    int failed = 0;
    if (options->replay != NULL) {
        result_show_all(run, stdout);
    }
    for (unsigned i = 0; i < options->emit_count; i++) {
        failed |= result_emit(run, options->emits[i]) != 0;
    }
    return failed ? COACH_FAULT : result_exit_status(run);
}

/* The learner's own gradings are remembered, for `coach status`. Checks are grouped by lab. */
static void remember(const struct grade_options *options, const struct course *course,
                     const struct result_run *run)
{
    for (size_t i = 0; i < course->lab_count; i++) {
        const struct lab *lab = course->labs[i];
        const char *group = strrchr(lab->folder, '/') + 1;
        struct result_score sum = {0};
        for (size_t k = 0; k < run->check_count; k++) {
            struct result_score score = result_check_score(&run->checks[k]);
            bool own = strcmp(run->checks[k].group, group) == 0;
            sum.got += own ? score.got : 0;
            sum.of += own ? score.of + score.ungraded : 0;
        }
        if (sum.of > 0) {
            points_note(options->submission, lab->number, sum.got, sum.of);
        }
    }
}

/* A report in the terminal alone is for whoever typed the command; all others are passed on. */
static bool is_passed_on(const struct grade_options *options)
{
    for (unsigned i = 0; i < options->emit_count; i++) {
        if (strcmp(options->emits[i], "terminal") != 0) {
            return true;
        }
    }
    return false;
}

static int grade_with(const struct grade_options *options, const struct course *course,
                      struct error *error)
{
    struct grading grading = {
        .course = course,
        .submission = options->submission,
        .hidden = options->hidden,
        .only = options->replay,
        .root = options->course,
        .allow_weak = options->allow_weak,
        .reference = options->reference,
        .for_learner = is_passed_on(options),
        .begun = emit_early,
        .context = (void *)options,
    };
    if (choose_labs(options, course, &grading.labs, error) != 0 ||
        read_numbers(options, &grading, error) != 0 || sandbox_find(&grading.tier, error) != 0) {
        return error_report(error);
    }
    struct result_run *run = grading_run(&grading, error);
    if (run == NULL) {
        return error_report(error);
    }
    int status = emit_all(options, run);
    if (options->own && options->replay == NULL && options->seed == NULL && !options->reference) {
        remember(options, course, run);
    }
    result_run_free(run);
    return status;
}

static int check_formats(struct grade_options *options)
{
    if (options->emit_count == 0 && options->replay == NULL) {
        options->emits[options->emit_count++] = "terminal";
    }
    for (unsigned i = 0; i < options->emit_count; i++) {
        options->emits[i] = emit_resolve(options->emits[i]);
        char *name = copy_string(options->emits[i]);
        name[strcspn(name, "=")] = '\0';
        bool known = result_format_find(name) != NULL;
        free(name);
        if (!known) {
            complain("--emit %s: no such format; there are auto, %s", options->emits[i],
                     result_format_names());
            return -1;
        }
    }
    return 0;
}

static int grade_command(int argc, char **argv)
{
    struct grade_options options = {0};
    if (argp_parse(&grade_argp, argc, argv, 0, NULL, &options) != 0 ||
        check_formats(&options) != 0) {
        return COACH_USAGE;
    }
    char *here = options.submission == NULL ? learner_root(".") : NULL;
    if (here != NULL) {
        options.submission = here;
        options.own = learner_here(here);
    }
    struct error error = {0};
    struct course *course = course_open(options.course, &error);
    if (course == NULL) {
        return error_report(&error);
    }
    int status = grade_with(&options, course, &error);
    course_free(course);
    free(here);
    return status;
}

COACH_COMMAND(grade, grade_command, "judge a submission to a lab");
