/*
 * Rider's own regression suite. A case is a function; it registers by being written:
 *
 *     TEST(fork_returns_twice) { check(fork() >= 0); }
 *
 * Each case runs in a process of its own and must leave no memory behind.
 */
#ifndef USERTESTS_TEST_H
#define USERTESTS_TEST_H

#include "user/lib/user.h"

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(name)                                                                                 \
    static void test_##name(void);                                                                 \
    static const struct test test_entry_##name                                                     \
        __attribute__((used, section(".rider.tests." #name))) = {#name, test_##name};              \
    static void test_##name(void)

/* The case fails, with the place and the words of the condition, unless it holds. */
#define check(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            check_failed(__FILE__, __LINE__, #condition, 0, 0);                                    \
    } while (0)

/* The case fails, with both numbers, unless they are equal. */
#define check_equal(found, expected)                                                               \
    do {                                                                                           \
        long found_ = (long)(found), expected_ = (long)(expected);                                 \
        if (found_ != expected_)                                                                   \
            check_failed(__FILE__, __LINE__, #found, &found_, &expected_);                         \
    } while (0)

_Noreturn void check_failed(const char *file, int line, const char *condition, const long *found,
                            const long *expected);

typedef void body(uint64_t argument);

/* Runs body(argument) in a child, which then exits with 0. Returns how the child ended. */
struct exit_status run_child(body *run, uint64_t argument);

/* Checks that body(argument), in a child, ends by a trap of that cause (as scause). */
void check_faults(body *run, uint64_t argument, uint64_t cause);

/* Starts a program with its output in `output`, and waits for it. Returns its exit code. */
int run_captured(char *const *arguments, char *output, size_t size);

/* A system call by number, with up to three arguments, whatever they are. */
long raw_call(uint64_t number, uint64_t a0, uint64_t a1, uint64_t a2);

/* Fills bytes with a pattern that depends on seed; tells whether they still hold it. */
void fill(void *bytes, size_t count, uint64_t seed);
bool holds(const void *bytes, size_t count, uint64_t seed);

#endif
