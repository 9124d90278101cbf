/* Runs a job in a tier, below a supervisor (supervise.h) that leaves nothing of it behind. */
#include "grade/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "grade/confine.h"
#include "grade/supervise.h"
#include "grade/wrap.h"
#include "lib/file.h"
#include "lib/limits.h"

static const char *const names[] = {"bubblewrap", "landlock", "limits"};

const char *sandbox_name(enum sandbox_tier tier)
{
    return names[tier];
}

const char *sandbox_describe(enum sandbox_tier tier)
{
    static const char *const lines[] = {
        "bubblewrap: own namespaces, no network, no file but the build's and the system's",
        ("landlock: no file but the build's and the system's can be opened, no network; "
         "processes are not hidden"),
        "limits: bounded time, memory and files only; other files can be read",
    };
    return lines[tier];
}

static void confine_landlocked(const struct sandbox_job *job, int report)
{
    if (confine_user() != 0) {
        supervise_give_up(report, "changing the user");
    }
    if (confine_no_privileges() != 0 || confine_files(job->work, job->readable) != 0) {
        supervise_give_up(report, "Landlock");
    }
    if (confine_calls() != 0) {
        supervise_give_up(report, "seccomp");
    }
}

/* In the child: confines itself as the tier says and becomes the job's program. */
static _Noreturn void become_job(enum sandbox_tier tier, const struct sandbox_job *job, int report)
{
    static char *const environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent",
                                        "TZ=UTC", NULL};
    char temporary[4200];
    snprintf(temporary, sizeof(temporary), "TMPDIR=%s", job->work);
    char *const with_temporary[] = {environment[0], environment[1], environment[2],
                                    environment[3], temporary,      NULL};
    pid_t supervisor = getppid();
    setsid();
    if (chdir(job->work) != 0) {
        supervise_give_up(report, "entering its folder");
    }
    const char *lacking = confine_limits(&job->limits);
    if (lacking != NULL) {
        supervise_give_up(report, lacking);
    }
    const char *const *argv = job->argv;
    if (job->has_program) {
        fcntl(job->program, F_SETFD, 0);
    }
    switch (tier) {
    case SANDBOX_BUBBLEWRAP:
        argv = wrap_command(job);
        break;
    case SANDBOX_LANDLOCK:
        confine_landlocked(job, report);
        break;
    case SANDBOX_LIMITS:
        if (confine_user() != 0 || confine_no_privileges() != 0) {
            supervise_give_up(report, "changing the user");
        }
        break;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* which a change of user has cleared */
    if (getppid() != supervisor) {
        _exit(0);
    }
    if (job->has_program && tier != SANDBOX_BUBBLEWRAP) {
        fexecve(job->program, (char *const *)argv, with_temporary);
    } else {
        execvpe(argv[0], (char *const *)argv,
                tier == SANDBOX_BUBBLEWRAP ? environment : with_temporary);
    }
    supervise_give_up(report, argv[0]);
}

/* What the supervisor's child becomes. */
struct start {
    enum sandbox_tier tier;
    const struct sandbox_job *job;
    int output, report;
};

static void start_job(void *argument)
{
    const struct start *start = argument;
    const struct sandbox_job *job = start->job;
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    process_default_signals();
    dup2(job->has_input ? job->input : nothing, STDIN_FILENO);
    dup2(start->output, STDOUT_FILENO);
    dup2(start->output, STDERR_FILENO);
    become_job(start->tier, job, start->report);
}

static _Noreturn void start_supervisor(enum sandbox_tier tier, const struct sandbox_job *job,
                                       int output, int report)
{
    struct start start = {tier, job, output, report};
    supervise(&job->limits, report, start_job, &start);
}

/* Gathers output until the supervisor has closed it; keeps `most` bytes. */
static void gather(int from, size_t most, struct sandbox_end *end)
{
    char piece[65536];
    for (;;) {
        ssize_t count = read(from, piece, sizeof(piece));
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count <= 0) {
            return;
        }
        size_t room = most - end->output.length;
        size_t kept = (size_t)count < room ? (size_t)count : room;
        buffer_add(&end->output, piece, kept);
        end->cut |= kept < (size_t)count;
    }
}

/* The first message that came: a failure to set up if there was one. */
static int read_report(int from, struct sandbox_end *end, struct error *error)
{
    struct supervise_message message;
    ssize_t count = read(from, &message, sizeof(message));
    if (count != (ssize_t)sizeof(message)) {
        return error_fault(error, "the sandbox's supervisor was killed");
    }
    if (message.stage_errno != 0) {
        return error_fault(error, "cannot make the sandbox: %s: %s", message.stage,
                           strerror(message.stage_errno));
    }
    end->stop = message.stop;
    bool by_itself = message.stop == SANDBOX_ENDED;
    end->process.exited = by_itself && WIFEXITED(message.wait_status);
    end->process.status = end->process.exited ? WEXITSTATUS(message.wait_status) : 0;
    end->process.signal = end->process.exited ? 0
                          : by_itself         ? WTERMSIG(message.wait_status)
                                              : SIGKILL;
    return 0;
}

int sandbox_run(enum sandbox_tier tier, const struct sandbox_job *job, struct sandbox_end *end,
                struct error *error)
{
    int output[2], report[2];
    *end = (struct sandbox_end){0};
    if (pipe2(output, O_CLOEXEC) != 0) {
        error_fault(error, "cannot make a pipe: %s", strerror(errno));
        return limits_blame(error);
    }
    if (pipe2(report, O_CLOEXEC) != 0) {
        error_fault(error, "cannot make a pipe: %s", strerror(errno));
        close(output[0]);
        close(output[1]);
        return limits_blame(error);
    }
    fflush(NULL);
    pid_t supervisor = fork();
    if (supervisor == 0) {
        start_supervisor(tier, job, output[1], report[1]);
    }
    close(output[1]);
    close(report[1]);
    int status = -1;
    if (supervisor < 0) {
        error_fault(error, "cannot start a process: %s", strerror(errno));
    } else {
        gather(output[0], job->limits.output_bytes, end);
        status = read_report(report[0], end, error);
        while (waitpid(supervisor, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    close(output[0]);
    close(report[0]);
    if (status != 0) {
        buffer_free(&end->output);
        limits_blame(error);
    }
    return status;
}

bool sandbox_works(enum sandbox_tier tier, struct error *error)
{
    static const char *const argv[] = {"/usr/bin/true", NULL};
    char *folder = folder_temporary(error);
    if (folder == NULL) {
        return false;
    }
    struct sandbox_job job = {
        .argv = argv,
        .work = folder,
        .limits = {.cpu_seconds = 5,
                   .wall_seconds = 120,
                   .file_bytes = 1 << 20,
                   .processes = 64,
                   .output_bytes = 400},
    };
    struct sandbox_end end;
    bool works = sandbox_own(folder, error) == 0 && sandbox_run(tier, &job, &end, error) == 0;
    if (works) {
        works = end.process.exited && end.process.status == 0;
        if (!works) {
            const char *said = buffer_string(&end.output);
            error_fault(error, "%s does not work here: %.*s", names[tier], (int)strcspn(said, "\n"),
                        said);
        }
        buffer_free(&end.output);
    }
    folder_remove(folder);
    free(folder);
    return works;
}

static int find(enum sandbox_tier *tier, struct error *error)
{
    const char *wanted = getenv("COACH_SANDBOX");
    if (wanted == NULL || wanted[0] == '\0') {
        for (*tier = SANDBOX_BUBBLEWRAP; *tier < SANDBOX_LIMITS; (*tier)++) {
            struct error ignored;
            if (sandbox_works(*tier, &ignored)) {
                return 0;
            }
        }
        return 0;
    }
    for (*tier = SANDBOX_BUBBLEWRAP; *tier <= SANDBOX_LIMITS; (*tier)++) {
        if (strcmp(wanted, names[*tier]) == 0) {
            return sandbox_works(*tier, error) ? 0
                                               : error_prefix(error, "COACH_SANDBOX=%s", wanted);
        }
    }
    return error_set(error, "COACH_SANDBOX is '%s', expected bubblewrap, landlock or limits",
                     wanted);
}

int sandbox_find(enum sandbox_tier *tier, struct error *error)
{
    static bool found;
    static enum sandbox_tier before;
    if (!found && find(&before, error) != 0) {
        return -1;
    }
    found = true;
    *tier = before;
    return 0;
}
