/*
 * Runs the registered suites under CUnit, prints a line a suite and every failed assertion, and
 * as the last line "N passed, N failed", counted in tests.
 */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestRun.h>

#include "test.h"

/* The section holds at least this entry, so that it exists in a program without suites. */
static const struct test_suite *const no_suite __attribute__((section("test_suites"), used));

extern const struct test_suite *const __start_test_suites[];
extern const struct test_suite *const __stop_test_suites[];

static unsigned passed, failed;

static void test_done(const CU_pTest test, const CU_pSuite suite, const CU_pFailureRecord failure)
{
    if (failure == NULL) {
        passed++;
        return;
    }
    failed++;
    printf("not ok %s: %s\n", suite->pName, test->pName);
    for (CU_pFailureRecord record = failure; record != NULL; record = record->pNext) {
        if (record->strFileName != NULL)
            printf("    %s:%u: %s\n", record->strFileName, record->uiLineNumber,
                   record->strCondition);
    }
}

static int add(const struct test_suite *suite)
{
    CU_pSuite added = CU_add_suite(suite->name, NULL, NULL);
    if (added == NULL)
        return -1;
    for (size_t i = 0; i < suite->count; i++) {
        if (CU_add_test(added, suite->cases[i].fact, suite->cases[i].function) == NULL)
            return -1;
    }
    return 0;
}

static int wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], name) == 0)
            return 1;
    }
    return argc == 1;
}

static int run_suite(const struct test_suite *suite)
{
    unsigned before = failed;
    if (add(suite) != 0) {
        printf("not ok %s: cannot be registered: %s\n", suite->name, CU_get_error_msg());
        failed++;
        return -1;
    }
    CU_run_suite(CU_get_suite(suite->name));
    printf("%s %s: %zu tests\n", failed == before ? "ok" : "not ok", suite->name, suite->count);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (CU_initialize_registry() != CUE_SUCCESS)
        return 3;
    CU_set_test_complete_handler(test_done);
    for (const struct test_suite *const *entry = __start_test_suites; entry < __stop_test_suites;
         entry++) {
        if (*entry != NULL && wanted((*entry)->name, argc, argv))
            run_suite(*entry);
    }
    CU_cleanup_registry();
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
