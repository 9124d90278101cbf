/*
 * The supervisor of a job. As a child subreaper it is given what the job leaves behind, and kills
 * all of it: when the job ends, when a limit is reached, and when coach dies, which it hears of by
 * a signal that a change of user, as jobs make it, cannot clear in it.
 */
#include "grade/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/file.h"

#define LOOK_MS    250  /* between two looks at the processor time */
#define LAST_MS    5000 /* that killed processes have to go, where nobody lists them */
#define STAT_BYTES 1024

_Noreturn void supervise_give_up(int report, const char *stage)
{
    struct supervise_message message = {.stage_errno = errno != 0 ? errno : EINVAL};
    snprintf(message.stage, sizeof(message.stage), "%s", stage);
    write_all(report, &message, sizeof(message));
    _exit(126);
}

/* Calls for each child of a process. false: this system does not list them. */
static bool each_child(int process, void (*call)(int child, void *argument), void *argument)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task/%d/children", process, process);
    FILE *children = fopen(path, "re");
    int child;
    while (children != NULL && fscanf(children, "%d", &child) == 1) {
        call(child, argument);
    }
    return children != NULL && fclose(children) == 0;
}

/* Adds the clock ticks that the process and all below it have used. */
static void add_ticks(int process, void *argument)
{
    char path[64], text[STAT_BYTES];
    snprintf(path, sizeof(path), "/proc/%d/stat", process);
    FILE *file = fopen(path, "re");
    size_t bytes = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;
    text[bytes] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    const char *behind = strrchr(text, ')'); /* the name may hold anything */
    unsigned long user, system;
    long waited_user, waited_system;
    if (behind != NULL &&
        sscanf(behind + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &user,
               &system, &waited_user, &waited_system) == 4) {
        *(uint64_t *)argument +=
            user + system + (unsigned long)waited_user + (unsigned long)waited_system;
    }
    each_child(process, add_ticks, argument);
}

static bool used_up(const struct sandbox_limits *limits, pid_t job)
{
    uint64_t ticks = 0;
    if (limits->total_seconds == 0) {
        return false;
    }
    add_ticks(job, &ticks);
    return ticks / (uint64_t)sysconf(_SC_CLK_TCK) >= limits->total_seconds;
}

static void kill_one(int process, void *argument)
{
    (void)argument;
    kill(process, SIGKILL);
}

/* Where children are not listed: the job's group, and as root every process of the jobs' user. */
static void kill_unlisted(pid_t job)
{
    kill(-job, SIGKILL);
    pid_t other = geteuid() == 0 ? fork() : -1;
    if (other == 0) {
        unsigned user = sandbox_user();
        if (setresgid(user, user, user) == 0 && setresuid(user, user, user) == 0) {
            kill(-1, SIGKILL);
        }
        _exit(0);
    }
}

static void nap(unsigned ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

/* Kills every child that this process has, adopted ones too, until none is left. */
static void kill_all(pid_t job)
{
    for (unsigned waited = 0; waited < LAST_MS;) {
        bool listed = each_child((int)getpid(), kill_one, NULL);
        if (!listed && waited == 0) {
            kill_unlisted(job);
        }
        pid_t gone = waitpid(-1, NULL, listed ? 0 : WNOHANG);
        if (gone < 0 && errno == ECHILD) {
            return;
        }
        if (gone == 0) {
            nap(10);
            waited += 10;
        }
    }
}

static uint64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Waits until the job ends, a limit is reached or coach is gone. */
static void watch(const struct sandbox_limits *limits, pid_t job, const sigset_t *signals,
                  struct supervise_message *message)
{
    const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
    uint64_t until = now_ms() + limits->wall_seconds * 1000ull;
    for (;;) {
        if (waitpid(job, &message->wait_status, WNOHANG) != 0) {
            return;
        }
        if (sigtimedwait(signals, NULL, &pause) == SIGTERM) {
            kill_all(job);
            _exit(0);
        }
        if (used_up(limits, job)) {
            message->stop = SANDBOX_OUT_OF_TIME;
            return;
        }
        if (now_ms() >= until) {
            message->stop = SANDBOX_STARVED;
            return;
        }
    }
}

_Noreturn void supervise(const struct sandbox_limits *limits, int report,
                         void (*start)(void *argument), void *argument)
{
    struct supervise_message message = {0};
    sigset_t signals, before;
    pid_t coach = getppid();
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &before);
    signal(SIGCHLD, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    setpgid(0, 0);
    if (getppid() != coach) {
        _exit(0);
    }
    pid_t job = fork();
    if (job == 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        start(argument);
        _exit(126);
    }
    if (job < 0) {
        supervise_give_up(report, "starting a process");
    }
    watch(limits, job, &signals, &message);
    kill_all(job);
    write_all(report, &message, sizeof(message));
    _exit(0);
}
