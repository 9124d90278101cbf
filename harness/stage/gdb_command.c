/* coach gdb: a learner's machine, stopped at the function that was written last, with gdb attached.
 */
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "lib/file.h"
#include "stage/blank.h"
#include "stage/course.h"
#include "stage/learner.h"

#define FILE_MOST (4u << 20)

struct gdb_options {
    const char *function;
    const char *course;
    const char *script;
};

static const struct argp_option gdb_argp_options[] = {
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {"script", 'x', "FILE", 0, "Let gdb run the commands in FILE at the stop, and leave", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct gdb_options *options = state->input;
    switch (key) {
    case 'c':
        options->course = argument;
        return 0;
    case 'x':
        options->script = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        options->function = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp gdb_argp = {
    gdb_argp_options,
    parse_option,
    "[FUNCTION]",
    "Build the tree around this folder, boot its lab's guests, and attach gdb where FUNCTION "
    "begins "
    "(default: the function of the lab that was written last, or the stop at the first TODO). The "
    "project's gdb commands are loaded: help user-defined.",
    NULL,
    NULL,
    NULL,
};

static bool is_written(const char *root, const struct lab_blank *blank)
{
    struct buffer text = {0};
    struct error ignored;
    bool todo = true;
    char *path = format_string("%s/%s", root, blank->file);
    bool written = file_read_bounded(path, FILE_MOST, &text, &ignored) == 0 &&
                   blank_is_todo(&text, blank->file, blank->function, &todo, &ignored) == 0 &&
                   !todo;
    buffer_free(&text);
    free(path);
    return written;
}

/* The hypervisor's last written function in the order of the steps; a guest's cannot be stopped at
 * before its image is there. */
static const char *place_of(const struct gdb_options *options, const char *root,
                            const struct lab *lab)
{
    const char *place = "panic"; /* where a TODO ends */
    if (options->function != NULL) {
        return options->function;
    }
    for (size_t i = 0; i < lab->blanks_count; i++) {
        if (strncmp(lab->blanks[i].file, "hv/", 3) == 0 && is_written(root, &lab->blanks[i])) {
            place = lab->blanks[i].function;
        }
    }
    return place;
}

/* The signal that ends this command, and with it gdb and the machine; 0: none so far. */
static volatile sig_atomic_t stopped;
static volatile sig_atomic_t debugger; /* gdb's process; 0: none */

static void on_signal(int number)
{
    stopped = number;
    if (debugger != 0) {
        kill(debugger, SIGKILL);
    }
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

/* The machine, which waits for gdb; its console goes to a file. */
static pid_t boot(const char *root, const char *course, const char *folder)
{
    char *socket = format_string("--gdb=%s/gdb", folder);
    char *console = format_string("%s/console", folder);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        int out = open(console, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int in = open("/dev/null", O_RDONLY);
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        setsid();
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        execl("/proc/self/exe", "coach", "try", "--no-build", "--tree", root, "--course", course,
              "--", socket, "--wait", "--for", "0", "--summary", "none", (char *)NULL);
        _exit(127);
    }
    free(socket);
    free(console);
    return child;
}

/* Waits until the socket is there. -1 with *error when the machine has ended before. */
static int await_socket(pid_t machine, const char *folder, struct error *error)
{
    char *socket = format_string("%s/gdb", folder);
    int status = 0;
    while (status == 0 && access(socket, F_OK) != 0) {
        if (waitpid(machine, NULL, WNOHANG) != 0) {
            status = error_fault(error, "the machine did not start: see coach try");
        } else if (stopped != 0) {
            status = error_fault(error, "ended by signal %d", (int)stopped);
        }
        usleep(10000);
    }
    free(socket);
    return status;
}

static int attach(const struct gdb_options *options, const char *root, const char *course,
                  const char *folder, const char *place)
{
    const char *words[20] = {"gdb-multiarch", "-q", "-ex", "set confirm off", "-ex", NULL};
    size_t count = 5;
    words[count++] = format_string("target remote %s/gdb", folder);
    words[count++] = "-ex";
    words[count++] = format_string("source %s/tools/gdb/stagecoach.py", course);
    words[count++] = "-ex";
    words[count++] = format_string("tbreak %s", place);
    words[count++] = "-ex";
    words[count++] = "continue";
    if (options->script != NULL) {
        words[count++] = "-batch";
        words[count++] = "-x";
        words[count++] = options->script;
    }
    words[count++] = format_string("%s/build/hv/stagecoach.elf", root);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        execvp(words[0], (char *const *)words);
        _exit(127);
    }
    debugger = child > 0 ? child : 0;
    if (stopped != 0 && child > 0) {
        kill(child, SIGKILL);
    }
    int status = 0;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {
        continue; /* Ctrl-C is gdb's */
    }
    debugger = 0;
    return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 127;
}

static int debug(const struct gdb_options *options, const char *root, const struct course *course,
                 const struct lab *lab, struct error *error)
{
    char *folder = folder_temporary(error);
    if (folder == NULL) {
        return -1;
    }
    const char *place = place_of(options, root, lab);
    catch_signals();
    pid_t machine = boot(root, course->root, folder);
    int status = machine > 0 ? await_socket(machine, folder, error)
                             : error_fault(error, "the machine cannot be started");
    if (status == 0) {
        signal(SIGINT, SIG_IGN);
        printf("coach: stops at %s; the console is in %s/console while this lasts\n", place,
               folder);
        int left = attach(options, root, course->root, folder, place);
        signal(SIGINT, SIG_DFL);
        status = stopped != 0 ? error_fault(error, "ended by signal %d", (int)stopped)
                 : left == 127
                     ? error_fault(error, "gdb-multiarch cannot be started: `coach doctor` "
                                          "says what is missing")
                     : 0;
    }
    if (machine > 0) {
        kill(machine, SIGTERM);
        waitpid(machine, NULL, 0);
    }
    folder_remove(folder);
    free(folder);
    return status;
}

static int build(const char *root, struct error *error)
{
    fflush(NULL);
    pid_t child = fork();
    int status;
    if (child == 0) {
        execlp("make", "make", "-C", root, "--no-print-directory", "images", (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) != 0) {
        error_set(error, "the tree does not build");
        error->status = COACH_FAILED;
        return -1;
    }
    return 0;
}

static int gdb(const struct gdb_options *options, const char *root, struct error *error)
{
    struct learner learner;
    if (learner_read(root, &learner, error) != 0 || build(root, error) != 0) {
        return -1;
    }
    struct course *course = course_open(options->course, error);
    if (course == NULL) {
        return -1;
    }
    int status = learner.lab <= course->lab_count
                     ? debug(options, root, course, course->labs[learner.lab - 1], error)
                     : error_set(error, "the tree has lab %u, the course only %zu", learner.lab,
                                 course->lab_count);
    course_free(course);
    return status;
}

static int gdb_command(int argc, char **argv)
{
    struct gdb_options options = {0};
    struct error error = {0};
    if (argp_parse(&gdb_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    char *root = learner_root(".");
    int status = gdb(&options, root, &error);
    free(root);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(gdb, gdb_command, "look into a learner's machine at the step that is written last");
