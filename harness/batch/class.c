/* Grades what has to be graded of a class, and tells how it went; see class.h. */
#include "batch/class.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/changes.h"
#include "batch/entry.h"
#include "batch/progress.h"
#include "lib/buffer.h"

/* What is to be graded, and why. */
struct todo {
    size_t *index;
    size_t count;
    char **reasons; /* of each entry of the plan; NULL: its grade stands */
};

static void list_todo(const struct plan *plan, bool regrade, struct todo *todo)
{
    todo->index = allocate(plan->count + 1, sizeof(*todo->index));
    todo->reasons = allocate(plan->count + 1, sizeof(*todo->reasons));
    todo->count = 0;
    for (size_t i = 0; i < plan->count; i++) {
        todo->reasons[i] = entry_reason(plan, i);
        if (todo->reasons[i] == NULL && regrade) {
            todo->reasons[i] = copy_string("--regrade was given");
        }
        if (todo->reasons[i] != NULL) {
            todo->index[todo->count++] = i;
        }
    }
}

static void free_todo(const struct plan *plan, struct todo *todo)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(todo->reasons[i]);
    }
    free(todo->reasons);
    free(todo->index);
}

/* How many have no grade that stands; those that changed meanwhile are named. */
static size_t count_missing(const struct plan *plan)
{
    size_t missing = 0;
    for (size_t i = 0; i < plan->count; i++) {
        char *reason = entry_reason(plan, i);
        if (reason != NULL && strcmp(reason, ENTRY_UNFINISHED) != 0) {
            complain("%s: %s while it was graded; the same command grades it again",
                     plan->entries[i].name, reason);
        }
        missing += reason != NULL;
        free(reason);
    }
    return missing;
}

/* The engine does the work; then the class is told how it went. 1: something is not graded. */
static int grade_class(const struct plan *plan, const struct engine *engine, unsigned jobs,
                       const struct todo *todo, struct error *error)
{
    struct changes *changes = changes_begin(plan, todo->index, todo->count, todo->reasons);
    if (todo->count > 1) {
        plan_objects(plan);
    }
    batch_begin(plan, todo->index, todo->count);
    int status = todo->count > 0 ? engine->run(plan, todo->index, todo->count, jobs, error) : 0;
    int stopped = batch_stopped();
    size_t graded = batch_end();
    struct error second = {0};
    if (plan_overview(plan, &second) != 0 && status == 0) {
        *error = second;
        status = -1;
    }
    changes_end(changes);
    if (stopped != 0) {
        printf("stopped by %s: %zu of %zu submissions are graded; the same command goes on with "
               "the rest\n",
               strsignal(stopped), plan->count - todo->count + graded, plan->count);
        return 128 + stopped;
    }
    if (status == 0) {
        size_t missing = count_missing(plan);
        printf("%zu submissions, %zu graded now, %zu not graded: %s/overview.html\n", plan->count,
               todo->count - (missing < todo->count ? missing : todo->count), missing, plan->out);
        status = missing > 0 ? 1 : 0;
    }
    return status;
}

int class_grade(const struct plan *plan, const struct engine *engine, unsigned jobs, bool regrade,
                struct error *error)
{
    struct todo todo;
    list_todo(plan, regrade, &todo);
    int status = grade_class(plan, engine, jobs, &todo, error);
    free_todo(plan, &todo);
    return status;
}
