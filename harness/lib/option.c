/* Parts of command lines; see option.h. */
#include "lib/option.h"

/* Stores the argument, if it is one of the first `most`. */
static error_t store(char *argument, struct argp_state *state, unsigned most, const char **to)
{
    if (state->arg_num >= most) {
        argp_error(state, "found one argument too many: '%s'", argument);
    }
    *to = argument;
    return 0;
}

error_t option_argument(char *argument, struct argp_state *state, const char **to)
{
    return store(argument, state, 1, to);
}

error_t option_folder_and_lab(char *argument, struct argp_state *state, const char **folder,
                              const char **lab)
{
    return store(argument, state, 2, state->arg_num == 0 ? folder : lab);
}
