/* yield and the figures that the kernel gives. */
#include "user/usertests/test.h"

TEST(yield_returns)
{
    for (int i = 0; i < 100; i++)
        check_equal(yield(), 0);
}

TEST(yield_lets_others_run)
{
    int32_t ends[2];
    char byte = 0;
    check_equal(pipe(ends), 0);
    if (!fork()) {
        write(ends[1], &byte, 1);
        exit(0);
    }
    yield();
    close(ends[1]);
    check_equal(read(ends[0], &byte, 1), 1);
    check(wait(NULL) > 0);
}

TEST(stat_is_plausible)
{
    struct system_status status;
    check_equal(system_stat(&status), 0);
    check(status.pages > 1000);
    check(status.free_pages > 0 && status.free_pages < status.pages);
    check(status.processes >= 3);
    check(status.uptime_us > 0);
    check(status.idle_us <= status.uptime_us);
    check_equal(system_stat((struct system_status *)8), -EFAULT);
}

TEST(stat_counts_idle_time)
{
    struct system_status before, after;
    check_equal(system_stat(&before), 0);
    check_equal(sleep(100000), 0);
    check_equal(system_stat(&after), 0);
    check(after.uptime_us - before.uptime_us >= 100000);
    check(after.idle_us > before.idle_us);
    check(after.ticks > before.ticks);
    check(after.steal_us >= before.steal_us);
}

TEST(process_list_has_this_process)
{
    struct process_status status;
    long pid = getpid();
    bool found = false;
    for (long i = 0; process_stat(i, &status) == 0; i++)
        found |= status.pid == pid && status.state == PROCESS_RUNNING &&
                 !strcmp(status.name, "usertests") && status.resident > 0;
    check(found);
    check_equal(process_stat(1000, &status), -ENOENT);
    check_equal(process_stat(-1, &status), -ENOENT);
    check_equal(process_stat(0, (struct process_status *)8), -EFAULT);
}

TEST(processes_leave_no_page_behind)
{
    struct system_status before, after;
    check_equal(system_stat(&before), 0);
    for (int i = 0; i < 50; i++) {
        char output[64];
        char *arguments[] = {"echo", "text", NULL};
        check_equal(run_captured(arguments, output, sizeof(output)), 0);
    }
    check_equal(system_stat(&after), 0);
    check_equal(after.free_pages, before.free_pages);
    check_equal(after.processes, before.processes);
}
