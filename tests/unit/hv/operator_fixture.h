/* An operator types to the hypervisor, and reads what it says. */
#ifndef TESTS_UNIT_HV_OPERATOR_FIXTURE_H
#define TESTS_UNIT_HV_OPERATOR_FIXTURE_H

#include <stdio.h>

#include "console/command.h"
#include "hv/console_fixture.h"

/* Three VMs, and the operator's words go to the hypervisor. */
static inline void begin(void)
{
    machine_begin(3);
    machine_type("\001h");
    machine_forget_written();
}

/* The operator's line; the command may write into it. */
static inline void runs(const char *command)
{
    char line[100];

    snprintf(line, sizeof line, "%s", command);
    command_run(line);
}

#define SAYS(command, text)                                                                        \
    do {                                                                                           \
        runs(command);                                                                             \
        SHOWS(text);                                                                               \
    } while (0)

#endif
