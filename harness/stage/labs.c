/* coach labs: what a course consists of, and whether it fits together. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lib/buffer.h"
#include "lib/file.h"
#include "lib/option.h"
#include "stage/tree.h"

#define LATER "labs/later.txt" /* files of labs that are still to be written */

struct labs_options {
    const char *course;
    const char *lab;
    bool check;
};

static const struct argp_option labs_argp_options[] = {
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {"check", 'k', NULL, 0, "Hold the course against its files; status 1 if they do not fit", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct labs_options *options = state->input;
    switch (key) {
    case 'c':
        options->course = argument;
        return 0;
    case 'k':
        options->check = true;
        return 0;
    case ARGP_KEY_ARG:
        return option_argument(argument, state, &options->lab);
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp labs_argp = {
    labs_argp_options,
    parse_option,
    "[LAB]",
    "List the labs, or the functions to write in one of them: step, file, function and the "
    "sentence at which the machine stops, with a tab between.",
    NULL,
    NULL,
    NULL,
};

static void list_labs(const struct course *course)
{
    for (size_t i = 0; i < course->lab_count; i++) {
        const struct lab *lab = course->labs[i];
        printf("%u\t%s\t%u h\t%u to write\t%s\n", lab->number, lab->name, lab->hours,
               lab->blanks_count, lab->title);
    }
}

static void list_blanks(const struct lab *lab)
{
    for (unsigned i = 0; i < lab->blanks_count; i++) {
        const struct lab_blank *blank = &lab->blanks[i];
        char *sentence = lab_sentence(lab, blank);
        printf("%u\t%s\t%s\t%s\n", blank->step, blank->file, blank->function, sentence);
        free(sentence);
    }
}

/*
 * Every source file is in one lab, or in LATER (a path a line, # begins a comment). *later: how
 * many are in LATER. Result: faults that were told.
 */
static unsigned check_files(const struct course *course, const char *list, size_t *later)
{
    unsigned faults = 0;
    char *lines = copy_string(list), *rest = lines, *line;
    bool *listed = allocate(course->file_count, sizeof(*listed));
    *later = 0;
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0' || line[0] == '#') {
            continue;
        }
        const struct course_file *file = course_file_find(course, line);
        if (file == NULL || file->lab != COURSE_NO_LAB) {
            complain(LATER ": %s %s", line, file == NULL ? "does not exist" : "is in a lab");
            faults++;
        } else {
            listed[file - course->files] = true;
            ++*later;
        }
    }
    for (size_t i = 0; i < course->file_count; i++) {
        if (course->files[i].lab == COURSE_NO_LAB && !listed[i]) {
            complain("%s: is in no lab; name it in one labs/*/lab.yaml", course->files[i].path);
            faults++;
        }
    }
    free(listed);
    free(lines);
    return faults;
}

/* Every source file is in a lab, every list names files that exist, every blank is found. */
static int check_course(const struct course *course, struct error *error)
{
    struct buffer list = {0};
    size_t later;
    char *path = format_string("%s/" LATER, course->root);
    if (access(path, F_OK) == 0 && file_read(path, &list, error) != 0) {
        free(path);
        return error_report(error);
    }
    unsigned faults = check_files(course, buffer_string(&list), &later);
    free(path);
    buffer_free(&list);
    for (size_t i = 0; i < course->lab_count; i++) {
        const struct lab *lab = course->labs[i];
        for (unsigned j = 0; j < lab->files_count; j++) {
            bool pattern = strpbrk(lab->files[j], "*?[") != NULL;
            if (!pattern && course_file_find(course, lab->files[j]) == NULL) {
                complain("%s/lab.yaml: %s does not exist", lab->folder, lab->files[j]);
                faults++;
            }
        }
    }
    struct tree tree;
    struct tree_extent extent = {.upto = (unsigned)course->lab_count};
    if (tree_plan(&tree, course, &extent, error) != 0) {
        complain("%s", error->text);
        faults++;
    } else {
        tree_free(&tree);
    }
    if (faults == 0) {
        printf("%zu files in %zu labs: each in one\n", course->file_count - later,
               course->lab_count);
    }
    return faults == 0 ? COACH_OK : COACH_FAILED;
}

static int labs_command(int argc, char **argv)
{
    struct labs_options options = {0};
    struct error error = {0};
    if (argp_parse(&labs_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    struct course *course = course_open(options.course, &error);
    if (course == NULL) {
        return error_report(&error);
    }
    int status = COACH_OK;
    const struct lab *lab = options.lab != NULL ? course_lab(course, options.lab, &error) : NULL;
    if (options.lab != NULL && lab == NULL) {
        status = error_report(&error);
    } else if (options.check) {
        status = check_course(course, &error);
    } else if (lab != NULL) {
        list_blanks(lab);
    } else {
        list_labs(course);
    }
    course_free(course);
    return status;
}

COACH_COMMAND(labs, labs_command, "list a course's labs and what is to be written");
