/*
 * Registration of coach's subcommands. A command is a file that says COACH_COMMAND; nothing
 * central lists them, so adding a capability is adding a file.
 */
#ifndef HARNESS_COMMAND_H
#define HARNESS_COMMAND_H

/* What coach's exit status means, for every subcommand. */
enum coach_status {
    COACH_OK = 0,        /* done, and what was judged is right */
    COACH_FAILED = 1,    /* the thing judged failed */
    COACH_USAGE = 2,     /* wrong option or bad input */
    COACH_FAULT = 3,     /* the harness or a tool it needs is at fault: nothing was judged */
    COACH_TIMEOUT = 124, /* `coach run --for`: the time ran out, as timeout(1) has it */
};

struct command {
    const char *name;
    /* argv[0] is "coach NAME"; returns enum coach_status. Parses its options with argp. */
    int (*run)(int argc, char **argv);
    const char *help; /* one line, no full stop */
};

/*
 * COACH_COMMAND(trace, trace_command, "print, filter and export a trace"); at file level. For a
 * name that is no C identifier there is no need: subcommands are single words.
 */
#define COACH_COMMAND(command_name, function, help_line)                                           \
    static const struct command command_##command_name = {#command_name, function, help_line};     \
    static const struct command *const command_entry_##command_name                                \
        __attribute__((section("coach_commands"), used)) = &command_##command_name

#endif
