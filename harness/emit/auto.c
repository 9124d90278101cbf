/* Knows each platform by what its documentation promises to a grader. */
#include "emit/auto.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

/* $COACH_ROOT stands before absolute paths, so that a test can play the platform. */
static bool exists(const char *path)
{
    char full[4096];
    const char *root = getenv("COACH_ROOT");
    snprintf(full, sizeof(full), "%s%s", root != NULL ? root : "", path);
    return access(full, F_OK) == 0;
}

const char *emit_resolve(const char *argument)
{
    static char junit[4200];
    if (strcmp(argument, "auto") != 0) {
        return argument;
    }
    if (exists("/autograder/submission_metadata.json")) {
        return "gradescope";
    }
    if (exists("/grade/data/data.json")) {
        return "prairielearn";
    }
    if (is_set("CLASSROOM") && is_set("ASSIGNMENT") && is_set("SUBMISSION_TAG")) {
        return "classroom50";
    }
    if (is_set("CG_JUNIT_XML_LOCATION")) {
        snprintf(junit, sizeof(junit), "junit=%s", getenv("CG_JUNIT_XML_LOCATION"));
        return junit;
    }
    if (is_set("GITLAB_CI") || is_set("JENKINS_URL")) {
        return "junit=junit.xml";
    }
    return "terminal";
}
