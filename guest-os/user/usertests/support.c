/* What the cases have in common. */
#include "user/usertests/test.h"

_Noreturn void check_failed(const char *file, int line, const char *condition, const long *found,
                            const long *expected)
{
    if (found)
        printf("%s:%d: %s is %ld, expected %ld\n", file, line, condition, *found, *expected);
    else
        printf("%s:%d: does not hold: %s\n", file, line, condition);
    exit(1);
}

struct exit_status run_child(body *run, uint64_t argument)
{
    struct exit_status status;
    long pid = fork();
    if (!pid) {
        run(argument);
        exit(0);
    }
    check(pid > 0);
    check_equal(wait(&status), pid);
    return status;
}

void check_faults(body *run, uint64_t argument, uint64_t cause)
{
    struct exit_status status = run_child(run, argument);
    check_equal(status.reason, ENDED_FAULT);
    check_equal(status.cause, cause);
}

static size_t read_all(long descriptor, char *to, size_t size)
{
    size_t used = 0;
    long got;
    while (used + 1 < size && (got = read(descriptor, to + used, size - 1 - used)) > 0)
        used += (size_t)got;
    to[used] = 0;
    return used;
}

int run_captured(char *const *arguments, char *output, size_t size)
{
    int32_t ends[2];
    struct exit_status status;
    check_equal(pipe(ends), 0);
    long pid = fork();
    if (!pid) {
        close(1);
        dup(ends[1]);
        close(ends[0]);
        close(ends[1]);
        exec(arguments[0], arguments);
        exit(127);
    }
    check(pid > 0);
    close(ends[1]);
    read_all(ends[0], output, size);
    close(ends[0]);
    check_equal(wait(&status), pid);
    return status.code;
}

long raw_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2)
{
    register uint64_t x10 __asm__("a0") = a0;
    register uint64_t x11 __asm__("a1") = a1;
    register uint64_t x12 __asm__("a2") = a2;
    register uint64_t x17 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(x10) : "r"(x11), "r"(x12), "r"(x17) : "memory");
    return (long)x10;
}

static uint8_t pattern(size_t at, uint64_t seed)
{
    uint64_t value = (at + 1) * 0x9e3779b97f4a7c15ul + seed * 0xbf58476d1ce4e5b9ul;
    return (uint8_t)(value >> 37);
}

void fill(void *bytes, size_t count, uint64_t seed)
{
    uint8_t *to = bytes;
    for (size_t i = 0; i < count; i++)
        to[i] = pattern(i, seed);
}

bool holds(const void *bytes, size_t count, uint64_t seed)
{
    const uint8_t *from = bytes;
    for (size_t i = 0; i < count; i++) {
        if (from[i] != pattern(i, seed))
            return false;
    }
    return true;
}
