/*
 * Takes a submission in: from a folder, an archive or a git revision, only the files that the
 * labs let a learner write, as plain text. Whatever else it holds is left outside, and said. What
 * surrounds a submission does not matter, and what has to be parsed is parsed in the sandbox.
 */
#ifndef HARNESS_GRADE_INTAKE_H
#define HARNESS_GRADE_INTAKE_H

#include "grade/kind.h"
#include "lib/buffer.h"
#include "lib/error.h"
#include "stage/tree.h"

#define INTAKE_FILE_MOST    (256u << 10)  /* bytes of one source file */
#define INTAKE_TOTAL_MOST   (64ull << 20) /* bytes read of a whole submission, unpacked */
#define INTAKE_ENTRIES_MOST 20000u        /* files and folders in it */
#define INTAKE_DEPTH_MOST   32u           /* folders in folders */
#define INTAKE_NOTES_MOST   30u           /* of a report; the others are counted */
#define INTAKE_WRAPS_MOST   4u            /* archives in archives */

enum entry_kind { ENTRY_FILE, ENTRY_LINK, ENTRY_OTHER, ENTRY_SUBMODULE };

/* One thing found in a submission, before anything is decided about it. */
struct intake_entry {
    char *path; /* as it stands there, without "./" and doubled slashes */
    enum entry_kind kind;
    uint64_t bytes;     /* its size, also when it is too large to be read */
    bool unread;        /* its text is not here though it is small: no source by its name */
    struct kind file;   /* what its first bytes are, where the reader has looked */
    struct buffer text; /* empty if it is larger than INTAKE_FILE_MOST, or no file */
};

struct intake {
    struct intake_entry *entries;
    size_t entry_count;
    size_t folders; /* counted with the entries against INTAKE_ENTRIES_MOST */
    uint64_t total; /* bytes read so far */
    char **notes;   /* for the report: what was not taken, and why */
    size_t note_count;
    size_t unsaid;       /* notes beyond INTAKE_NOTES_MOST */
    size_t taken;        /* files taken */
    size_t left;         /* files left outside without a note */
    char *remark;        /* of the reader, for the notes: a line each; or NULL */
    char *root;          /* where the tree begins: "lab1/" or ""; NULL before intake_choose */
    char **repositories; /* folders with a .git, which is not read with them */
    size_t repository_count;
};

/*
 * Opens `where`: a folder; an archive (tar, plain or compressed, or zip); REPOSITORY#REVISION or
 * a revision of the repository in this folder. What holds no sources, and one archive or one
 * repository, is taken for that. Everything is read into *intake; nothing of it is run. -1 with
 * *error (which does not name `where`): COACH_USAGE when there is no such thing; COACH_FAILED when
 * it is there and broken, or exceeds a bound above; COACH_FAULT when it may be good and cannot be
 * read here: this host's fault, or something that a person has to open or to decide.
 */
int intake_open(struct intake *intake, const char *where, struct error *error);

/*
 * Finds where the learner's tree begins, for labs 1 … upto, whose tree *blank is without a
 * submission: the folder, whatever lies around it, that holds most of the labs' files with
 * something written in them. Of two that hold as many: the one around the other, or any where they
 * are the same. Else -1 with *error (COACH_FAULT), which names both: a person has to decide. What
 * was passed over is noted.
 */
int intake_choose(struct intake *intake, const struct course *course, unsigned upto,
                  const struct tree *blank, struct error *error);

/*
 * Puts the files that labs 1 … upto let a learner write into *tree, over the course's own, from
 * where intake_choose has found them. Carriage returns before newlines and a byte order mark go.
 * The counts and notes are of this call; it may be called again, for another tree.
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

/* For the readers: adds a line to the remarks. */
void intake_remark(struct intake *intake, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For the readers: a folder that has a .git in it. */
void intake_add_repository(struct intake *intake, const char *path);

/* Reads an open folder, which is closed. */
int intake_read_folder(struct intake *intake, int folder, struct error *error);

/*
 * Reads an open archive, or a revision of an open folder's repository, in the sandbox: by `coach
 * intake`, which calls the two below and writes what it found into a file.
 */
int intake_inside_archive(struct intake *intake, int file, struct error *error);
int intake_inside_git(struct intake *intake, int folder, const char *revision, struct error *error);

/* Added to the exit status of `coach intake`, which tells its words from the sandbox's own. */
#define INTAKE_TOLD 100

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

/* Whether there is C or assembly below hv/ or guest-os/. */
bool intake_has_sources(const struct intake *intake);

/* What a submission without sources may be packed in. */
struct intake_inner {
    const struct intake_entry *archive; /* or NULL */
    char *repository;                   /* the folder that holds or is one, to free(); or NULL */
};

/*
 * Looks for what to open in place of entries in which there is no source: the one archive or
 * repository. Both NULL: there are sources, or nothing to open. -1 with *error (COACH_FAULT) when
 * there are several, or one that coach cannot open.
 */
int intake_look(const struct intake *intake, struct intake_inner *inner, struct error *error);

/* Whether the path is of a repository's own files, which are kept whole for intake_look. */
bool intake_is_of_repository(const char *path);

/* Opens what intake_look finds in an open folder whose entries are *intake, in their place. */
int intake_unwrap_folder(struct intake *intake, int folder, struct error *error);

/* The same in the sandbox, where the texts are that it needs; `depth` archives are around it. */
int intake_unwrap_inside(struct intake *intake, unsigned depth, struct error *error);

/* Reads an archive that lies in memory, with `depth` archives around it. */
int intake_read_packed(struct intake *intake, const struct buffer *archive, unsigned depth,
                       struct error *error);

/* Replaces the entries by those of what was in them, and remarks it. */
void intake_replace(struct intake *intake, struct intake *inner, const char *what,
                    const char *path);

/* Whether the entry's text is this one, but for carriage returns and a byte order mark. An entry
 * that was not read is, if its size fits. */
bool intake_same(const struct buffer *text, const struct intake_entry *entry);

/* Removes carriage returns before newlines, or a byte order mark. Whether there were any. */
bool intake_strip_returns(struct buffer *text);
bool intake_strip_mark(struct buffer *text);

/* The course's file that `path` means and a learner may write, whatever the case of its letters;
 * NULL if there is none. `path` itself if it is allowed as it stands. */
const char *intake_meant(const struct course *course, unsigned upto, const char *path);

/* The path without what means nothing in it: "./", "//", "/./". To free(). */
char *intake_plain(const char *path);

/* Whether it is absolute or goes up, here or on another system. */
bool intake_leaves(const char *path);

#endif
