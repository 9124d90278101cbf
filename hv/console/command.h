/* Commands of the hypervisor's own console, registered by the file that implements them. */
#ifndef HV_CONSOLE_COMMAND_H
#define HV_CONSOLE_COMMAND_H

#include "lib/registry.h"

struct command_entry {
    const char *name;
    const char *arguments; /* for help: "VM" */
    const char *help;
    void (*run)(unsigned count, char **words); /* words[0] is the name */
};

REGISTRY(hv_command, struct command_entry);
#define HV_COMMAND(name_, arguments_, help_, run_)                                                 \
    REGISTER(hv_command, struct command_entry) = {                                                 \
        .name = (name_), .arguments = (arguments_), .help = (help_), .run = (run_)}

/* Runs one line of text, which is cut into words in place. */
void command_run(char *text);

#endif
