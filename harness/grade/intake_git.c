/*
 * Reads a submission from a git revision through libgit2, inside the sandbox, from a copy that has
 * objects and references only. Nothing is run, fetched, filtered or configured.
 */
#include <git2.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "grade/intake.h"

#define WINDOW_BYTES (32u << 20) /* of a pack that is mapped at once */
#define MAPPED_BYTES (256u << 20)

/* What a walk through the revision's tree needs. */
struct walk {
    struct intake *intake;
    git_repository *repository;
    git_odb *objects;
    bool archives; /* are read too: there are no sources */
    struct error *error;
};

static int failed(struct error *error, const char *what)
{
    const git_error *last = git_error_last();
    const char *words = last != NULL && last->message != NULL ? last->message : "no reason given";
    bool missing = last != NULL && last->klass == GIT_ERROR_ODB;
    return error_failed(error, "is damaged: %s: %.200s%s", what, words,
                        missing
                            ? "; a clone that is shallow or partial lacks objects: hand in a full "
                              "one"
                            : "");
}

/* Only what a course has is read; other files are known by name. */
static bool is_source(const char *path)
{
    const char *slash = strrchr(path, '/');
    return strcasestr(path, "hv/") != NULL || strcasestr(path, "guest-os/") != NULL ||
           strcasestr(path, "abi/") != NULL ||
           strcmp(slash != NULL ? slash + 1 : path, "Makefile") == 0;
}

/* Reads an entry's text from its blob. */
static int read_text(struct walk *walk, const git_oid *id, struct intake_entry *entry)
{
    git_odb_object *blob;
    if (intake_count(walk->intake, entry->bytes, walk->error) != 0) {
        return -1;
    }
    if (git_odb_read(&blob, walk->objects, id) != 0) {
        return failed(walk->error, entry->path);
    }
    buffer_add(&entry->text, git_odb_object_data(blob), git_odb_object_size(blob));
    entry->file = kind_of(buffer_string(&entry->text), entry->text.length);
    entry->unread = false;
    git_odb_object_free(blob);
    return 0;
}

static int read_blob(struct walk *walk, const git_oid *id, const char *path)
{
    size_t bytes;
    git_object_t type;
    struct intake_entry *entry;
    if (git_odb_read_header(&bytes, &type, walk->objects, id) != 0) {
        return failed(walk->error, path);
    }
    if (intake_add(walk->intake, path, ENTRY_FILE, bytes, &entry, walk->error) != 0) {
        return -1;
    }
    entry->unread = true;
    bool archive = walk->archives && kind_is_archive_name(path) && bytes <= INTAKE_TOTAL_MOST;
    if (archive || (bytes <= INTAKE_FILE_MOST && is_source(path))) {
        return read_text(walk, id, entry);
    }
    return 0;
}

static int read_level(struct walk *walk, const git_oid *id, const char *prefix, unsigned depth);

static int read_entry(struct walk *walk, const git_tree_entry *entry, const char *path,
                      unsigned depth)
{
    struct intake_entry *other;
    switch (git_tree_entry_filemode(entry)) {
    case GIT_FILEMODE_TREE:
        return read_level(walk, git_tree_entry_id(entry), path, depth + 1);
    case GIT_FILEMODE_BLOB:
    case GIT_FILEMODE_BLOB_EXECUTABLE:
        return read_blob(walk, git_tree_entry_id(entry), path);
    case GIT_FILEMODE_LINK:
        return intake_add(walk->intake, path, ENTRY_LINK, 0, &other, walk->error);
    default:
        return intake_add(walk->intake, path, ENTRY_SUBMODULE, 0, &other, walk->error);
    }
}

static int read_level(struct walk *walk, const git_oid *id, const char *prefix, unsigned depth)
{
    git_tree *tree;
    if (intake_add_folder(walk->intake, walk->error) != 0) {
        return -1;
    }
    if (depth > INTAKE_DEPTH_MOST) {
        return error_failed(walk->error, "has folders more than %u deep", INTAKE_DEPTH_MOST);
    }
    if (git_tree_lookup(&tree, walk->repository, id) != 0) {
        return failed(walk->error, prefix[0] != '\0' ? prefix : "its tree");
    }
    int status = 0;
    for (size_t i = 0; status == 0 && i < git_tree_entrycount(tree); i++) {
        const git_tree_entry *entry = git_tree_entry_byindex(tree, i);
        char *path = format_string("%s%s%s", prefix, prefix[0] != '\0' ? "/" : "",
                                   git_tree_entry_name(entry));
        status = read_entry(walk, entry, path, depth);
        free(path);
    }
    git_tree_free(tree);
    return status;
}

static bool has_reference(git_repository *repository, const char *folder, const char *name)
{
    git_oid id;
    char *full = format_string("refs/%s/%s", folder, name);
    bool there = git_reference_name_to_id(&id, repository, full) == 0;
    free(full);
    return there;
}

/* A tag goes before a branch of the same name, as in git. */
static void remark(struct walk *walk, const char *revision)
{
    if (has_reference(walk->repository, "tags", revision) &&
        has_reference(walk->repository, "heads", revision)) {
        intake_remark(walk->intake,
                      "revision: %s is a tag and a branch; the tag was taken (heads/%s is the "
                      "branch)",
                      revision, revision);
    }
}

/* What names no commit is no revision; but a reference to one that is lost is broken. */
static int no_revision(const struct walk *walk, const char *revision)
{
    git_reference *reference = NULL, *direct = NULL;
    bool unborn =
        strcmp(revision, "HEAD") == 0 && git_repository_head_unborn(walk->repository) == 1;
    bool there = git_reference_dwim(&reference, walk->repository, revision) == 0;
    bool leads = there && git_reference_resolve(&direct, reference) == 0;
    git_reference_free(direct);
    git_reference_free(reference);
    if (leads) {
        return error_failed(walk->error,
                            "is damaged: %s leads to a commit that is not there; hand in a full "
                            "clone",
                            revision);
    }
    if (unborn || there) {
        return error_set(walk->error, "has no commit yet: %s leads to none", revision);
    }
    return error_set(walk->error,
                     "is no folder, no archive and no git revision: the repository has no '%s'",
                     revision);
}

/* The source folders that are other repositories, of which this one has only the address. */
static int no_submodules(const struct walk *walk)
{
    for (size_t i = 0; i < walk->intake->entry_count; i++) {
        const struct intake_entry *entry = &walk->intake->entries[i];
        const char *slash = strrchr(entry->path, '/');
        const char *name = slash != NULL ? slash + 1 : entry->path;
        if (entry->kind == ENTRY_SUBMODULE &&
            (strcasecmp(name, "hv") == 0 || strcasecmp(name, "guest-os") == 0)) {
            return error_fault(walk->error,
                               "has %s as a submodule, whose files are not in this repository: "
                               "hand in a folder or an archive with them",
                               entry->path);
        }
    }
    return 0;
}

/* The files; where none is a source, the archive that may hold them. */
static int read_files(struct walk *walk, const git_oid *id)
{
    int status = read_level(walk, id, "", 0);
    if (status != 0 || intake_has_sources(walk->intake)) {
        return status;
    }
    if (no_submodules(walk) != 0) {
        return -1;
    }
    intake_free(walk->intake);
    walk->archives = true;
    status = read_level(walk, id, "", 0);
    return status == 0 ? intake_unwrap_inside(walk->intake, 1, walk->error) : status;
}

static int read_revision(struct walk *walk, const char *revision)
{
    git_object *object = NULL, *tree = NULL;
    char *full = format_string("%s^{commit}", revision);
    int status = -1;
    if (git_revparse_single(&object, walk->repository, full) != 0) {
        no_revision(walk, revision);
    } else if (git_object_peel(&tree, object, GIT_OBJECT_TREE) != 0) {
        failed(walk->error, "its tree");
    } else {
        status = read_files(walk, git_object_id(tree));
        remark(walk, revision);
    }
    git_object_free(tree);
    git_object_free(object);
    free(full);
    return status;
}

int intake_read_git(struct intake *intake, const char *path, const char *revision,
                    struct error *error)
{
    struct walk walk = {.intake = intake, .error = error};
    git_libgit2_init();
    for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL; level++) {
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    }
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0); /* it is coach's own copy */
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t)WINDOW_BYTES);
    git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t)MAPPED_BYTES);
    int status = -1;
    if (git_repository_open_ext(&walk.repository, path,
                                GIT_REPOSITORY_OPEN_NO_SEARCH | GIT_REPOSITORY_OPEN_BARE |
                                    GIT_REPOSITORY_OPEN_NO_DOTGIT,
                                NULL) != 0 ||
        git_repository_odb(&walk.objects, walk.repository) != 0) {
        failed(error, "it is no git repository");
    } else {
        status = read_revision(&walk, revision);
    }
    git_odb_free(walk.objects);
    git_repository_free(walk.repository);
    git_libgit2_shutdown();
    return status;
}
