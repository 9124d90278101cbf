/* Starting, gathering and ending child processes. */
#include "lib/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_OUTPUT (1u << 20)

static int onto(int fd, int target)
{
    if (fd < 0)
        fd = open("/dev/null", O_RDWR);
    if (fd == target)
        return fcntl(fd, F_SETFD, 0);
    return dup2(fd, target) == target ? 0 : -1;
}

void process_default_signals(void)
{
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
}

/* Runs in the child, so only calls that are safe between fork and exec. Returns on failure. */
static void become(const char *const *argv, const struct process_files *files, pid_t parent)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127);
    process_default_signals();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (onto(files->in, 0) != 0 || onto(files->out, 1) != 0 || onto(files->err, 2) != 0)
        return;
    for (size_t i = 0; i < files->passed_count; i++)
        fcntl(files->passed[i], F_SETFD, 0);
    execvp(argv[0], (char *const *)argv);
}

pid_t process_start(const char *const *argv, const struct process_files *files, struct error *error)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return error_fault(error, "%s: cannot be started: %s", argv[0], strerror(errno));
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        become(argv, files, parent);
        int reason = errno;
        if (write(report[1], &reason, sizeof(reason)) < 0)
            _exit(126);
        _exit(127);
    }
    close(report[1]);
    int reason = errno;
    if (pid > 0) {
        setpgid(pid, pid);
        if (read(report[0], &reason, sizeof(reason)) != sizeof(reason)) {
            close(report[0]);
            return pid;
        }
        waitpid(pid, NULL, 0);
    }
    close(report[0]);
    return error_fault(error, "%s: cannot be started: %s", argv[0], strerror(reason));
}

void process_wait(pid_t pid, struct process_end *end)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    end->exited = WIFEXITED(status);
    end->status = end->exited ? WEXITSTATUS(status) : 0;
    end->signal = end->exited ? 0 : WTERMSIG(status);
}

static int64_t milliseconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Reads what there is at one of the two ends; closes it at its end. */
static void read_some(struct pollfd *poller, struct buffer *out)
{
    char chunk[4096];
    ssize_t count = poller->revents != 0 ? read(poller->fd, chunk, sizeof(chunk)) : -1;
    if (count > 0 && out->length < MOST_OUTPUT)
        buffer_add(out, chunk, (size_t)count);
    if (count == 0) {
        close(poller->fd);
        poller->fd = -1;
    }
}

/* Reads both until the writers close or the time is over; 0, or -1 when the time is over. */
static int gather(const int *from, int timeout_ms, struct buffer *out, struct buffer *complaint)
{
    int64_t until = timeout_ms < 0 ? 0 : milliseconds_now() + timeout_ms;
    struct pollfd pollers[2] = {{.fd = from[0], .events = POLLIN},
                                {.fd = from[1], .events = POLLIN}};
    int result = 0;
    while (result == 0 && (pollers[0].fd >= 0 || pollers[1].fd >= 0)) {
        int64_t left = timeout_ms < 0 ? -1 : until - milliseconds_now();
        if (timeout_ms >= 0 && left <= 0)
            result = -1;
        else if (poll(pollers, 2, (int)left) > 0) {
            read_some(&pollers[0], out);
            read_some(&pollers[1], complaint);
        }
    }
    for (int i = 0; i < 2; i++)
        if (pollers[i].fd >= 0)
            close(pollers[i].fd);
    return result;
}

/* A pipe for each of a child's two outputs. 0, or -1 with errno. */
static int open_pipes(int *output, int *complaint)
{
    if (pipe2(output, O_CLOEXEC) != 0)
        return -1;
    if (pipe2(complaint, O_CLOEXEC) == 0)
        return 0;
    close(output[0]);
    close(output[1]);
    return -1;
}

int process_run(const char *const *argv, int timeout_ms, struct buffer *out,
                struct process_end *end, struct error *error)
{
    int output[2], complaint[2];
    struct buffer said = {0};
    if (open_pipes(output, complaint) != 0)
        return error_fault(error, "%s: cannot be started: %s", argv[0], strerror(errno));
    struct process_files files = {.in = -1, .out = output[1], .err = complaint[1]};
    pid_t pid = process_start(argv, &files, error);
    close(output[1]);
    close(complaint[1]);
    if (pid < 0) {
        close(output[0]);
        close(complaint[0]);
        return -1;
    }
    int in_time = gather((const int[]){output[0], complaint[0]}, timeout_ms, out, &said);
    if (in_time != 0)
        kill(-pid, SIGKILL);
    process_wait(pid, end);
    if (said.length > 0 && (!end->exited || end->status != 0))
        buffer_add(out, said.data, said.length);
    buffer_free(&said);
    if (in_time != 0)
        return error_fault(error, "%s: still ran after %d ms and was ended", argv[0], timeout_ms);
    return 0;
}

static bool is_program(const char *path)
{
    return access(path, X_OK) == 0;
}

char *process_find(const char *program)
{
    if (strchr(program, '/') != NULL)
        return is_program(program) ? copy_string(program) : NULL;
    const char *next = getenv("PATH");
    next = next != NULL ? next : "/usr/local/bin:/usr/bin:/bin";
    while (next != NULL && *next != '\0') {
        size_t length = strcspn(next, ":");
        char *path = format_string("%.*s/%s", (int)length, next, program);
        if (is_program(path))
            return path;
        free(path);
        next += length + (next[length] == ':');
    }
    return NULL;
}

void process_end_describe(const struct process_end *end, struct buffer *out)
{
    if (end->exited)
        buffer_printf(out, "exit status %d", end->status);
    else
        buffer_printf(out, "killed by signal %d (%s)", end->signal, strsignal(end->signal));
}
