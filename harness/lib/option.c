/* Parts of command lines; see option.h. */
#include "lib/option.h"

error_t option_argument(char *argument, struct argp_state *state, const char **to)
{
    if (state->arg_num > 0) {
        argp_error(state, "found one argument too many: '%s'", argument);
    }
    *to = argument;
    return 0;
}
