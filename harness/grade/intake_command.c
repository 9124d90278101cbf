/* coach intake: the part of taking a submission in that parses it, for the inside of the sandbox.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "grade/intake.h"
#include "lib/file.h"
#include "lib/text.h"

struct intake_arguments {
    const char *kind;
    const char *revision;
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct intake_arguments *arguments = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        *(state->arg_num == 0 ? &arguments->kind : &arguments->revision) = argument;
        return 0;
    case ARGP_KEY_END:
        if (arguments->kind == NULL ||
            (strcmp(arguments->kind, "archive") != 0 && strcmp(arguments->kind, "git") != 0) ||
            (arguments->revision != NULL) != (strcmp(arguments->kind, "git") == 0)) {
            argp_error(state, "expected is: archive, or: git REVISION");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp intake_argp = {
    NULL,
    parse_option,
    "archive | git REVISION",
    "Parse the archive on standard input, or a revision of ./repository, and write what it holds "
    "to ./found. `coach grade` runs this in its sandbox.",
    NULL,
    NULL,
    NULL,
};

/* The reason goes to standard output, for whoever started this; the status says that it is there.
 */
static int give_up(const struct error *error)
{
    text_show(stdout, error->text, SIZE_MAX);
    return INTAKE_TOLD + (error->status != COACH_OK ? (int)error->status : COACH_FAULT);
}

static int intake_command(int argc, char **argv)
{
    struct intake_arguments arguments = {0};
    struct intake intake = {0};
    struct buffer packed = {0};
    struct error error = {0};
    if (argp_parse(&intake_argp, argc, argv, 0, NULL, &arguments) != 0) {
        return COACH_USAGE;
    }
    int status = arguments.revision != NULL
                     ? intake_read_git(&intake, "repository", arguments.revision, &error)
                     : intake_read_archive(&intake, STDIN_FILENO, &error);
    if (status == 0) {
        intake_pack(&intake, &packed);
        status = file_write("found", buffer_string(&packed), packed.length, &error);
    }
    buffer_free(&packed);
    intake_free(&intake);
    return status == 0 ? COACH_OK : give_up(&error);
}

COACH_COMMAND(intake, intake_command, "parse a submission, inside the sandbox");
