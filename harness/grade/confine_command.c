/* coach confine: becomes another program, in the sandbox. */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "grade/confine.h"
#include "grade/hide.h"
#include "grade/wrap.h"
#include "lib/process.h"

#define READABLE_MOST 16

struct confine_options {
    const char *tier;
    const char *work;
    const char *readable[READABLE_MOST + 1];
    unsigned readable_count;
    char **program;
};

static const struct argp_option confine_argp_options[] = {
    {"tier", 't', "TIER", 0, "bubblewrap, landlock or limits", 0},
    {"work", 'w', "DIR", 0, "The folder that it may write", 0},
    {"hide", 'h', "DIR", 0, "What it must not see of the system's own folders (repeatable)", 0},
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
    case 'h':
        hide_add(argument);
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
    "privileges and network, seeing only what is named. Open descriptors stay open, and are given "
    "to that user. `coach grade` runs machines so.",
    NULL,
    NULL,
    NULL,
};

/* Pipes and nameless files that were made by root, so that the new user may open them again. */
static void give_descriptors(void)
{
    if (geteuid() != 0) {
        return;
    }
    for (int fd = 3; fd < 256; fd++) {
        struct stat status;
        if (fstat(fd, &status) == 0 && (S_ISFIFO(status.st_mode) || status.st_nlink == 0)) {
            if (fchown(fd, sandbox_user(), sandbox_user()) != 0) {
                continue; /* it stays root's: opening it again will say so */
            }
        }
    }
}

static int become(const struct confine_options *options, enum sandbox_tier tier)
{
    const char *const *program = (const char *const *)options->program;
    pid_t parent = getppid();
    give_descriptors();
    if (tier == SANDBOX_BUBBLEWRAP) {
        struct sandbox_job job = {
            .argv = program, .work = options->work, .readable = options->readable};
        program = wrap_command(&job);
    } else if (confine_user() != 0 || confine_no_privileges() != 0) {
        return complain("cannot become another user: %s", strerror(errno));
    }
    if (tier == SANDBOX_LANDLOCK &&
        (confine_files(options->work, options->readable) != 0 || confine_calls() != 0)) {
        return complain("Landlock and seccomp: %s", strerror(errno));
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* which a change of user has cleared */
    if (getppid() != parent) {
        return -1;
    }
    process_default_signals();
    execvp(program[0], (char *const *)program);
    return complain("%s: %s", program[0], strerror(errno));
}

static int confine_command(int argc, char **argv)
{
    struct confine_options options = {0};
    if (argp_parse(&confine_argp, argc, argv, ARGP_IN_ORDER, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    for (enum sandbox_tier tier = SANDBOX_BUBBLEWRAP; tier <= SANDBOX_LIMITS; tier++) {
        if (strcmp(options.tier, sandbox_name(tier)) == 0) {
            become(&options, tier);
            return COACH_FAULT;
        }
    }
    complain("--tier is '%s', expected bubblewrap, landlock or limits", options.tier);
    return COACH_USAGE;
}

COACH_COMMAND(confine, confine_command, "run a program where it can do little harm");
