/* The command line of what works on a learner's tree; see tree_options.h. */
#include "stage/tree_options.h"

#include <argp.h>

#include "lib/option.h"

static const struct argp_option tree_argp_options[] = {
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct tree_options *options = state->input;
    switch (key) {
    case 'c':
        options->course = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_argument(argument, state, &options->folder);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int tree_options_parse(int argc, char **argv, const char *doc, struct tree_options *options)
{
    const struct argp argp = {tree_argp_options, parse_option, "[DIR]", doc, NULL, NULL, NULL};
    return (int)argp_parse(&argp, argc, argv, 0, NULL, options);
}
