/* coach status: how far a learner's tree is: labs, what is written in each, points, next stop. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "command.h"
#include "lib/file.h"
#include "stage/blank.h"
#include "stage/course.h"
#include "stage/learner.h"
#include "stage/points.h"
#include "stage/tree_options.h"

#define FILE_MOST (4u << 20)

static const char help[] =
    "Tell of the learner's tree in DIR (default: the one around this folder): each lab with the "
    "functions that are written and the points of its last grading, and the next stop. A function "
    "counts as written once it is no TODO; whether it is right, `coach grade` tells.";

/* Whether a blank is written. A file or function that is not found is not written. */
static bool is_written(const char *folder, const struct lab_blank *blank)
{
    struct buffer text = {0};
    struct error ignored;
    bool todo = true;
    char *path = format_string("%s/%s", folder, blank->file);
    if (file_read_bounded(path, FILE_MOST, &text, &ignored) == 0 &&
        blank_is_todo(&text, path, blank->function, &todo, &ignored) != 0) {
        todo = true;
    }
    buffer_free(&text);
    free(path);
    return !todo;
}

/* One line; *stop becomes the first blank that is not written, unless there is one already. */
static void tell_lab(const char *folder, const struct lab *lab, const struct points *points,
                     const struct lab_blank **stop, const struct lab **stop_lab)
{
    unsigned written = 0;
    for (unsigned i = 0; i < lab->blanks_count; i++) {
        const struct lab_blank *blank = &lab->blanks[i];
        bool done = is_written(folder, blank);
        written += done;
        if (!done && *stop == NULL) {
            *stop = blank;
            *stop_lab = lab;
        }
    }
    printf("lab %u  %-10s %2u of %2u written  ", lab->number, lab->name, written,
           lab->blanks_count);
    if (lab->number < POINTS_LABS && points->known[lab->number]) {
        printf("%3u of %u points\n", points->got[lab->number], points->of[lab->number]);
    } else {
        puts("not graded yet");
    }
}

static void tell_tree(const char *folder, const struct learner *learner,
                      const struct course *course)
{
    struct points points;
    const struct lab_blank *stop = NULL;
    const struct lab *stop_lab = NULL;
    points_read(folder, &points);
    for (unsigned i = 0; i < learner->lab && i < course->lab_count; i++) {
        tell_lab(folder, course->labs[i], &points, &stop, &stop_lab);
    }
    if (stop != NULL) {
        char *sentence = lab_sentence(stop_lab, stop);
        printf("next stop: %s (%s)\n", sentence, stop->file);
        free(sentence);
    } else if (learner->lab < course->lab_count) {
        printf("nothing is left to write; `coach grade` judges, `coach next` adds lab %u\n",
               learner->lab + 1);
    } else {
        puts("nothing is left to write; `coach grade` judges");
    }
}

static int status_command(int argc, char **argv)
{
    struct tree_options options = {0};
    if (tree_options_parse(argc, argv, help, &options) != 0) {
        return COACH_USAGE;
    }
    struct error error = {0};
    struct learner learner;
    char *root = learner_root(options.folder != NULL ? options.folder : ".");
    int status = learner_read(root, &learner, &error);
    struct course *course = status == 0 ? course_open(options.course, &error) : NULL;
    if (course != NULL) {
        tell_tree(root, &learner, course);
        course_free(course);
    }
    free(root);
    return course != NULL ? COACH_OK : error_report(&error);
}

COACH_COMMAND(status, status_command, "tell how far a learner's tree is");
