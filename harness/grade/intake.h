/*
 * Takes a submission in: from a folder, an archive or a git revision, only the files that the
 * labs let a learner write, as plain text. Whatever else it holds is left outside, and said. What
 * surrounds a submission does not matter, and what has to be parsed is parsed in the sandbox.
 */
#ifndef HARNESS_GRADE_INTAKE_H
#define HARNESS_GRADE_INTAKE_H

#include "lib/buffer.h"
#include "lib/error.h"
#include "stage/tree.h"

#define INTAKE_FILE_MOST    (256u << 10)  /* bytes of one source file */
#define INTAKE_TOTAL_MOST   (64ull << 20) /* bytes read of a whole submission, unpacked */
#define INTAKE_ENTRIES_MOST 20000u        /* files and folders in it */
#define INTAKE_DEPTH_MOST   32u           /* folders in folders */
#define INTAKE_NOTES_MOST   30u           /* of a report; the others are counted */

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
    size_t folders; /* counted with the entries against INTAKE_ENTRIES_MOST */
    uint64_t total; /* bytes read so far */
    char **notes;   /* for the report: what was not taken, and why */
    size_t note_count;
    size_t unsaid; /* notes beyond INTAKE_NOTES_MOST */
    size_t taken;  /* files taken */
    size_t left;   /* files left outside without a note */
    char *remark;  /* of the reader, for the notes; or NULL */
};

/*
 * Opens `where`: a folder; an archive (tar, plain or compressed, or zip); REPOSITORY#REVISION or
 * a revision of the repository in this folder. Everything is read into *intake; nothing of it is
 * run. -1 with *error: COACH_USAGE when there is no such thing, it is broken, or it exceeds a bound
 * above; COACH_FAULT when it is the host that cannot read it.
 */
int intake_open(struct intake *intake, const char *where, struct error *error);

/*
 * Puts the files that labs 1 … upto let a learner write into *tree, over the course's own. Folders
 * around hv/ and guest-os/ are looked through. Carriage returns before newlines go. The counts and
 * notes are of this call; it may be called again, for another tree.
 */
void intake_take(struct intake *intake, const struct course *course, unsigned upto,
                 struct tree *tree);

void intake_free(struct intake *intake);

/* For the readers: adds an entry and returns it. -1 with *error when there are too many. */
int intake_add(struct intake *intake, const char *path, enum entry_kind kind, uint64_t bytes,
               struct intake_entry **entry, struct error *error);
/* For the readers: counts a folder. -1 with *error when there are too many. */
int intake_add_folder(struct intake *intake, struct error *error);
/* For the readers: counts bytes that are about to be read. -1 with *error when it is too much. */
int intake_count(struct intake *intake, uint64_t bytes, struct error *error);

/* Reads an open folder, which is closed. */
int intake_read_folder(struct intake *intake, int folder, struct error *error);

/*
 * Reads an open archive, or a revision of an open folder's repository, in the sandbox: by `coach
 * intake`, which calls the two below and writes what it found into a file.
 */
int intake_inside_archive(struct intake *intake, int file, struct error *error);
int intake_inside_git(struct intake *intake, int folder, const char *revision, struct error *error);

/* What happens inside: parse the archive that standard input is; the repository at `path`. */
int intake_read_archive(struct intake *intake, int file, struct error *error);
int intake_read_git(struct intake *intake, const char *path, const char *revision,
                    struct error *error);

/* The entries as bytes, and back. -1 with *error when the bytes are not what was written. */
void intake_pack(const struct intake *intake, struct buffer *out);
int intake_unpack(struct intake *intake, const struct buffer *packed, struct error *error);

/*
 * Copies what a repository consists of, as plain files within bounds: objects and references, no
 * configuration, no hooks. `folder` holds it, or holds a folder .git; it is closed. -1 with *error
 * when that is a link to a repository elsewhere, or borrows objects from one.
 */
int repository_copy(int folder, const char *to, struct error *error);

/*
 * Where in the submission the learner's tree begins: the bytes of its path that every file of the
 * tree shares ("lab1/"), 0 when hv/ or guest-os/ stand at the top. The outermost folder that holds
 * files which the labs let a learner write; of several, the one that holds most of them, and the
 * others are told in *others ("old/, copy/"), to be freed. The result points into an entry's path.
 */
size_t intake_root(const struct intake *intake, const struct course *course, unsigned upto,
                   const char **path, struct buffer *others);

/* The course's file that `path` means and a learner may write, whatever the case of its letters;
 * NULL if there is none. `path` itself if it is allowed as it stands. */
const char *intake_meant(const struct course *course, unsigned upto, const char *path);

/* The path without "./" before it. */
const char *intake_plain(const char *path);

/* Whether it is absolute or goes up, here or on another system. */
bool intake_leaves(const char *path);

#endif
