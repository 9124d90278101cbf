/*
 * A lab as labs/NN-name/lab.yaml describes it: the files that it adds to a learner's tree and the
 * functions among them that the learner writes. docs: labs/README.md.
 */
#ifndef HARNESS_STAGE_LAB_H
#define HARNESS_STAGE_LAB_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/error.h"

/* A function that the learner writes. */
struct lab_blank {
    char *file;     /* relative to the course's root, one of the lab's files */
    char *function; /* its name; in assembly its label */
    unsigned step;  /* of the handout, counted from 1 */
    char *about;    /* ends the sentence "NN name: FUNCTION …"; "is yours to write" if absent */
};

/*
 * A file that stands in for what a later lab brings, so that the tree links and boots until then.
 * It lies in the lab's folder scaffold/ and is in the trees of labs number … until - 1.
 */
struct lab_scaffold {
    char *file;     /* its path in the tree */
    unsigned until; /* the lab that brings the real thing */
};

struct lab {
    unsigned number; /* counted from 1 */
    char *name;      /* one word */
    char *title;     /* a line for people */
    unsigned hours;  /* of work, for a learner who has the prerequisites */
    char **files;    /* paths or patterns (fnmatch, * stops at /), relative to the root */
    unsigned files_count;
    char **allow; /* patterns of further files that a learner may add; or NULL */
    unsigned allow_count;
    struct lab_blank *blanks; /* in the order in which a learner meets them */
    unsigned blanks_count;
    char **boot; /* the VMs that `coach try` boots, as coach run's --vm takes them, but with
                    image=probe:NAME and image=rider */
    unsigned boot_count;
    char *append;                  /* more options for the hypervisor then, or NULL */
    char *cpu;                     /* QEMU's CPU then, or NULL for the default */
    struct lab_scaffold *scaffold; /* or NULL */
    unsigned scaffold_count;
    char *folder; /* labs/NN-name, relative to the root; set by the reader */
};

/*
 * Reads ROOT/FOLDER/lab.yaml. NULL with *error, "FOLDER/lab.yaml:LINE:COLUMN: reason", when it
 * is malformed, when its number or name differ from the folder's, or a path leaves the tree.
 */
struct lab *lab_read(const char *root, const char *folder, struct error *error);
void lab_free(struct lab *lab);

/* The sentence at which the machine stops when it reaches this blank. Returned string: free(). */
char *lab_sentence(const struct lab *lab, const struct lab_blank *blank);

/* Whether `path` has blanks of this lab. */
bool lab_has_blanks_in(const struct lab *lab, const char *path);

#endif
