/*
 * usertests [-l | NAME…]: runs all cases, or those that are named, or lists them. Exits with 0
 * if all passed.
 */
#include "user/usertests/test.h"

extern const struct test __tests_start[], __tests_end[];

/* Ended processes are reaped by their parents in a moment: so often we let others run first. */
#define PATIENCE 100

/* Free pages, or 0 where the kernel does not tell. */
static uint64_t free_pages(void)
{
    struct system_status status;
    return system_stat(&status) == 0 ? status.free_pages : 0;
}

/* The number of pages that were free before and are not now. */
static long lost_pages(uint64_t before)
{
    for (int i = 0; i < PATIENCE && free_pages() < before; i++)
        yield();
    return (long)(before - free_pages());
}

static bool run_case(const struct test *test)
{
    struct exit_status status;
    uint64_t before = free_pages();
    long pid = fork();
    if (!pid) {
        test->run();
        exit(0);
    }
    if (pid < 0 || wait(&status) != pid) {
        printf("not ok %s: no process to run it in: %ld\n", test->name, pid);
        return false;
    }
    describe_end(1, &status);
    long lost = lost_pages(before);
    bool passed = status.code == 0 && lost == 0;
    printf("%s %s", passed ? "ok" : "not ok", test->name);
    if (lost)
        printf(": %ld pages are lost", lost);
    printf("\n");
    return passed;
}

static bool wanted(const struct test *test, int count, char **names)
{
    for (int i = 0; i < count; i++) {
        if (!strcmp(names[i], test->name))
            return true;
    }
    return count == 0;
}

static int list(void)
{
    for (const struct test *test = __tests_start; test < __tests_end; test++)
        printf("%s\n", test->name);
    return 0;
}

int main(int count, char **arguments)
{
    int passed = 0, failed = 0;
    if (count == 2 && !strcmp(arguments[1], "-l"))
        return list();
    for (const struct test *test = __tests_start; test < __tests_end; test++) {
        if (!wanted(test, count - 1, arguments + 1))
            continue;
        if (run_case(test))
            passed++;
        else
            failed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
