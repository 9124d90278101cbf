/* Counts new results, reckons the time that is left, and keeps the signals. */
#include "batch/progress.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "batch/entry.h"
#include "lib/buffer.h"
#include "lib/terminal.h"

#define LINE_SECONDS 60 /* the longest silence where there is no terminal */
#define LINE_PARTS   20 /* … and a line each 5 % */

static const int ends[] = {SIGINT, SIGTERM, SIGHUP};

#define ENDS (sizeof(ends) / sizeof(ends[0]))

static volatile sig_atomic_t stopped;

/* One batch a process. */
static struct {
    const struct plan *plan;
    const size_t *todo;
    size_t count;
    struct stat *before; /* of each result.json; st_ino is 0 where there was none */
    size_t graded;       /* new results when last looked */
    size_t said;         /* … when the last line was written */
    time_t begun, last;  /* CLOCK_MONOTONIC */
} batch;

static time_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec;
}

static void note(int number)
{
    if (number != SIGALRM) {
        stopped = number;
    }
}

static void look(size_t index, struct stat *status)
{
    char *path = entry_file(batch.plan, index, "result.json");
    if (stat(path, status) != 0) {
        memset(status, 0, sizeof(*status));
    }
    free(path);
}

static size_t count_graded(void)
{
    size_t graded = 0;
    for (size_t i = 0; i < batch.count; i++) {
        struct stat status;
        look(batch.todo[i], &status);
        graded += status.st_ino != 0 && (status.st_ino != batch.before[i].st_ino ||
                                         status.st_mtim.tv_sec != batch.before[i].st_mtim.tv_sec ||
                                         status.st_mtim.tv_nsec != batch.before[i].st_mtim.tv_nsec);
    }
    return graded;
}

static void set_timer(time_t seconds)
{
    struct itimerval each = {.it_interval = {.tv_sec = seconds}, .it_value = {.tv_sec = seconds}};
    setitimer(ITIMER_REAL, &each, NULL);
}

void batch_begin(const struct plan *plan, const size_t *todo, size_t count)
{
    struct sigaction action = {.sa_handler = note}; /* no SA_RESTART: waits return */
    stopped = 0;
    memset(&batch, 0, sizeof(batch));
    batch.plan = plan;
    batch.todo = todo;
    batch.count = count;
    batch.before = allocate(count + 1, sizeof(*batch.before));
    batch.begun = batch.last = now();
    for (size_t i = 0; i < count; i++) {
        look(todo[i], &batch.before[i]);
    }
    for (size_t i = 0; i < ENDS; i++) {
        sigaction(ends[i], &action, NULL);
    }
    sigaction(SIGALRM, &action, NULL);
    set_timer(1);
}

/* "about 12 min": what is left, if it goes on as so far. */
static void say_left(time_t elapsed, char *to, size_t bytes)
{
    size_t rest = batch.count - batch.graded;
    uint64_t seconds = batch.graded > 0 ? (uint64_t)elapsed * rest / batch.graded : 0;
    if (batch.graded == 0 || rest == 0) {
        *to = '\0';
    } else if (seconds < 90) {
        snprintf(to, bytes, ", about %llu s left", (unsigned long long)seconds);
    } else if (seconds < 90 * 60) {
        snprintf(to, bytes, ", about %llu min left", (unsigned long long)(seconds + 30) / 60);
    } else {
        snprintf(to, bytes, ", about %llu h left", (unsigned long long)(seconds + 1800) / 3600);
    }
}

void batch_progress(void)
{
    char left[60];
    time_t at = now();
    batch.graded = count_graded();
    say_left(at - batch.begun, left, sizeof(left));
    size_t all = batch.plan->count;
    size_t have = all - batch.count + batch.graded;
    if (isatty(STDERR_FILENO)) {
        progress("%zu of %zu submissions%s", have, all, left);
        return;
    }
    bool further = batch.graded - batch.said >= (batch.count + LINE_PARTS - 1) / LINE_PARTS;
    if (batch.graded > batch.said && (further || at - batch.last >= LINE_SECONDS)) {
        fprintf(stderr, "%zu of %zu submissions%s\n", have, all, left);
        batch.said = batch.graded;
        batch.last = at;
    }
}

int batch_stopped(void)
{
    return stopped;
}

static void restore_signals(void)
{
    set_timer(0);
    for (size_t i = 0; i < ENDS; i++) {
        signal(ends[i], SIG_DFL);
    }
    signal(SIGALRM, SIG_DFL);
}

size_t batch_end(void)
{
    batch_progress();
    progress_clear();
    restore_signals();
    free(batch.before);
    batch.before = NULL;
    return batch.graded;
}

void batch_child(pid_t parent)
{
    restore_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(1);
    }
}
