/* What `coach doctor` found, one line a thing; each examiner adds its own. */
#ifndef HARNESS_DOCTOR_FINDINGS_H
#define HARNESS_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

enum finding_level {
    FINDING_OK,      /* as it should be */
    FINDING_LACKING, /* something that is nice to have is not there: `purpose` says what for */
    FINDING_WRONG,   /* the project does not work without it */
};

struct finding {
    enum finding_level level;
    const char *group; /* "machine", "toolchain", "libraries", "sandbox", "terminal" */
    const char *name;
    char *found;        /* version and place, or what is not there */
    const char *needed; /* "7.2 to 10.x", "12 or later"; "" when anything will do */
    char *advice;       /* what to do; "" when it is fine */
};

struct findings {
    struct finding *list;
    size_t count;
};

/* Adds a finding; `found` and `advice` are taken over (to free() later), NULL counts as "". */
void finding_add(struct findings *findings, const struct finding *finding);

/* The examiners. */
void examine_machine(struct findings *findings);
void examine_toolchain(struct findings *findings);
void examine_libraries(struct findings *findings);
void examine_sandbox(struct findings *findings);
void examine_terminal(struct findings *findings);

#endif
