/* coach package: makes what a learner, or a course platform, is given. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "grade/lab_range.h"
#include "grade/publish.h"

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
        if (state->arg_num > 0) {
            argp_error(state, "found one argument too many: '%s'", argument);
        }
        options->lab = argument;
        return 0;
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

static void put_text(struct tree *tree, const char *path, char *text)
{
    struct buffer buffer = {0};
    buffer_text(&buffer, text);
    tree_put(tree, path, 0, &buffer);
    free(text);
}

/* The words that judge LAB in a script; `hidden` names the folder of the hidden checks there. */
static char *grade_words(const struct package_options *options, const char *hidden)
{
    if (options->hidden == NULL) {
        return format_string("grade %s", options->lab);
    }
    return format_string("grade %s --hidden %s", options->lab, hidden);
}

/* Gradescope runs setup.sh once, as root, when the image is made, and run_autograder for each. */
static void add_gradescope(struct tree *tree, const struct package_options *options)
{
    char *words = grade_words(options, "/autograder/source/course/hidden");
    put_text(tree, "setup.sh",
             copy_string("#!/bin/sh\n"
                         "# Gradescope runs this once, when it makes the grader's image.\n"
                         "set -eu\n"
                         "cd /autograder/source/course\n"
                         "tools/deps.sh run\n"
                         "make -j2 all\n"));
    put_text(tree, "run_autograder",
             format_string("#!/bin/sh\n"
                           "# Gradescope runs this for each submission. Whatever happens, there "
                           "is a result.\n"
                           "set -u\n"
                           "mkdir -p /autograder/results\n"
                           "cd /autograder/submission || exit 1\n"
                           "/autograder/source/course/build/coach %s --emit gradescope\n"
                           "exit 0\n",
                           words));
    free(words);
}

/* Classroom 50's runner looks for autograder.py, in the learner's checkout, and for result.json. */
static void add_classroom50(struct tree *tree, const struct package_options *options)
{
    char *words = grade_words(options, "{bundle}/course/hidden");
    put_text(tree, "autograder.py",
             format_string(
                 "#!/usr/bin/env python3\n"
                 "\"\"\"Classroom 50 wants its entry point in Python; coach does the "
                 "work.\"\"\"\n"
                 "import os\n"
                 "import subprocess\n"
                 "import sys\n"
                 "\n"
                 "bundle = os.path.dirname(os.path.abspath(__file__))\n"
                 "course = os.path.join(bundle, \"course\")\n"
                 "subprocess.run([\"sh\", \"tools/deps.sh\", \"run\"], cwd=course, check=True)\n"
                 "subprocess.run([\"make\", \"-j2\", \"all\"], cwd=course, check=True)\n"
                 "words = f\"%s --submission . --emit classroom50\".split()\n"
                 "status = subprocess.run([os.path.join(course, \"build\", \"coach\")] "
                 "+ words).returncode\n"
                 "sys.exit(0 if status in (0, 1, 3) else status)\n",
                 words));
    free(words);
}

/* The job runs in the learner's project; the course comes from a project of the teacher's. */
static void add_gitlab(struct tree *tree, const struct package_options *options)
{
    char *words = grade_words(options, "course/hidden");
    put_text(tree, ".gitlab-ci.yml",
             format_string("# Include this file from the learners' projects, or name it as their "
                           "CI/CD configuration:\n"
                           "#   .gitlab-ci.yml@GROUP/THIS-PROJECT\n"
                           "# COURSE_REPOSITORY is the address of the project that this bundle "
                           "lies in.\n"
                           "grade:\n"
                           "  image: debian:12\n"
                           "  timeout: 20 minutes\n"
                           "  before_script:\n"
                           "    - apt-get update -qq && apt-get install -y -qq git make\n"
                           "    - git clone --depth 1 \"$COURSE_REPOSITORY\" /tmp/grader\n"
                           "    - cp -r /tmp/grader/course course && course/tools/deps.sh run\n"
                           "    - make -C course -j2 all\n"
                           "  script:\n"
                           "    - course/build/coach %s --submission . --emit junit=junit.xml "
                           "--emit terminal --emit html=report.html\n"
                           "  artifacts:\n"
                           "    when: always\n"
                           "    paths: [report.html]\n"
                           "    reports:\n"
                           "      junit: junit.xml\n",
                           words));
    free(words);
}

/* A platform that a grader can be made for. */
struct target {
    const char *name;
    void (*add)(struct tree *tree, const struct package_options *options);
    bool zip;
};

static const struct target targets[] = {
    {"gradescope", add_gradescope, true},
    {"classroom50", add_classroom50, false},
    {"gitlab", add_gitlab, false},
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
    target->add(&tree, options);
    int status = target->zip ? publish_zip(&tree, options->out, error)
                             : publish_folder(&tree, options->out, error);
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
