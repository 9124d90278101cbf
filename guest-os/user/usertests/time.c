/* Time, sleep, and preemption. */
#include "user/usertests/test.h"

TEST(uptime_grows)
{
    long last = uptime();
    check(last > 0);
    for (int i = 0; i < 100; i++) {
        long now = uptime();
        check(now >= last);
        last = now;
    }
}

TEST(sleep_is_long_enough)
{
    static const long spans[] = {1, 999, 1000, 10000, 50000};
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
        long before = uptime();
        check_equal(sleep(spans[i]), 0);
        check(uptime() - before >= spans[i]);
    }
}

TEST(sleep_of_nothing)
{
    check_equal(sleep(0), 0);
    check_equal(sleep(-1), -EINVAL);
}

TEST(sleepers_wake_in_order)
{
    int32_t ends[2];
    char order[4] = {0};
    /* From one moment on, and far apart: a machine on a busy host may stand still for a while. */
    long begin = uptime();
    check_equal(pipe(ends), 0);
    for (long i = 3; i > 0; i--) {
        char name = (char)('0' + i);
        if (fork())
            continue;
        sleep(begin + i * 250000 - uptime());
        write(ends[1], &name, 1);
        exit(0);
    }
    for (int i = 0; i < 3; i++) {
        check_equal(read(ends[0], order + i, 1), 1);
        check(wait(NULL) > 0);
    }
    check(!strcmp(order, "123"));
}

TEST(sleeper_is_killed)
{
    struct exit_status status;
    long pid = fork();
    if (!pid) {
        sleep(1000l * 1000 * 1000 * 1000);
        exit(0);
    }
    sleep(1000);
    check_equal(kill(pid), 0);
    check_equal(wait(&status), pid);
    check_equal(status.reason, ENDED_KILLED);
}

/* A process that never calls the kernel is interrupted all the same, and can be killed. */
TEST(spinner_is_preempted)
{
    struct exit_status status;
    long pid = fork();
    if (!pid)
        for (volatile int i = 0;; i++)
            continue;
    for (int i = 0; i < 3; i++)
        check_equal(sleep(1000), 0);
    check_equal(kill(pid), 0);
    check_equal(wait(&status), pid);
    check_equal(status.reason, ENDED_KILLED);
}

/* Three spinners that never sleep, each with its own value in all registers that C keeps. */
TEST(spinners_share_the_hart)
{
    int32_t ends[2];
    check_equal(pipe(ends), 0);
    for (uint64_t i = 0; i < 3; i++) {
        if (fork())
            continue;
        uint64_t sum = 0, until = (uint64_t)uptime() + 60000;
        for (uint64_t n = 0; n < 3 || (uint64_t)uptime() < until; n++)
            sum += i + n % 3;
        write(ends[1], &sum, sizeof(sum));
        exit(0);
    }
    for (int i = 0; i < 3; i++) {
        uint64_t sum;
        check_equal(read(ends[0], &sum, sizeof(sum)), sizeof(sum));
        check(sum > 0);
        check(wait(NULL) > 0);
    }
}

/* spin_registers.S */
long spin_registers(uint64_t seed, uint64_t rounds);

/* Processes with other values in all registers take turns, and none sees a difference. */
TEST(registers_survive_preemption)
{
    enum { CHILDREN = 3 };
    for (uint64_t i = 1; i <= CHILDREN; i++) {
        if (!fork())
            exit((int)spin_registers(i << 40 | i << 8, 15000000));
    }
    for (int i = 0; i < CHILDREN; i++) {
        struct exit_status status;
        check(wait(&status) > 0);
        check_equal(status.code, 0);
    }
}
