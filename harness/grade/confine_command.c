/* coach confine: becomes another program under a tier that needs no namespaces. */
#include <argp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "grade/confine.h"

#define READABLE_MOST 16

struct confine_options {
    const char *tier;
    const char *work;
    const char *readable[READABLE_MOST + 1];
    unsigned readable_count;
    char **program;
};

static const struct argp_option confine_argp_options[] = {
    {"tier", 't', "TIER", 0, "landlock or limits", 0},
    {"work", 'w', "DIR", 0, "The folder that it may write", 0},
    {"read", 'r', "PATH", 0, "What it may read beside the system's programs (repeatable)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct confine_options *options = state->input;
    switch (key) {
    case 't':
        options->tier = argument;
        return 0;
    case 'w':
        options->work = argument;
        return 0;
    case 'r':
        if (options->readable_count == READABLE_MOST) {
            argp_error(state, "more than %d --read", READABLE_MOST);
        }
        options->readable[options->readable_count++] = argument;
        return 0;
    case ARGP_KEY_ARGS:
        options->program = state->argv + state->next;
        return 0;
    case ARGP_KEY_END:
        if (options->program == NULL || options->work == NULL || options->tier == NULL) {
            argp_error(state, "--tier, --work and a program are expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp confine_argp = {
    confine_argp_options,
    parse_option,
    "PROGRAM [ARGUMENT…]",
    "Run a program so that it can do little harm: as an own user (if root), without new "
    "privileges and network, seeing only what is named. `coach grade` runs machines so where "
    "bubblewrap does not work.",
    NULL,
    NULL,
    NULL,
};

static int confine_command(int argc, char **argv)
{
    struct confine_options options = {0};
    if (argp_parse(&confine_argp, argc, argv, ARGP_IN_ORDER, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    bool landlock = strcmp(options.tier, sandbox_name(SANDBOX_LANDLOCK)) == 0;
    if (!landlock && strcmp(options.tier, sandbox_name(SANDBOX_LIMITS)) != 0) {
        complain("--tier is '%s', expected landlock or limits", options.tier);
        return COACH_USAGE;
    }
    if (confine_user() != 0 || confine_no_privileges() != 0 ||
        (landlock &&
         (confine_files(options.work, options.readable) != 0 || confine_calls() != 0))) {
        complain("cannot confine %s: %s", options.program[0], strerror(errno));
        return COACH_FAULT;
    }
    execvp(options.program[0], options.program);
    complain("%s: %s", options.program[0], strerror(errno));
    return COACH_FAULT;
}

COACH_COMMAND(confine, confine_command, "run a program where it can do little harm");
