/* What coach does with git in a learner's tree; see repository.h. */
#include "stage/repository.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/process.h"

#define GIT_TIMEOUT_MS 60000
#define WORDS_MOST     24

/* Runs git in `folder`; its output is shown only if it ends with another status than `expected`,
 * or 0. Returns git's status; -1 with *error. */
static int run_git(const char *folder, const char *const *words, int expected, struct error *error)
{
    const char *argv[WORDS_MOST] = {"git", "-C", folder};
    for (size_t i = 0; words[i] != NULL; i++) {
        argv[i + 3] = words[i];
    }
    struct buffer output = {0};
    struct process_end end;
    int status = process_run(argv, GIT_TIMEOUT_MS, &output, &end, error);
    if (status == 0 && (!end.exited || (end.status != 0 && end.status != expected))) {
        status = error_fault(error, "git %s in %s failed: %.300s", words[0], folder,
                             buffer_string(&output));
    }
    buffer_free(&output);
    return status == 0 ? end.status : -1;
}

/* Of what is staged, by the course, whatever the user's own git settings are. */
static int commit(const char *folder, const struct lab *lab, struct error *error)
{
    char *message = format_string("Lab %u: %s", lab->number, lab->name);
    const char *const words[] = {"-c",     "user.name=Stagecoach",
                                 "-c",     "user.email=course@stagecoach.invalid",
                                 "-c",     "commit.gpgsign=false",
                                 "-c",     "core.hooksPath=/dev/null",
                                 "commit", "--quiet",
                                 "-m",     message,
                                 NULL};
    int status = run_git(folder, words, 0, error);
    free(message);
    return status;
}

int repository_make(const char *folder, const struct lab *lab, struct error *error)
{
    const char *const init[] = {"init", "--quiet", "--initial-branch=main", "--template=", NULL};
    const char *const add[] = {"-c", "core.excludesFile=/dev/null", "add", "--all", NULL};
    if (run_git(folder, init, 0, error) != 0 || run_git(folder, add, 0, error) != 0) {
        return -1;
    }
    return commit(folder, lab, error);
}

bool repository_here(const char *folder)
{
    char *path = format_string("%s/.git", folder);
    bool here = access(path, F_OK) == 0;
    free(path);
    return here;
}

static int stage(const char *folder, const char *path, struct error *error)
{
    char *full = format_string("%s/%s", folder, path);
    bool there = access(full, F_OK) == 0;
    free(full);
    const char *const add[] = {"-c", "core.excludesFile=/dev/null", "add", "--", path, NULL};
    const char *const gone[] = {"rm", "--cached", "--quiet", "--ignore-unmatch", "--", path, NULL};
    return run_git(folder, there ? add : gone, 0, error);
}

int repository_add_lab(const char *folder, const struct lab *lab, const char *const *paths,
                       size_t count, bool *committed, struct error *error)
{
    const char *const staged[] = {"diff", "--cached", "--quiet", NULL};
    int changes = run_git(folder, staged, 1, error);
    *committed = changes == 0;
    for (size_t i = 0; i < count && changes >= 0; i++) {
        if (stage(folder, paths[i], error) != 0) {
            return -1;
        }
    }
    return *committed ? commit(folder, lab, error) : changes < 0 ? -1 : 0;
}
