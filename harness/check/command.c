/* `coach check`: judges a hypervisor by check files. */
#include "command.h"

#include <argp.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check/bless.h"
#include "check/jobs.h"
#include "check/list.h"
#include "check/parse.h"
#include "check/rules.h"
#include "lib/buffer.h"
#include "lib/file.h"
#include "lib/quantity.h"
#include "result/write.h"

#define MOST_EMITS 16

struct arguments {
    struct jobs_options jobs;
    char **files;
    size_t file_count;
    const char *emit[MOST_EMITS];
    size_t emits;
    const char *hypervisor, *build; /* as they were named; NULL: they were not */
    bool bless, events, list, full, secrets;
    struct error error;
};

enum {
    KEY_HYPERVISOR = 256,
    KEY_BUILD,
    KEY_EMIT,
    KEY_BLESS,
    KEY_KEEP,
    KEY_LIST,
    KEY_WALL,
    KEY_PROCESSOR,
    KEY_EVENTS,
    KEY_RULES,
    KEY_SECRETS
};

static const struct argp_option options[] = {
    {"jobs", 'j', "N", 0, "Run N checks at a time (default: one a processor)", 0},
    {"seed", 's', "N|A..B", 0, "Run under this seed, or each of these, not the checks' own", 0},
    {"replay", 'r', NULL, 0, "Show the whole account of every item, and the console", 0},
    {"hypervisor", KEY_HYPERVISOR, "ELF", 0, "The hypervisor to judge", 0},
    {"build", KEY_BUILD, "DIR", 0,
     "Where images are built (default: the nearest build/, else coach's own)", 0},
    {"emit", KEY_EMIT, "FORMAT[=FILE]", 0,
     "Write a report: terminal, json, junit, tap, html …; may be repeated", 0},
    {"keep", KEY_KEEP, "DIR", 0, "Keep trace, console and memory map of each run in DIR", 0},
    {"bless", KEY_BLESS, NULL, 0, "Draft an item's expectations from a run, on standard output", 0},
    {"events", KEY_EVENTS, NULL, 0, "Print the events of a run as expectations see them", 0},
    {"secrets", KEY_SECRETS, NULL, 0,
     "Also run each check with other secrets in all VMs but the first, which must notice nothing",
     0},
    {"list", KEY_LIST, NULL, 0, "List the checks with their points and stop", 0},
    {"processor", KEY_PROCESSOR, "TIME", 0, "Processor time that QEMU may use (default 60s)", 0},
    {"rules", KEY_RULES, NULL, 0,
     "Print how often each check tried each rule of the contract; without checks, the rules", 0},
    {"wall", KEY_WALL, "TIME", 0, "Backstop in real time for one run (default 1200s)", 0},
    {0},
};

static int parse_seeds(const char *text, struct jobs_options *jobs, struct error *error)
{
    const char *dots = strstr(text, "..");
    char *first = format_string("%.*s", dots ? (int)(dots - text) : (int)strlen(text), text);
    int failed = number_parse("--seed", first, 0, UINT64_MAX, &jobs->seed_first, error);
    free(first);
    jobs->seed_last = jobs->seed_first;
    if (!failed && dots)
        failed = number_parse("--seed", dots + 2, jobs->seed_first, jobs->seed_first + 9999,
                              &jobs->seed_last, error);
    jobs->has_seeds = true;
    return failed;
}

static int take_option(int key, char *value, struct arguments *arguments)
{
    struct jobs_options *jobs = &arguments->jobs;
    uint64_t number = 0;
    int failed = 0;
    switch (key) {
    case 'j':
        failed = number_parse("--jobs", value, 1, 256, &number, &arguments->error);
        jobs->parallel = (unsigned)number;
        break;
    case 's':
        failed = parse_seeds(value, jobs, &arguments->error);
        break;
    case 'r':
        arguments->full = true;
        break;
    case KEY_HYPERVISOR:
        arguments->hypervisor = value;
        break;
    case KEY_BUILD:
        arguments->build = value;
        break;
    case KEY_EMIT:
        if (arguments->emits == MOST_EMITS)
            failed = error_set(&arguments->error, "--emit: at most %d reports", MOST_EMITS);
        else
            arguments->emit[arguments->emits++] = value;
        break;
    case KEY_KEEP:
        jobs->run.keep = value;
        break;
    case KEY_BLESS:
        arguments->bless = true;
        break;
    case KEY_EVENTS:
        arguments->events = true;
        break;
    case KEY_RULES:
        jobs->run.rules = true;
        break;
    case KEY_SECRETS:
        arguments->secrets = true;
        break;
    case KEY_LIST:
        arguments->list = true;
        break;
    case KEY_PROCESSOR:
        failed = duration_parse(value, &number, &arguments->error);
        jobs->run.processor_ms = (unsigned)(number / 1000000);
        break;
    case KEY_WALL:
        failed = duration_parse(value, &number, &arguments->error);
        jobs->run.wall_ms = (unsigned)(number / 1000000);
        break;
    case ARGP_KEY_ARG:
        failed = check_find(value, &arguments->files, &arguments->file_count, &arguments->error);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    if (failed)
        exit(error_report(&arguments->error));
    return 0;
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    return take_option(key, value, state->input);
}

/* All files, or none: every file with a mistake gets its line. */
static struct check **load(const struct arguments *arguments)
{
    struct check **checks = allocate(arguments->file_count + 1, sizeof *checks);
    bool failed = false;
    for (size_t i = 0; i < arguments->file_count; i++) {
        struct error error;
        checks[i] = check_load(arguments->files[i], &error);
        failed |= !checks[i];
        if (checks[i] && arguments->secrets)
            check_add_secrets(checks[i]);
        if (!checks[i])
            error_report(&error);
    }
    if (!failed)
        return checks;
    for (size_t i = 0; i < arguments->file_count; i++)
        check_free(checks[i]);
    free(checks);
    return NULL;
}

static int emit(const struct arguments *arguments, struct result_run *run)
{
    int failed = 0;
    if (arguments->full)
        result_show_all(run, stdout);
    for (size_t i = 0; i < arguments->emits; i++)
        failed |= result_emit(run, arguments->emit[i]);
    if (arguments->jobs.run.rules)
        rules_print(run, stdout);
    else if (!arguments->emits && !arguments->full)
        failed |= result_emit(run, "terminal");
    return failed ? COACH_FAULT : result_exit_status(run);
}

/* A format that does not exist is told before an hour of checks is run, not after. */
static int check_formats(const struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->emits; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(arguments->emit[i], "="),
                 arguments->emit[i]);
        if (!result_format_find(name))
            return complain("--emit %s: found format \"%s\", expected one of %s",
                            arguments->emit[i], name, result_format_names());
    }
    return 0;
}

/*
 * Where the images are: build/ of this folder or of the nearest one above it that has a hypervisor
 * there, so that a check runs in every folder of a tree; without one, where coach was built. To
 * free().
 */
static char *find_build(void)
{
    char *here = getcwd(NULL, 0);
    while (here && *here) {
        char *image = format_string("%s/build/hv/stagecoach.elf", here);
        bool found = access(image, F_OK) == 0;
        free(image);
        if (found) {
            char *build = format_string("%s/build", here);
            free(here);
            return build;
        }
        *strrchr(here, '/') = '\0';
    }
    free(here);
    char *build = file_beside_program("");
    build[strlen(build) - 1] = '\0';
    return build;
}

static int judge_all(struct arguments *arguments, struct check **checks)
{
    struct result_run *run = result_run_new("checks");
    char *replay = run_replay_line(arguments->build, arguments->hypervisor, arguments->secrets);
    arguments->jobs.run.replay = replay;
    check_jobs((const struct check *const *)checks, arguments->file_count, &arguments->jobs, run);
    int status = emit(arguments, run);
    result_run_free(run);
    free(replay);
    return status;
}

static int check_command(int argc, char **argv)
{
    struct arguments arguments = {.jobs = {.progress = true}};
    const struct argp parser = {
        options,
        parse_option,
        "FILE|DIR…",
        "Judges a hypervisor by check files (docs/checks.md): boots each scenario, watches the "
        "machine from outside, and holds what was seen against what is expected.",
        NULL,
        NULL,
        NULL};
    if (argp_parse(&parser, argc, argv, 0, NULL, &arguments) != 0)
        return COACH_USAGE;
    if (!arguments.file_count && arguments.jobs.run.rules)
        return rules_list(stdout), COACH_OK;
    if (!arguments.file_count)
        return complain("expected check files or folders of them; try coach check --help"),
               COACH_USAGE;
    if (arguments.file_count > 1 && (arguments.bless || arguments.events))
        return complain("found %zu check files, expected one with --bless or --events",
                        arguments.file_count),
               COACH_USAGE;
    if (check_formats(&arguments) != 0)
        return COACH_USAGE;
    char *build = arguments.build ? copy_string(arguments.build) : find_build();
    char *hypervisor = arguments.hypervisor ? copy_string(arguments.hypervisor)
                                            : format_string("%s/hv/stagecoach.elf", build);
    arguments.jobs.run.build = build;
    arguments.jobs.run.hypervisor = hypervisor;
    struct check **checks = load(&arguments);
    int status = COACH_USAGE;
    if (checks && arguments.list)
        check_list(checks, arguments.file_count), status = COACH_OK;
    else if (checks && arguments.bless)
        status = bless(checks[0], &arguments.jobs);
    else if (checks && arguments.events)
        status = print_events(checks[0], &arguments.jobs);
    else if (checks)
        status = judge_all(&arguments, checks);
    for (size_t i = 0; i < arguments.file_count; i++) {
        if (checks)
            check_free(checks[i]);
        free(arguments.files[i]);
    }
    free(checks);
    free(arguments.files);
    free(hypervisor);
    free(build);
    return status;
}

COACH_COMMAND(check, check_command, "judge a hypervisor by check files");
