/* Finds engines by name, and has the one that needs nothing: processes of coach's own. */
#include "batch/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/terminal.h"

extern const struct engine *const __start_batch_engines[];
extern const struct engine *const __stop_batch_engines[];

const struct engine *engine_find(const char *name, struct error *error)
{
    struct buffer names = {0};
    for (const struct engine *const *at = __start_batch_engines; at < __stop_batch_engines; at++) {
        if (strcmp((*at)->name, name) == 0) {
            buffer_free(&names);
            return *at;
        }
        buffer_printf(&names, "%s%s", names.length > 0 ? ", " : "", (*at)->name);
    }
    error_set(error, "no engine '%s'; there are: %s", name, buffer_string(&names));
    buffer_free(&names);
    return NULL;
}

static pid_t start_worker(const struct plan *plan, size_t index)
{
    fflush(NULL);
    pid_t worker = fork();
    if (worker == 0) {
        struct error error = {0};
        int status = plan_grade(plan, index, 1, &error) == 0 ? 0 : error_report(&error);
        fflush(NULL);
        _exit(status);
    }
    return worker;
}

static int run_local(const struct plan *plan, const size_t *todo, size_t count, unsigned jobs,
                     struct error *error)
{
    size_t started = 0, ended = 0;
    while (ended < count) {
        if (started < count && started - ended < jobs) {
            if (start_worker(plan, todo[started]) < 0) {
                return error_fault(error, "cannot start a process: %s", strerror(errno));
            }
            started++;
            continue;
        }
        if (waitpid(-1, NULL, 0) > 0) {
            ended++;
            progress("%zu of %zu submissions", ended, count);
        }
    }
    progress_clear();
    return 0;
}

BATCH_ENGINE(local, run_local);
