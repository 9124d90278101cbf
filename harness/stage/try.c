/* coach try: builds a learner's tree and boots the guests of its lab: up to the next TODO. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "lib/buffer.h"
#include "stage/course.h"
#include "stage/learner.h"

#define IMAGE "image="

struct try_options {
    const char *lab;
    const char *folder;
    const char *course;
    bool no_build;
    char **more; /* for coach run */
    int more_count;
};

static const struct argp_option try_argp_options[] = {
    {"tree", 't', "DIR", 0, "The learner's tree (default: the one around this folder)", 0},
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {"no-build", 'n', NULL, 0, "Boot what is built", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct try_options *options = state->input;
    switch (key) {
    case 't':
        options->folder = argument;
        return 0;
    case 'c':
        options->course = argument;
        return 0;
    case 'n':
        options->no_build = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0 && argument[0] != '-') {
            options->lab = argument;
            return 0;
        }
        options->more = state->argv + state->next - 1;
        options->more_count = state->argc - state->next + 1;
        state->next = state->argc;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp try_argp = {
    try_argp_options,
    parse_option,
    "[LAB] [-- OPTION…]",
    "Build the learner's tree and boot the guests of LAB (default: the lab it is at) on its "
    "hypervisor. It stops at the next function that is yours to write. OPTIONs go to `coach run`.",
    NULL,
    NULL,
    NULL,
};

/* "image=probe:NAME,…" and "image=rider,…" become paths. To free(). */
static char *vm_text(const struct try_options *options, const struct course *course,
                     const char *text)
{
    const char *image = text + strlen(IMAGE);
    size_t length = strcspn(image, ",");
    if (strncmp(text, IMAGE "probe:", strlen(IMAGE "probe:")) == 0) {
        return format_string(IMAGE "%s/build/guest-os/probes/%.*s.elf%s", course->root,
                             (int)(length - 6), image + 6, image + length);
    }
    if (strncmp(text, IMAGE "rider", strlen(IMAGE "rider")) == 0) {
        return format_string(IMAGE "%s/build/guest-os/rider.elf%s", options->folder,
                             image + length);
    }
    return copy_string(text);
}

static int build(const struct try_options *options, struct error *error)
{
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        execlp("make", "make", "-C", options->folder, "--no-print-directory", "images",
               (char *)NULL);
        _exit(127);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) == 127) {
        return error_fault(error, "make could not be run");
    }
    if (WEXITSTATUS(status) != 0) {
        error_set(error, "the tree does not build");
        error->status = COACH_FAILED;
        return -1;
    }
    return 0;
}

/* Becomes `coach run`; returns only if it cannot. */
static int boot(const struct try_options *options, const struct course *course,
                const struct lab *lab, struct error *error)
{
    const char **words =
        allocate(2 * lab->boot_count + (size_t)options->more_count + 12, sizeof(*words));
    size_t count = 0;
    words[count++] = "coach";
    words[count++] = "run";
    words[count++] = "--hypervisor";
    words[count++] = format_string("%s/build/hv/stagecoach.elf", options->folder);
    words[count++] = "--stop-when-stuck";
    if (lab->append != NULL) {
        words[count++] = "--append";
        words[count++] = lab->append;
    }
    if (lab->cpu != NULL) {
        words[count++] = "--cpu";
        words[count++] = lab->cpu;
    }
    for (unsigned i = 0; i < lab->boot_count; i++) {
        words[count++] = "--vm";
        words[count++] = vm_text(options, course, lab->boot[i]);
    }
    for (int i = 0; i < options->more_count; i++) {
        words[count++] = options->more[i];
    }
    fflush(NULL);
    execv("/proc/self/exe", (char *const *)words);
    return error_fault(error, "coach cannot start itself");
}

static int try_it(const struct try_options *options, struct error *error)
{
    struct learner learner;
    if (learner_read(options->folder, &learner, error) != 0) {
        return -1;
    }
    struct course *course = course_open(options->course, error);
    if (course == NULL) {
        return -1;
    }
    char *number = format_string("%u", learner.lab);
    const struct lab *lab = course_lab(course, options->lab != NULL ? options->lab : number, error);
    free(number);
    int status = lab != NULL ? 0 : -1;
    if (status == 0 && !options->no_build) {
        status = build(options, error);
    }
    if (status == 0) {
        status = boot(options, course, lab, error);
    }
    course_free(course);
    return status;
}

static int try_command(int argc, char **argv)
{
    struct try_options options = {0};
    if (argp_parse(&try_argp, argc, argv, ARGP_IN_ORDER, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    struct error error = {0};
    char *root = options.folder == NULL ? learner_root(".") : NULL;
    if (root != NULL) {
        options.folder = root;
    }
    int status = try_it(&options, &error) == 0 ? COACH_OK : error_report(&error);
    free(root);
    return status;
}

COACH_COMMAND(try, try_command, "build a learner's tree and boot its lab's guests");
