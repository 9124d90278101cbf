/* coach answers: the answers to a lab's questions, once the lab has its points. */
#include "stage/answers.h"

#include <argp.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "lib/file.h"
#include "stage/learner.h"
#include "stage/points.h"

#define FILE_MOST  (1u << 20)
#define LINE_BYTES 57 /* that make a line of 76 characters */

void answers_hide(struct buffer *text)
{
    struct buffer hidden = {0};
    for (size_t at = 0; at < text->length; at += LINE_BYTES) {
        size_t bytes = text->length - at < LINE_BYTES ? text->length - at : LINE_BYTES;
        char line[BASE64_ENCODE_RAW_LENGTH(LINE_BYTES)];
        base64_encode_raw(line, bytes, (const uint8_t *)text->data + at);
        buffer_add(&hidden, line, BASE64_ENCODE_RAW_LENGTH(bytes));
        buffer_text(&hidden, "\n");
    }
    buffer_free(text);
    *text = hidden;
}

static int show(struct buffer *text, const char *path, struct error *error)
{
    struct buffer shown = {0};
    struct base64_decode_ctx context;
    size_t bytes = BASE64_DECODE_LENGTH(text->length);
    base64_decode_init(&context);
    uint8_t *to = buffer_reserve(&shown, bytes + 1);
    int fine = base64_decode_update(&context, &bytes, to, text->length, buffer_string(text)) &&
               base64_decode_final(&context);
    if (!fine) {
        buffer_free(&shown);
        return error_set(error, "%s: is no base64", path);
    }
    shown.length = bytes;
    shown.data[bytes] = '\0';
    buffer_free(text);
    *text = shown;
    return 0;
}

int answers_read(const struct course *course, const struct lab *lab, struct buffer *text,
                 struct error *error)
{
    char *clear = format_string("%s/%s/" ANSWERS_FILE, course->root, lab->folder);
    char *hidden = format_string("%s/%s/" ANSWERS_HIDDEN, course->root, lab->folder);
    int status = 0;
    if (access(clear, F_OK) == 0) {
        status = file_read_bounded(clear, FILE_MOST, text, error);
    } else if (access(hidden, F_OK) == 0) {
        status = file_read_bounded(hidden, FILE_MOST, text, error);
        if (status == 0) {
            status = show(text, hidden, error);
        }
    }
    free(clear);
    free(hidden);
    return status;
}

struct answers_options {
    const char *lab;
    const char *course;
    bool teacher;
};

static const struct argp_option answers_argp_options[] = {
    {"course", 'c', "DIR", 0, "The course's root (default: coach's own)", 0},
    {"teacher", 't', NULL, 0, "Show them whatever was graded", 0},
    {0},
};

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct answers_options *options = state->input;
    switch (key) {
    case 'c':
        options->course = argument;
        return 0;
    case 't':
        options->teacher = true;
        return 0;
    case ARGP_KEY_ARG:
        if (state->arg_num > 0) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        options->lab = argument;
        return 0;
    case ARGP_KEY_END:
        if (state->arg_num == 0) {
            argp_error(state, "LAB is expected");
        }
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp answers_argp = {
    answers_argp_options,
    parse_option,
    "LAB",
    "Show the answers to the questions at the end of LAB's handout. In a learner's tree, they are "
    "shown once `coach grade` there gave the lab all its points: try the questions first.",
    NULL,
    NULL,
    NULL,
};

/* Whether the tree around this folder has the lab's points. */
static int has_points(const struct lab *lab, struct error *error)
{
    struct points points;
    char *root = learner_root(".");
    bool tree = learner_here(root);
    points_read(root, &points);
    free(root);
    if (!tree) {
        return error_set(error, "this is no learner's tree: go into yours (teachers: --teacher)");
    }
    if (lab->number < POINTS_LABS && points.known[lab->number] &&
        points.got[lab->number] == points.of[lab->number]) {
        return 0;
    }
    return lab->number < POINTS_LABS && points.known[lab->number]
               ? error_set(error, "lab %u has %u of %u points; its answers come with all of them",
                           lab->number, points.got[lab->number], points.of[lab->number])
               : error_set(error, "lab %u was not graded here yet: coach grade %u", lab->number,
                           lab->number);
}

static int answers(const struct answers_options *options, struct error *error)
{
    struct course *course = course_open(options->course, error);
    if (course == NULL) {
        return -1;
    }
    struct buffer text = {0};
    const struct lab *lab = course_lab(course, options->lab, error);
    int status = lab == NULL ? -1 : options->teacher ? 0 : has_points(lab, error);
    if (status == 0) {
        status = answers_read(course, lab, &text, error);
    }
    if (status == 0 && text.length == 0) {
        status = error_set(error, "lab %u has no answers", lab->number);
    }
    if (status == 0) {
        fputs(buffer_string(&text), stdout);
    }
    buffer_free(&text);
    course_free(course);
    return status;
}

static int answers_command(int argc, char **argv)
{
    struct answers_options options = {0};
    struct error error = {0};
    if (argp_parse(&answers_argp, argc, argv, 0, NULL, &options) != 0) {
        return COACH_USAGE;
    }
    return answers(&options, &error) == 0 ? COACH_OK : error_report(&error);
}

COACH_COMMAND(answers, answers_command, "answers to a lab's questions, once it has its points");
