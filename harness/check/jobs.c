/* Many checks, a process each; see jobs.h. */
#include "check/jobs.h"

#include <errno.h>
#include <fts.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/buffer.h"
#include "lib/file.h"
#include "lib/terminal.h"
#include "machine/observer.h"
#include "result/write.h"

#define GRACE_SECONDS 30 /* beyond the machine's own backstop, for judging */
#define JUDGE_SECONDS                                                                              \
    300 /* processor time for one run's judgement: only a program that means to                    \
           be hard to judge comes near it */
#define REPORT_BYTES (256u << 20)

/* One check under one seed. */
struct job {
    const struct check *check;
    uint64_t seed;
    pid_t pid; /* 0: it does not run */
    int report_fd;
    struct result_run *result; /* NULL: not done, or not needed */
};

struct pool {
    struct job *job;
    size_t count, started, done;
    const struct jobs_options *options;
};

/* ---- The child --------------------------------------------------------------------------- */

static void __attribute__((noreturn)) child(const struct job *job, const struct pool *pool)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == 1)
        _exit(COACH_FAULT);
    unsigned wall_ms = pool->options->run.wall_ms ? pool->options->run.wall_ms : OBSERVER_WALL_MS;
    struct rlimit judging = {JUDGE_SECONDS, JUDGE_SECONDS + 10};
    setrlimit(RLIMIT_CPU, &judging);
    alarm(wall_ms / 1000 + GRACE_SECONDS);
    struct result_run *run = result_run_new("job");
    run_check(job->check, job->seed, &pool->options->run, run);
    FILE *out = fdopen(job->report_fd, "w");
    int failed = !out || result_write_json(run, out) != 0 || fclose(out) != 0;
    _exit(failed ? COACH_FAULT : COACH_OK);
}

/* ---- The parent -------------------------------------------------------------------------- */

static struct result_run *lost_result(const struct job *job, enum verdict verdict, const char *why)
{
    struct result_run *run = result_run_new("job");
    struct result_check *check = result_check_add(run, job->check->id, job->check->title);
    result_set(&check->group, "%s", job->check->group);
    result_set(&check->file, "%s", job->check->file);
    check->seed = job->seed;
    for (const struct item *item = job->check->items; item; item = item->next) {
        struct result_item *result = result_item_add(check, item->id, item->title, item->points);
        result_judge(result, verdict);
        result_line(result, LINE_NOTE, "%s", why);
    }
    return run;
}

static void start(struct pool *pool, struct job *job)
{
    job->report_fd = memfd_create("report", MFD_CLOEXEC);
    job->pid = job->report_fd < 0 ? -1 : fork();
    if (job->pid == 0)
        child(job, pool);
    pool->started++;
    if (job->pid > 0)
        return;
    job->result = lost_result(job, VERDICT_HARNESS_FAULT,
                              "the check's process could not be started: no memory or no "
                              "process left");
    job->pid = 0;
    pool->done++;
}

static void collect(struct job *job, int status)
{
    char why[160];
    enum verdict verdict = VERDICT_HARNESS_FAULT;
    job->pid = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == COACH_OK) {
        off_t bytes = lseek(job->report_fd, 0, SEEK_END);
        char *text = bytes > 0 && bytes < REPORT_BYTES ? allocate((size_t)bytes, 1) : NULL;
        if (text && pread(job->report_fd, text, (size_t)bytes, 0) == bytes)
            job->result = result_read_json(text, (size_t)bytes, why, sizeof why);
        else
            snprintf(why, sizeof why, "the check's process left no result");
        free(text);
    } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
        verdict = VERDICT_FAIL;
        snprintf(why, sizeof why,
                 "what the run left took more than %d s of processor time to judge", JUDGE_SECONDS);
    } else if (WIFSIGNALED(status)) {
        snprintf(why, sizeof why, "the check's process was ended by signal %d (%s)",
                 WTERMSIG(status),
                 WTERMSIG(status) == SIGALRM ? "the backstop: it took too long"
                                             : strsignal(WTERMSIG(status)));
    } else {
        snprintf(why, sizeof why, "the check's process ended with status %d", WEXITSTATUS(status));
    }
    close(job->report_fd);
    if (!job->result)
        job->result = lost_result(job, verdict, why);
}

static void wait_for_one(struct pool *pool)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0 && errno == EINTR)
        return;
    for (size_t i = 0; i < pool->started; i++) {
        if (pool->job[i].pid != pid || pid <= 0)
            continue;
        collect(&pool->job[i], status);
        pool->done++;
        return;
    }
}

static bool all_fail(const struct result_check *check)
{
    for (size_t i = 0; i < check->item_count; i++)
        if (check->items[i].verdict == VERDICT_PASS)
            return false;
    return true;
}

/* Whether an earlier seed of the check has failed every item: then no later one changes the
 * result (merge_seed), and what hangs or storms does so once and not once a seed. */
static bool is_settled(const struct pool *pool, const struct job *job)
{
    for (const struct job *other = job; other-- > pool->job && other->check == job->check;)
        if (other->result && all_fail(&other->result->checks[0]))
            return true;
    return false;
}

static void start_next(struct pool *pool)
{
    struct job *job = &pool->job[pool->started];
    if (!is_settled(pool, job)) {
        start(pool, job);
        return;
    }
    pool->started++;
    pool->done++;
}

static void run_all(struct pool *pool, unsigned parallel)
{
    while (pool->done < pool->count) {
        while (pool->started < pool->count && pool->started - pool->done < parallel)
            start_next(pool);
        if (pool->options->progress)
            progress("%zu of %zu checks", pool->done, pool->count);
        if (pool->done < pool->started)
            wait_for_one(pool);
    }
    progress_clear();
}

/* Takes over the items of another seed's result that fail where this one's pass. */
static void merge_seed(struct result_check *into, struct result_check *from)
{
    for (size_t i = 0; i < into->item_count && i < from->item_count; i++) {
        struct result_item *have = &into->items[i], *other = &from->items[i];
        if (have->verdict != VERDICT_PASS || other->verdict == VERDICT_PASS)
            continue;
        struct result_item swap = *have;
        *have = *other;
        *other = swap;
        result_line(have, LINE_NOTE, "under seed %" PRIu64 ": %s", from->seed, from->replay);
    }
}

/* All seeds of one check: the first that fails shows; a later one adds what only it fails. */
static void add_check(struct pool *pool, size_t first, size_t count, struct result_run *run)
{
    size_t shown = first;
    for (size_t i = first; i < first + count && pool->job[i].result; i++)
        if (result_check_verdict(&pool->job[i].result->checks[0]) != VERDICT_PASS) {
            shown = i;
            break;
        }
    for (size_t i = first; i < first + count; i++) {
        if (i == shown || !pool->job[i].result)
            continue;
        merge_seed(&pool->job[shown].result->checks[0], &pool->job[i].result->checks[0]);
        result_run_free(pool->job[i].result);
    }
    result_run_append(run, pool->job[shown].result);
}

void check_jobs(const struct check *const *checks, size_t count, const struct jobs_options *options,
                struct result_run *run)
{
    struct pool pool = {.options = options};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned parallel = options->parallel ? options->parallel : (unsigned)processors;
    size_t *seeds = allocate(count, sizeof *seeds);
    for (size_t i = 0; i < count; i++) {
        const struct scenario *scenario = &checks[i]->scenario;
        uint64_t first = options->has_seeds ? options->seed_first : scenario->seed_first;
        uint64_t last = options->has_seeds ? options->seed_last : scenario->seed_last;
        seeds[i] = (size_t)(last - first + 1);
        pool.job = reallocate(pool.job, (pool.count + seeds[i]) * sizeof *pool.job);
        for (size_t k = 0; k < seeds[i]; k++)
            pool.job[pool.count++] = (struct job){.check = checks[i], .seed = first + k};
    }
    fflush(NULL);
    run_all(&pool, parallel ? parallel : 1);
    for (size_t i = 0, first = 0; i < count; first += seeds[i], i++)
        add_check(&pool, first, seeds[i], run);
    result_run_sort(run);
    free(seeds);
    free(pool.job);
}

/* ---- Files ------------------------------------------------------------------------------- */

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void add_file(char ***files, size_t *count, const char *path)
{
    *files = reallocate(*files, (*count + 1) * sizeof **files);
    (*files)[(*count)++] = copy_string(path);
}

int check_find(const char *path, char ***files, size_t *count, struct error *error)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    size_t before = *count;
    if (!tree)
        return error_set(error, "%s: %s", path, strerror(errno));
    for (FTSENT *entry = fts_read(tree); entry; entry = fts_read(tree)) {
        bool suffix = entry->fts_namelen > 6 &&
                      strcmp(entry->fts_name + entry->fts_namelen - 6, ".check") == 0;
        if (entry->fts_info == FTS_F && (suffix || entry->fts_level == FTS_ROOTLEVEL))
            add_file(files, count, entry->fts_path);
        else if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR ||
                 entry->fts_info == FTS_ERR) {
            error_set(error, "%s: %s", entry->fts_path, strerror(entry->fts_errno));
            fts_close(tree);
            return -1;
        }
    }
    fts_close(tree);
    if (*count == before)
        return error_set(error, "%s: holds no file that ends in .check", path);
    qsort(*files + before, *count - before, sizeof **files, compare_paths);
    return 0;
}
