/* The commands that the shell does itself, because a child could not do them for it. */
#include "user/sh/sh.h"

/* exit [STATUS]: ends the shell. */
static int builtin_exit(const struct command *command, int last_status)
{
    long status = last_status;
    if (command->count > 1 && !parse_number(command->words[1], &status)) {
        print_to(2, "sh: exit: '%s' is no number\n", command->words[1]);
        return 2;
    }
    exit((int)status);
}

/* wait: waits for everything in the background. */
static int builtin_wait(const struct command *command, int last_status)
{
    (void)command;
    (void)last_status;
    struct exit_status status;
    while (wait(&status) > 0)
        describe_end(2, &status);
    return 0;
}

/* help: says what there is. */
static int builtin_help(const struct command *command, int last_status)
{
    (void)command;
    (void)last_status;
    printf(
        "ls lists the programs; one runs by its name. Between commands: | ; & && ||\n"
        "Files: < FILE, > FILE, >> FILE. Words: '…' \"…\" \\ $?\n"
        "The shell's own: exit [STATUS], wait, help. Ctrl-C ends what runs, Ctrl-D the shell.\n");
    return 0;
}

bool run_builtin(const struct command *command, int last_status, int *status)
{
    static const struct {
        const char *name;
        int (*run)(const struct command *command, int last_status);
    } builtins[] = {
        {"exit", builtin_exit},
        {"wait", builtin_wait},
        {"help", builtin_help},
    };
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (strcmp(builtins[i].name, command->words[0]))
            continue;
        *status = builtins[i].run(command, last_status);
        return true;
    }
    return false;
}
