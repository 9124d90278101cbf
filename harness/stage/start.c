/* coach start: makes a learner's tree. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "lib/file.h"
#include "stage/learner.h"
#include "stage/repository.h"
#include "stage/tree.h"

struct start_options {
    const char *lab;
    const char *folder;
    const char *course;
    bool solved;
    bool no_git;
    const char *filled;
};

enum { OPTION_COURSE = 256, OPTION_SOLVED, OPTION_NO_GIT, OPTION_FILLED };

static const struct argp_option start_argp_options[] = {
    {"solved", OPTION_SOLVED, NULL, 0, "Fill the labs before LAB with the reference", 0},
    {"course", OPTION_COURSE, "DIR", 0, "The course's root (default: coach's own)", 0},
    {"no-git", OPTION_NO_GIT, NULL, 0, "Make no git repository", 0},
    {"filled", OPTION_FILLED, "N", 0,
     "For teachers: with --solved, fill the first N blanks of LAB too (all: every one)", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct start_options *options = state->input;
    switch (key) {
    case OPTION_COURSE:
        options->course = argument;
        return 0;
    case OPTION_SOLVED:
        options->solved = true;
        return 0;
    case OPTION_NO_GIT:
        options->no_git = true;
        return 0;
    case OPTION_FILLED:
        options->filled = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 1) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        *(state->arg_num == 0 ? &options->lab : &options->folder) = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num < 2) {
            argp_error(state, "found %u arguments, expected LAB and DIR", state->arg_num);
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp start_argp = {
    start_argp_options,
    parse_option,
    "LAB DIR",
    "Make a learner's tree of labs 1 to LAB (number or name) in DIR, which is empty or new: "
    "sources with the learner's functions blank, handouts, a Makefile, a git repository.",
    NULL,
    NULL,
    NULL,
};

static bool folder_is_empty(const char *path)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return false;
    }
    bool empty = true;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            empty = false;
        }
    }
    closedir(directory);
    return empty;
}

/* Makes DIR or takes an empty one. *made tells which, so that a failure can undo it. */
static int claim_folder(const char *path, bool *made, struct error *error)
{
    *made = mkdir(path, 0755) == 0;
    if (*made) {
        return 0;
    }
    if (errno != EEXIST) {
        return error_set(error, "%s: cannot make this folder: %s", path, strerror(errno));
    }
    if (!folder_is_empty(path)) {
        return error_set(error, "%s: is not an empty folder; name a new one", path);
    }
    return 0;
}

static unsigned filled_count(const char *text, const struct lab *lab)
{
    if (text == NULL) {
        return 0;
    }
    return strcmp(text, "all") == 0 ? lab->blanks_count : (unsigned)strtoul(text, NULL, 10);
}

static int make_tree(const struct start_options *options, const struct course *course,
                     const struct lab *lab, struct error *error)
{
    struct tree_extent extent = {.upto = lab->number};
    if (options->solved) {
        extent.solved = lab->number - 1;
        extent.filled = filled_count(options->filled, lab);
    }
    struct tree tree;
    if (tree_plan(&tree, course, &extent, error) != 0) {
        return -1;
    }
    bool made;
    int status = claim_folder(options->folder, &made, error);
    if (status == 0) {
        struct learner learner = {.lab = lab->number};
        status = tree_write(&tree, options->folder, error);
        if (status == 0) {
            status = learner_write(options->folder, &learner, error);
        }
        if (status == 0 && !options->no_git) {
            status = repository_make(options->folder, lab, error);
        }
        if (status != 0) {
            folder_remove(options->folder);
        }
        if (status != 0 && !made) {
            mkdir(options->folder, 0755);
        }
    }
    tree_free(&tree);
    return status;
}

static int start_command(int argc, char **argv)
{
    struct start_options options = {0};
    if (argp_parse(&start_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    struct error error = {0};
    struct course *course = course_open(options.course, &error);
    if (course == NULL) {
        return error_report(&error);
    }
    const struct lab *lab = course_lab(course, options.lab, &error);
    int status = lab != NULL ? make_tree(&options, course, lab, &error) : -1;
    if (status == 0) {
        printf("%s: lab %u, %s. Begin with %s/%s/README.md\n", options.folder, lab->number,
               lab->title, options.folder, lab->folder);
    }
    course_free(course);
    return status == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(start, start_command, "make a learner's tree for a lab");
