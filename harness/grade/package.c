/* coach package: makes what a learner, or a course platform, is given. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "grade/lab_range.h"
#include "grade/publish.h"
#include "lib/file.h"
#include "lib/option.h"
#include "stage/walk.h"

#define FILE_MOST (1u << 20) /* bytes of a file in tools/platforms */

struct package_options {
    const char *target;
    const char *out;
    const char *lab;
    const char *course;
    const char *hidden;
};

static const struct argp_option package_argp_options[] = {
    {"for", 'f', "WHOM", 0, "learners, gradescope, classroom50 or gitlab", 0},
    {"output", 'o', "OUT", 0, "A new folder; for gradescope a zip file", 0},
    {"hidden", 'h', "DIR", 0, "Take these checks along, to judge by (not for learners)", 0},
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct package_options *options = state->input;
    switch (key) {
    case 'f':
        options->target = argument;
        return 0;
    case 'o':
        options->out = argument;
        return 0;
    case 'h':
        options->hidden = argument;
        return 0;
    case 'c':
        options->course = argument;
        return 0;
    case ARGP_KEY_ARG:
        return option_argument(argument, state, &options->lab);
    case ARGP_KEY_END:
        if (options->target == NULL || options->out == NULL) {
            argp_error(state, "--for WHOM and -o OUT are expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp package_argp = {
    package_argp_options,
    parse_option,
    "[LAB]",
    "Make a course to hand out, without its solution, or a ready grader for LAB on a course "
    "platform. Nothing in it is the solution: a submission is built over blanks.",
    NULL,
    NULL,
    NULL,
};

/* A platform that a grader can be made for: what it needs lies in tools/platforms/NAME. */
struct target {
    const char *name;
    bool zip; /* else it may have an image made, by what lies in tools/platforms/image */
};

static const struct target targets[] = {
    {"gradescope", true},
    {"classroom50", false},
    {"gitlab", false},
};

static const struct target *find_target(const char *name)
{
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        if (strcmp(targets[i].name, name) == 0) {
            return &targets[i];
        }
    }
    return NULL;
}

/*
 * Fills in what a platform's file leaves open: @LAB@; @LAST@, the number of its last lab;
 * @HIDDEN:FOLDER@, the option that names hidden checks, which lie in FOLDER there, or nothing.
 */
static void fill_in(const char *text, const struct package_options *options, unsigned last,
                    struct buffer *out)
{
    static const char hidden[] = "@HIDDEN:";
    for (const char *at; (at = strchr(text, '@')) != NULL;) {
        buffer_add(out, text, (size_t)(at - text));
        if (strncmp(at, "@LAB@", 5) == 0) {
            buffer_text(out, options->lab);
            text = at + 5;
        } else if (strncmp(at, "@LAST@", 6) == 0) {
            buffer_printf(out, "%u", last);
            text = at + 6;
        } else if (strncmp(at, hidden, strlen(hidden)) == 0) {
            const char *folder = at + strlen(hidden);
            size_t length = strcspn(folder, "@");
            if (options->hidden != NULL) {
                buffer_printf(out, " --hidden %.*s", (int)length, folder);
            }
            text = folder + length + 1;
        } else {
            buffer_text(out, "@");
            text = at + 1;
        }
    }
    buffer_text(out, text);
}

/* Puts the platform's files beside the course; one named dot-NAME becomes .NAME. */
static int add_platform(struct tree *tree, const struct package_options *options, const char *name,
                        const struct course *course, unsigned last, struct error *error)
{
    char *folder = format_string("%s/tools/platforms/%s", course->root, name);
    struct walk walk = {0};
    int status = walk_folder(&walk, folder, ".", error);
    if (status == 0 && walk.count == 0) {
        status = error_set(error, "%s: holds no file; a published course makes no graders", folder);
    }
    for (size_t i = 0; status == 0 && i < walk.count; i++) {
        const char *file = walk.paths[i] + 2;
        bool dot = strncmp(file, "dot-", 4) == 0;
        char *from = format_string("%s/%s", folder, file);
        char *to = format_string("%s%s", dot ? "." : "", dot ? file + 4 : file);
        struct buffer text = {0}, filled = {0};
        status = file_read_bounded(from, FILE_MOST, &text, error);
        if (status == 0) {
            fill_in(buffer_string(&text), options, last, &filled);
            tree_put(tree, to, 0, &filled);
        }
        buffer_free(&text);
        free(from);
        free(to);
    }
    walk_free(&walk);
    free(folder);
    return status;
}

static int package_grader(const struct package_options *options, const struct target *target,
                          const struct course *course, struct error *error)
{
    struct lab_range range;
    struct tree tree;
    if (options->lab == NULL) {
        return error_set(error, "--for %s: name the LAB that is to be graded", target->name);
    }
    if (lab_range_parse(course, options->lab, &range, error) != 0 ||
        publish_plan(&tree, course, "course/", options->hidden, error) != 0) {
        return -1;
    }
    int status = add_platform(&tree, options, target->name, course, range.last, error);
    if (status == 0 && !target->zip) {
        status = add_platform(&tree, options, "image", course, range.last, error);
    }
    if (status == 0) {
        status = target->zip ? publish_zip(&tree, options->out, error)
                             : publish_folder(&tree, options->out, error);
    }
    tree_free(&tree);
    return status;
}

static int package_learners(const struct package_options *options, const struct course *course,
                            struct error *error)
{
    struct tree tree;
    if (options->hidden != NULL) {
        return error_set(error, "--hidden: hidden checks are not for learners");
    }
    if (publish_plan(&tree, course, "", NULL, error) != 0) {
        return -1;
    }
    int status = publish_folder(&tree, options->out, error);
    tree_free(&tree);
    return status;
}

static int package_for(const struct package_options *options, const struct course *course,
                       struct error *error)
{
    const struct target *target = find_target(options->target);
    if (target != NULL) {
        return package_grader(options, target, course, error);
    }
    if (strcmp(options->target, "learners") == 0) {
        return package_learners(options, course, error);
    }
    return error_set(error, "--for %s: expected learners, gradescope, classroom50 or gitlab",
                     options->target);
}

static int package_command(int argc, char **argv)
{
    struct package_options options = {0};
    struct error error = {0};
    if (argp_parse(&package_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    struct course *course = course_open(options.course, &error);
    if (course == NULL) {
        return error_report(&error);
    }
    int status = package_for(&options, course, &error);
    course_free(course);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(package, package_command, "make a course or a grader to hand out");
