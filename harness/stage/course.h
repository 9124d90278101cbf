/*
 * A course: the root folder that holds labs/, hv/, guest-os/ and abi/, and what its labs say.
 * The reference tree is one; so is a published tree, whose blanks are blank already.
 */
#ifndef HARNESS_STAGE_COURSE_H
#define HARNESS_STAGE_COURSE_H

#include "stage/lab.h"

#define COURSE_NO_LAB 0xffffffffu /* a source file that no lab brings: a mistake in the course */

struct course_file {
    char *path;   /* relative to the root */
    unsigned lab; /* number of the lab that brings it; 0: every tree has it (abi/) */
};

struct course {
    char *root;        /* absolute */
    struct lab **labs; /* labs[i]->number == i + 1 */
    size_t lab_count;
    struct course_file *files; /* sorted by path */
    size_t file_count;
};

/*
 * Where the course is: `root` if not NULL, else $STAGECOACH_COURSE, else the folder above the
 * running program's (build/coach → its parent's). NULL with *error when there are no labs.
 * Every lab.yaml is read. A source file that two labs bring is an error; a literal path goes
 * before patterns. One that no lab brings has lab COURSE_NO_LAB and is in no learner's tree.
 */
struct course *course_open(const char *root, struct error *error);
void course_free(struct course *course);

/* The lab that `text` names, by number ("4", "04") or name ("memory"). NULL with *error. */
const struct lab *course_lab(const struct course *course, const char *text, struct error *error);

/* The course's file at that path, or NULL. */
const struct course_file *course_file_find(const struct course *course, const char *path);

/*
 * Whether a learner's file at `path` is taken from a submission to lab `upto`: it has blanks in
 * one of the labs up to there, or a lab allows it and the course has no file of its own there.
 */
bool course_allows(const struct course *course, unsigned upto, const char *path);

#endif
