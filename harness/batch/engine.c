/* Finds engines by name, and has the one that needs nothing: processes of coach's own. */
#include "batch/engine.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch/progress.h"
#include "lib/buffer.h"

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
    pid_t parent = getpid();
    fflush(NULL);
    pid_t worker = fork();
    if (worker == 0) {
        struct error error = {0};
        batch_child(parent);
        int status = plan_grade(plan, index, 1, &error) == 0 ? 0 : error_report(&error);
        fflush(NULL);
        _exit(status);
    }
    return worker;
}

/* Ends those that still work: what they run dies with them. */
static void stop_workers(const pid_t *workers, unsigned jobs)
{
    for (unsigned i = 0; i < jobs; i++) {
        if (workers[i] > 0) {
            kill(workers[i], SIGKILL);
        }
    }
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR) {
    }
}

/* Waits for one of them. Its place; -1 when a signal came first. */
static int wait_for_worker(const pid_t *workers, unsigned jobs)
{
    pid_t ended = waitpid(-1, NULL, 0);
    for (unsigned i = 0; ended > 0 && i < jobs; i++) {
        if (workers[i] == ended) {
            return (int)i;
        }
    }
    return -1;
}

static int run_local(const struct plan *plan, const size_t *todo, size_t count, unsigned jobs,
                     struct error *error)
{
    pid_t *workers = allocate(jobs, sizeof(*workers));
    size_t started = 0, ended = 0;
    int status = 0;
    while (status == 0 && ended < count && batch_stopped() == 0) {
        unsigned place = 0;
        while (place < jobs && workers[place] != 0) {
            place++;
        }
        if (started < count && place < jobs) {
            workers[place] = start_worker(plan, todo[started]);
            if (workers[place] < 0) {
                workers[place] = 0;
                status = error_fault(error, "cannot start a process: %s", strerror(errno));
            }
            started++;
            continue;
        }
        int idle = wait_for_worker(workers, jobs);
        if (idle >= 0) {
            workers[idle] = 0;
            ended++;
        }
        batch_progress();
    }
    stop_workers(workers, jobs);
    free(workers);
    return status;
}

BATCH_ENGINE(local, run_local);
