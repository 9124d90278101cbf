/* Parts of command lines that several commands have. */
#ifndef HARNESS_LIB_OPTION_H
#define HARNESS_LIB_OPTION_H

#include <argp.h>

/* For ARGP_KEY_ARG of a command that takes one argument: stores it, or complains and exits. */
error_t option_argument(char *argument, struct argp_state *state, const char **to);

/* The same for a command that takes two, DIR and LAB in this order. */
error_t option_folder_and_lab(char *argument, struct argp_state *state, const char **folder,
                              const char **lab);

#endif
