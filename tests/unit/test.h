/*
 * Registration of unit tests. A file holds one suite; nothing central lists them:
 *
 *     static void crc_of_the_check_string(void)
 *     {
 *         CU_ASSERT_EQUAL(crc32_update(0, "123456789", 9), 0xcbf43926);
 *     }
 *     TEST_SUITE(crc32, {"CRC-32 of 123456789 is cbf43926", crc_of_the_check_string});
 *
 * A test's name states a fact. The runner takes names of suites as arguments, to run only these.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <stddef.h>

#include <CUnit/CUnit.h>

struct test_case {
    const char *fact;
    void (*function)(void);
};

struct test_suite {
    const char *name;
    const struct test_case *cases;
    size_t count;
};

#define TEST_SUITE(suite_name, ...)                                                                \
    static const struct test_case suite_name##_cases[] = {__VA_ARGS__};                            \
    static const struct test_suite suite_name##_suite = {#suite_name, suite_name##_cases,          \
                                                         sizeof(suite_name##_cases) /              \
                                                             sizeof(suite_name##_cases[0])};       \
    static const struct test_suite *const suite_name##_entry                                       \
        __attribute__((section("test_suites"), used)) = &suite_name##_suite

#endif
