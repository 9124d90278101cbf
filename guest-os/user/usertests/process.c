/* fork, exec, wait, exit, kill. */
#include "user/usertests/test.h"

TEST(fork_returns_twice)
{
    struct exit_status status;
    long parent = getpid(), pid = fork();
    if (!pid)
        exit(getpid() != parent ? 7 : 8);
    check(pid > parent);
    check_equal(wait(&status), pid);
    check_equal(status.code, 7);
}

static void exit_with(uint64_t code)
{
    exit((int)code);
}

TEST(exit_code_arrives)
{
    static const int codes[] = {0, 1, 42, 255, 256, -1, 0x7fffffff};
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        struct exit_status status = run_child(exit_with, (uint64_t)codes[i]);
        check_equal(status.reason, ENDED_EXIT);
        check_equal(status.code, codes[i]);
    }
}

TEST(exit_status_names_the_program)
{
    struct exit_status status = run_child(exit_with, 0);
    check(!strcmp(status.name, "usertests"));
}

TEST(wait_without_child)
{
    check_equal(wait(NULL), -ECHILD);
}

TEST(wait_without_status)
{
    long pid = fork();
    if (!pid)
        exit(3);
    check_equal(wait(NULL), pid);
    check_equal(wait(NULL), -ECHILD);
}

TEST(wait_finds_each_child_once)
{
    enum { CHILDREN = 10 };
    int found[CHILDREN] = {0};
    for (int i = 0; i < CHILDREN; i++) {
        if (!fork())
            exit(i);
    }
    for (int i = 0; i < CHILDREN; i++) {
        struct exit_status status;
        check(wait(&status) > 0);
        check(status.code >= 0 && status.code < CHILDREN);
        found[status.code]++;
    }
    for (int i = 0; i < CHILDREN; i++)
        check_equal(found[i], 1);
    check_equal(wait(NULL), -ECHILD);
}

TEST(fork_separates_memory)
{
    static volatile int data = 1;
    volatile int stack = 2;
    int32_t gate[2];
    struct exit_status status;
    char byte = 0;
    check_equal(pipe(gate), 0);
    long pid = fork();
    if (!pid) {
        read(gate[0], &byte, 1); /* the parent has written by then */
        exit(data == 1 && stack == 2 ? 0 : 1);
    }
    data = 10;
    stack = 20;
    check_equal(write(gate[1], &byte, 1), 1);
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
    check(data == 10 && stack == 20);
}

TEST(fork_of_a_fork)
{
    struct exit_status status;
    if (!fork()) {
        if (!fork()) {
            if (!fork())
                exit(5);
            wait(&status);
            exit(status.code + 1);
        }
        wait(&status);
        exit(status.code + 1);
    }
    wait(&status);
    check_equal(status.code, 7);
}

TEST(fork_until_it_fails)
{
    int32_t gate[2];
    int made = 0;
    long pid;
    check_equal(pipe(gate), 0);
    while ((pid = fork()) > 0)
        made++;
    if (!pid) {
        char byte;
        close(gate[1]);
        read(gate[0], &byte, 1);
        exit(0);
    }
    check(pid == -EAGAIN || pid == -ENOMEM);
    check(made > 10);
    close(gate[1]);
    for (; made; made--)
        check(wait(NULL) > 0);
    check_equal(wait(NULL), -ECHILD);
}

TEST(orphans_are_adopted)
{
    int32_t names[2], gate[2];
    long orphan = 0;
    char byte;
    check_equal(pipe(names), 0);
    check_equal(pipe(gate), 0);
    if (!fork()) {
        long pid = fork();
        if (!pid) {
            close(gate[1]);
            read(gate[0], &byte, 1); /* for ever: nobody writes, and the test keeps its end */
            exit(0);
        }
        write(names[1], &pid, sizeof(pid));
        exit(0);
    }
    check(wait(NULL) > 0);
    check_equal(read(names[0], &orphan, sizeof(orphan)), sizeof(orphan));
    check_equal(wait(NULL), -ECHILD); /* it is not ours */
    check_equal(kill(orphan), 0);     /* but it is there */
}

TEST(exec_replaces_the_program)
{
    char output[64];
    char *arguments[] = {"echo", "one", "", "three  four", NULL};
    check_equal(run_captured(arguments, output, sizeof(output)), 0);
    check(!strcmp(output, "one  three  four\n"));
}

TEST(exec_of_nothing)
{
    char *arguments[] = {"nothing", NULL};
    check_equal(exec("nothing", arguments), -ENOENT);
    check_equal(exec("", arguments), -ENOENT);
    check_equal(exec("a-name-that-is-longer-than-any-name", arguments), -ENOENT);
}

TEST(exec_of_a_text)
{
    char *arguments[] = {"motd", NULL};
    check_equal(exec("motd", arguments), -ENOEXEC);
}

TEST(exec_with_too_many_arguments)
{
    char *arguments[40];
    for (int i = 0; i < 39; i++)
        arguments[i] = "x";
    arguments[39] = NULL;
    check_equal(exec("echo", arguments), -E2BIG);
}

TEST(exec_with_too_long_arguments)
{
    static char text[8192];
    char *arguments[] = {"echo", text, NULL};
    memset(text, 'x', sizeof(text) - 1);
    check_equal(exec("echo", arguments), -E2BIG);
}

TEST(kill_ends_who_waits)
{
    int32_t ends[2];
    struct exit_status status;
    char byte;
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid) {
        read(ends[0], &byte, 1);
        exit(0);
    }
    check_equal(kill(pid), 0);
    check_equal(wait(&status), pid);
    check_equal(status.reason, ENDED_KILLED);
    check_equal(status.code, 128 + ENDED_KILLED);
}

TEST(kill_ends_who_is_ready)
{
    struct exit_status status;
    long pid = fork();
    if (!pid)
        for (;;)
            getpid();
    check_equal(kill(pid), 0);
    check_equal(wait(&status), pid);
    check_equal(status.reason, ENDED_KILLED);
}

TEST(kill_of_nobody)
{
    check_equal(kill(999999), -ESRCH);
    check_equal(kill(0), -ESRCH);
    check_equal(kill(-1), -ESRCH);
}

TEST(kill_of_the_first_process)
{
    check_equal(kill(1), -EINVAL);
}

TEST(kill_of_the_dead)
{
    int32_t ends[2];
    char byte;
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid)
        exit(0);
    close(ends[1]);
    check_equal(read(ends[0], &byte, 1), 0); /* it has ended: its descriptors are closed */
    check_equal(kill(pid), -ESRCH);
    check_equal(wait(NULL), pid);
}

TEST(kill_of_oneself)
{
    struct exit_status status;
    long pid = fork();
    if (!pid) {
        kill(getpid());
        exit(0); /* not reached: it ends on its way out of the call */
    }
    check_equal(wait(&status), pid);
    check_equal(status.reason, ENDED_KILLED);
}

TEST(group_is_inherited)
{
    long own = group(0, 0);
    check_equal(own, getpid());
    struct exit_status status;
    long pid = fork();
    if (!pid)
        exit(group(0, (long)own) == own ? 0 : 1);
    check_equal(wait(&status), pid);
    check_equal(status.code, 0);
    check_equal(group(1, 0), -ESRCH);
}

TEST(unknown_system_calls)
{
    check_equal(raw_call(0, 0, 0, 0), -ENOSYS);
    check_equal(raw_call(63, 0, 0, 0), -ENOSYS);
    check_equal(raw_call(64, 0, 0, 0), -ENOSYS);
    check_equal(raw_call(~0ul, 0, 0, 0), -ENOSYS);
}
