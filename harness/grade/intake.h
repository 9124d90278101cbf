/*
 * Takes a submission in: from a folder, an archive or a git revision, only the files that the
 * labs let a learner write, as plain text. Whatever else it holds is left outside, and said.
 */
#ifndef HARNESS_GRADE_INTAKE_H
#define HARNESS_GRADE_INTAKE_H

#include "lib/buffer.h"
#include "lib/error.h"
#include "stage/tree.h"

#define INTAKE_FILE_MOST    (256u << 10)  /* bytes of one source file */
#define INTAKE_TOTAL_MOST   (64ull << 20) /* bytes read of a whole submission, unpacked */
#define INTAKE_ENTRIES_MOST 20000u        /* files and folders in it */

enum entry_kind { ENTRY_FILE, ENTRY_LINK, ENTRY_OTHER };

/* One thing found in a submission, before anything is decided about it. */
struct intake_entry {
    char *path; /* as it stands there */
    enum entry_kind kind;
    uint64_t bytes;     /* its size, also when it is too large to be read */
    bool returns;       /* it had carriage returns before newlines */
    struct buffer text; /* empty if it is larger than INTAKE_FILE_MOST, or no file */
};

struct intake {
    struct intake_entry *entries;
    size_t entry_count;
    uint64_t total; /* bytes read so far */
    char **notes;   /* for the report: what was not taken, and why */
    size_t note_count;
    size_t taken; /* files taken */
    size_t left;  /* files left outside without a note */
};

/*
 * Opens `where`: a folder; an archive (tar, plain or compressed, or zip); REPOSITORY#REVISION or
 * a revision of the repository here. Everything is read into *intake; nothing is written or run.
 * -1 with *error when there is no such thing, or it breaks a bound above.
 */
int intake_open(struct intake *intake, const char *where, struct error *error);

/*
 * Puts the files that labs 1 … upto let a learner write into *tree, over the course's own. A
 * folder that holds everything else is looked through. Carriage returns before newlines go. The
 * counts and notes are of this call; it may be called again, for another tree.
 */
void intake_take(struct intake *intake, const struct course *course, unsigned upto,
                 struct tree *tree);

void intake_free(struct intake *intake);

/* For the readers: adds an entry and returns it. -1 with *error when there are too many. */
int intake_add(struct intake *intake, const char *path, enum entry_kind kind, uint64_t bytes,
               struct intake_entry **entry, struct error *error);
/* For the readers: counts bytes that are about to be read. -1 with *error when it is too much. */
int intake_count(struct intake *intake, uint64_t bytes, struct error *error);

int intake_read_folder(struct intake *intake, const char *path, struct error *error);
int intake_read_archive(struct intake *intake, const char *path, struct error *error);
int intake_read_git(struct intake *intake, const char *repository, const char *revision,
                    struct error *error);

#endif
