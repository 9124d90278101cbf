/* Facts about child processes and QEMU's command line. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "bundle/pack.h"
#include "lib/process.h"
#include "machine/deadline.h"
#include "machine/qemu.h"
#include "test.h"

static int shell(const char *script, int timeout_ms, struct buffer *out, struct process_end *end,
                 struct error *error)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    return process_run(argv, timeout_ms, out, end, error);
}

static void ends_by_itself(void)
{
    struct buffer out = {0};
    struct process_end end;
    CU_ASSERT_EQUAL(shell("echo one; echo two >&2; exit 7", 20000, &out, &end, NULL), 0);
    CU_ASSERT(end.exited && end.status == 7);
    CU_ASSERT_STRING_EQUAL(buffer_string(&out), "one\ntwo\n");
    buffer_free(&out);
    process_end_describe(&end, &out);
    CU_ASSERT_STRING_EQUAL(buffer_string(&out), "exit status 7");
    buffer_free(&out);
}

static void ends_by_signal(void)
{
    struct buffer out = {0};
    struct process_end end;
    CU_ASSERT_EQUAL(shell("kill -TERM $$", 20000, &out, &end, NULL), 0);
    CU_ASSERT(!end.exited && end.signal == SIGTERM);
    process_end_describe(&end, &out);
    CU_ASSERT_STRING_EQUAL(buffer_string(&out), "killed by signal 15 (Terminated)");
    buffer_free(&out);
}

/* Whether a process that was sent SIGKILL is gone; waits for the kernel to get round to it. */
static bool has_ended(pid_t pid)
{
    int fd = pid > 0 ? pidfd_open(pid, 0) : -1;
    if (fd < 0)
        return pid > 0 && errno == ESRCH;
    struct pollfd poller = {.fd = fd, .events = POLLIN};
    int ready = poll(&poller, 1, 10000);
    close(fd);
    return ready == 1;
}

static void ends_in_time(void)
{
    struct buffer out = {0};
    struct process_end end;
    struct error error = {0};
    CU_ASSERT_EQUAL(shell("sleep 30 & echo $!; wait", 500, &out, &end, &error), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "still ran after 500 ms"));
    CU_ASSERT(!end.exited && end.signal == SIGKILL);
    CU_ASSERT(has_ended(atoi(buffer_string(&out))));
    buffer_free(&out);
}

static void starts_or_says_why(void)
{
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    struct buffer out = {0};
    struct process_end end;
    struct error error = {0};
    CU_ASSERT_EQUAL(process_run(argv, 1000, &out, &end, &error), -1);
    CU_ASSERT_EQUAL(error.status, COACH_FAULT);
    CU_ASSERT_PTR_NOT_NULL(strstr(error.text, "cannot be started: No such file"));
    CU_ASSERT_PTR_NULL(process_find("no-such-program-anywhere"));
    CU_ASSERT_PTR_NULL(process_find("/etc/passwd"));
    char *path = process_find("sh");
    CU_ASSERT(path != NULL && path[0] == '/');
    free(path);
}

static char *command_line(const struct qemu_options *options)
{
    struct buffer line = {0};
    qemu_command_line(options, &line);
    return line.data;
}

static void deterministic_line(void)
{
    struct qemu_options options = QEMU_OPTIONS_DEFAULT;
    options.hypervisor = "hv.elf";
    options.append = "trace=on it's";
    char *line = command_line(&options);
    CU_ASSERT_PTR_NULL(strstr(line, "-icount"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "-nodefaults -no-user-config"));
    CU_ASSERT_PTR_NULL(strstr(line, "semihosting"));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "-append 'trace=on it'\\''s'"));
    CU_ASSERT_PTR_NULL(strstr(line, "/proc/self/fd"));
    free(line);
    options.deterministic = true;
    options.seed = 42;
    line = command_line(&options);
    CU_ASSERT_PTR_NOT_NULL(
        strstr(line, "-icount shift=0,sleep=off -seed 42 -rtc base=2024-01-01,clock=vm"));
    free(line);
}

static void machine_refused(void)
{
    static const struct {
        uint64_t memory;
        unsigned harts;
        const char *hypervisor, *reason;
    } bad[] = {
        {256 << 20, 0, "/bin/sh", "0 harts: expected 1 to 16"},
        {256 << 20, 17, "/bin/sh", "17 harts: expected 1 to 16"},
        {0, 1, "/bin/sh", "at least 16M"},
        {(256 << 20) + 1, 1, "/bin/sh", "a multiple of 4096"},
        {1ull << 50, 1, "/bin/sh", "this computer has"},
        {256 << 20, 1, NULL, "no hypervisor was named"},
        {256 << 20, 1, "/nowhere", "No such file"},
        {256 << 20, 1, "/", "is a folder"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct qemu_options options = QEMU_OPTIONS_DEFAULT;
        struct qemu qemu;
        struct error error = {0};
        options.memory = bad[i].memory;
        options.harts = bad[i].harts;
        options.hypervisor = bad[i].hypervisor;
        CU_ASSERT_EQUAL(qemu_start(&qemu, &options, &error), -1);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, bad[i].reason));
        qemu_stop(&qemu);
    }
}

static void deadline_bounds(void)
{
    struct error error = {0};
    CU_ASSERT_EQUAL(deadline_arm(-1, -1, DEADLINE_MOST_NS + 1, &error), -1);
    CU_ASSERT_EQUAL(error.status, COACH_USAGE);
    CU_ASSERT_EQUAL(deadline_arm(-1, -1, 1000, &error), -1);
    CU_ASSERT_EQUAL(error.status, COACH_FAULT);
}

static void deadline_rounding(void)
{
    CU_ASSERT_EQUAL(deadline_exact(30000000), 30000000); /* counts of 960 ns */
    CU_ASSERT_EQUAL(deadline_exact(30000959), 30000000);
    CU_ASSERT_EQUAL(deadline_exact(3000000000), 2999255040); /* counts of 983040 ns */
}

static void sstc_of_cpu(void)
{
    CU_ASSERT(cpu_has_sstc("rv64"));
    CU_ASSERT(cpu_has_sstc("rv64,sstc=on"));
    CU_ASSERT(!cpu_has_sstc("rv64,sstc=off"));
    CU_ASSERT(!cpu_has_sstc("rv64,h=true,sstc=false"));
}

TEST_SUITE(process, {"a child's output and status are gathered", ends_by_itself},
           {"a child's signal is told", ends_by_signal},
           {"a child that takes too long is ended with its group", ends_in_time},
           {"a program that is not there is a fault, named", starts_or_says_why},
           {"QEMU's command line pins time and seed when asked to", deterministic_line},
           {"a machine that cannot be is refused before QEMU starts", machine_refused},
           {"a deadline beyond the watchdog is refused", deadline_bounds},
           {"the watchdog's rounding of a deadline is known", deadline_rounding},
           {"the CPU model tells whether there is Sstc", sstc_of_cpu});
