/*
 * GNU parallel and Slurm. Both start `coach batch --one INDEX OUT`, so that no name of a
 * submission ever passes through a shell.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "batch/engine.h"
#include "batch/progress.h"
#include "lib/buffer.h"
#include "lib/file.h"
#include "lib/process.h"

static char *own_path(void)
{
    char path[4097] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    return copy_string(length > 0 ? path : "coach");
}

/* Waits for it, and ends it if the batch is to stop. -1 when that came first. */
static int wait_for_tool(pid_t tool)
{
    siginfo_t info;
    while (waitid(P_PID, (id_t)tool, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        batch_progress();
        if (batch_stopped() != 0) {
            kill(-tool, SIGTERM); /* sbatch --wait takes its jobs away then */
            kill(-tool, SIGKILL);
            return -1;
        }
    }
    return 0;
}

/* Runs argv to its end; what it says matters only when it cannot do its work. */
static int run_tool(const char *const *argv, const char *package, struct error *error)
{
    struct process_end end;
    int said = file_nameless(argv[0], error);
    if (said < 0) {
        return -1;
    }
    struct process_files files = {.in = -1, .out = said, .err = said};
    pid_t tool = process_start(argv, &files, error);
    if (tool < 0) {
        close(said);
        return error_prefix(error, "%s (package %s)", argv[0], package);
    }
    int status = wait_for_tool(tool);
    process_wait(tool, &end);
    if (status != 0) {
        status = 0;                               /* batch_stopped says it */
    } else if (!end.exited || end.status > 100) { /* below: the number of jobs that failed */
        struct buffer how = {0};
        char text[201] = "";
        process_end_describe(&end, &how);
        ssize_t length = pread(said, text, sizeof(text) - 1, 0);
        text[length > 0 ? length : 0] = '\0';
        status = error_fault(error, "%s: %s: %s", argv[0], buffer_string(&how), text);
        buffer_free(&how);
    }
    close(said);
    return status;
}

static int run_parallel(const struct plan *plan, const size_t *todo, size_t count, unsigned jobs,
                        struct error *error)
{
    struct buffer list = {0};
    for (size_t i = 0; i < count; i++) {
        buffer_printf(&list, "%zu\n", todo[i]);
    }
    char *own = own_path();
    char *file = format_string("%s/.todo", plan->out);
    char *log = format_string("%s/.parallel.log", plan->out);
    char *at_once = format_string("%u", jobs);
    const char *const argv[] = {"parallel", "--will-cite", "--quote",    "--jobs",  at_once,
                                "--joblog", log,           "--arg-file", file,      own,
                                "batch",    "--one",       "{}",         plan->out, NULL};
    int status = file_write(file, list.data, list.length, error);
    if (status == 0) {
        status = run_tool(argv, "parallel", error);
    }
    unlink(file);
    free(at_once);
    free(log);
    free(file);
    free(own);
    buffer_free(&list);
    return status;
}

BATCH_ENGINE(parallel, run_parallel);

/* "0-4,7,9-12": what sbatch's --array takes; short even for a large class. */
static void add_ranges(struct buffer *text, const size_t *todo, size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t last = i;
        while (last + 1 < count && todo[last + 1] == todo[last] + 1) {
            last++;
        }
        buffer_printf(text, "%s%zu", i > 0 ? "," : "", todo[i]);
        if (last > i) {
            buffer_printf(text, "-%zu", todo[last]);
        }
        i = last + 1;
    }
}

/* The script reads its own words from the environment that sbatch passes on. */
static int run_slurm(const struct plan *plan, const size_t *todo, size_t count, unsigned jobs,
                     struct error *error)
{
    struct buffer array = {0};
    buffer_text(&array, "--array=");
    add_ranges(&array, todo, count);
    buffer_printf(&array, "%%%u", jobs);
    char *own = own_path();
    char *log = format_string("--output=%s/.slurm-%%a.log", plan->out);
    static const char command[] =
        "exec \"$COACH_SELF\" batch --one \"$SLURM_ARRAY_TASK_ID\" \"$COACH_OUT\"";
    const char *const argv[] = {"sbatch",
                                "--wait",
                                "--quiet",
                                "--job-name=coach",
                                log,
                                buffer_string(&array),
                                "--cpus-per-task=1",
                                "--export=ALL",
                                "--wrap",
                                command,
                                NULL};
    setenv("COACH_SELF", own, 1);
    setenv("COACH_OUT", plan->out, 1);
    setenv("COACH_WHILE_LOCKED", "1",
           1); /* a job that waits when the batch is killed does nothing */
    int status = run_tool(argv, "slurm-client", error);
    free(log);
    free(own);
    buffer_free(&array);
    return status;
}

BATCH_ENGINE(slurm, run_slurm);
