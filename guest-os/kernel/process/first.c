/*
 * The first process. The option run=PROGRAM,ARGUMENT,… names what it runs; without it, a shell
 * if the archive has one, else the program `first`. Where there is a program `init`, that is
 * the first process, and it runs the other one as its child.
 */
#include "boot/init.h"
#include "file/archive.h"
#include "lib/string.h"
#include "platform/platform.h"
#include "process/process.h"
#include "process/program.h"
#include "sbi/stop.h"

static bool have(const char *name)
{
    struct archive_file file;
    return archive_find(name, &file);
}

/* Splits "PROGRAM,ARGUMENT,…" at its commas. */
static void add_command(struct arguments *arguments, char *command)
{
    for (char *word = command; word;) {
        char *comma = strchr(word, ',');
        if (comma)
            *comma++ = 0;
        if (!arguments_add(arguments, word))
            panic("the option run= has more than %d words or %d bytes", MAX_ARGUMENTS,
                  ARGUMENT_BYTES);
        word = comma;
    }
}

static void start_first(void)
{
    static struct arguments arguments;
    char command[PLATFORM_BOOTARGS_BYTES];
    if (!platform_option("run", command, sizeof(command)))
        string_copy(command, have("sh") ? "sh" : "first", sizeof(command));
    if (have("init"))
        arguments_add(&arguments, "init");
    add_command(&arguments, command);

    struct process *process = process_create(NULL);
    if (!process)
        panic("no memory for the first process");
    int error = program_start(process, arguments.text, &arguments);
    if (error)
        panic("cannot start the first program, '%s': error %d", arguments.text, -error);
    for (const struct process_hooks *const *hooks = __hooks_start; hooks < __hooks_end; hooks++) {
        if ((*hooks)->first)
            (*hooks)->first(process);
    }
    process->state = STATE_READY;
    schedule();
}
RIDER_INIT(INIT_START, start_first);
