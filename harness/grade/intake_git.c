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
    struct error *error;
};

static int failed(struct error *error, const char *what)
{
    const git_error *last = git_error_last();
    const char *words = last != NULL && last->message != NULL ? last->message : "no reason given";
    bool missing = last != NULL && last->klass == GIT_ERROR_ODB;
    return error_set(error, "%s: %.200s%s", what, words,
                     missing ? "; a clone that is shallow or partial lacks objects: hand in a full "
                               "one"
                             : "");
}

/* Only sources are read; other files are known by name. */
static bool is_source(const char *path)
{
    return strcasestr(path, "hv/") != NULL || strcasestr(path, "guest-os/") != NULL;
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
    if (bytes > INTAKE_FILE_MOST || !is_source(path)) {
        return 0;
    }
    git_odb_object *blob;
    if (intake_count(walk->intake, bytes, walk->error) != 0) {
        return -1;
    }
    if (git_odb_read(&blob, walk->objects, id) != 0) {
        return failed(walk->error, path);
    }
    buffer_add(&entry->text, git_odb_object_data(blob), git_odb_object_size(blob));
    git_odb_object_free(blob);
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
        return intake_add(walk->intake, path, ENTRY_OTHER, 0, &other, walk->error);
    }
}

static int read_level(struct walk *walk, const git_oid *id, const char *prefix, unsigned depth)
{
    git_tree *tree;
    if (intake_add_folder(walk->intake, walk->error) != 0) {
        return -1;
    }
    if (depth > INTAKE_DEPTH_MOST) {
        return error_set(walk->error, "has folders more than %u deep", INTAKE_DEPTH_MOST);
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
        walk->intake->remark =
            format_string("%s is a tag and a branch; the tag was taken (heads/%s is the branch)",
                          revision, revision);
    }
}

static int read_revision(struct walk *walk, const char *revision)
{
    git_object *object = NULL, *tree = NULL;
    char *full = format_string("%s^{commit}", revision);
    int status = -1;
    if (git_revparse_single(&object, walk->repository, full) != 0) {
        failed(walk->error, "is no folder, no archive and no git revision");
    } else if (git_object_peel(&tree, object, GIT_OBJECT_TREE) != 0) {
        failed(walk->error, "its tree");
    } else {
        remark(walk, revision);
        status = read_level(walk, git_object_id(tree), "", 0);
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
        failed(error, "is no git repository");
    } else {
        status = read_revision(&walk, revision);
    }
    git_odb_free(walk.objects);
    git_repository_free(walk.repository);
    git_libgit2_shutdown();
    return status;
}
