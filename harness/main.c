/* coach: finds the subcommand among the registered ones and hands over to it. */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lib/buffer.h"
#include "lib/error.h"
#include "lib/terminal.h"
#include "version.h"

extern const struct command *const __start_coach_commands[];
extern const struct command *const __stop_coach_commands[];

static int by_name(const void *left, const void *right)
{
    const struct command *const *a = left;
    const struct command *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

static void print_help(FILE *stream)
{
    size_t count = (size_t)(__stop_coach_commands - __start_coach_commands);
    const struct command **sorted = allocate(count, sizeof(*sorted));
    memcpy(sorted, __start_coach_commands, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_name);
    fputs("Usage: coach COMMAND [OPTION...]\n"
          "Builds, boots, watches and judges Stagecoach, a hypervisor for RISC-V.\n\n",
          stream);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "  %s%-10s%s %s\n", colour_begin(stream, COLOUR_BOLD), sorted[i]->name,
                colour_end(stream), sorted[i]->help);
    fputs("\n`coach COMMAND --help` tells each one's options.\n"
          "Exit status: 0 done, 1 what was judged failed, 2 wrong use or bad input,\n"
          "3 the harness or a tool is at fault.\n",
          stream);
    free(sorted);
}

static const struct command *find(const char *name)
{
    for (const struct command *const *entry = __start_coach_commands; entry < __stop_coach_commands;
         entry++) {
        if (strcmp((*entry)->name, name) == 0)
            return *entry;
    }
    return NULL;
}

static int run(const struct command *command, int argc, char **argv)
{
    char *name = format_string("coach %s", command->name);
    argv[0] = name;
    int status = command->run(argc, argv);
    if ((fflush(stdout) != 0 || ferror(stdout)) && status < COACH_USAGE) {
        complain("standard output cannot be written: %s", strerror(errno));
        status = COACH_FAULT;
    }
    free(name);
    return status;
}

/* What may stay of git's environment and the loader's: who somebody is, where their settings and
 * libraries are. */
static bool is_kept(const char *name)
{
    static const char *const kept[] = {"GIT_AUTHOR_",          "GIT_COMMITTER_",
                                       "GIT_CONFIG_GLOBAL=",   "GIT_CONFIG_SYSTEM=",
                                       "GIT_CONFIG_NOSYSTEM=", "LD_LIBRARY_PATH="};
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (strncmp(name, kept[i], strlen(kept[i])) == 0)
            return true;
    }
    return strncmp(name, "GIT_", 4) != 0 && strncmp(name, "LD_", 3) != 0 &&
           strncmp(name, "POSIXLY_CORRECT=", 16) != 0; /* options may stand behind a word */
}

/*
 * A hook's GIT_DIR and the like would lead git to another repository than the one that is named,
 * and what is loaded into every program would speak where its words are read.
 */
static void clear_environment(void)
{
    size_t kept = 0;
    for (size_t i = 0; environ != NULL && environ[i] != NULL; i++) {
        if (is_kept(environ[i]))
            environ[kept++] = environ[i];
    }
    if (environ != NULL)
        environ[kept] = NULL;
}

/*
 * Descriptors 0 to 2 are there, so that no file that is opened later becomes one of them. Standard
 * output that was closed cannot be written to: whoever prints there hears of it.
 */
static void open_standard_streams(void)
{
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 2 ? O_WRONLY : O_RDONLY) != fd)
            _exit(COACH_FAULT);
    }
}

int main(int argc, char **argv)
{
    open_standard_streams();
    clear_environment();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* who writes is told that the file is too large */
    argp_err_exit_status = COACH_USAGE;
    argp_program_version = COACH_VERSION;
    if (argc < 2) {
        print_help(stderr);
        return COACH_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return COACH_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts(COACH_VERSION);
        return COACH_OK;
    }
    const struct command *command = find(argv[1]);
    if (command == NULL) {
        complain("no command \"%s\"; `coach --help` lists them", argv[1]);
        return COACH_USAGE;
    }
    return run(command, argc - 1, argv + 1);
}
