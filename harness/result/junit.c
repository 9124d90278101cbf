/*
 * JUnit XML, which continuous integration reads. Names are unique, since
 * GitLab drops a test whose name it has seen; control characters are left out, since XML 1.0
 * has no way to write them.
 */
#include "result/escape.h"
#include "result/write.h"

#include <inttypes.h>
#include <string.h>

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    escape_xml(out, value);
    fputc('"', out);
}

/* The failure's account, one line each; the caller is inside an element's text. */
static void account(FILE *out, const struct result_check *check, const struct result_item *item)
{
    for (size_t i = 0; i < item->line_count; i++) {
        escape_xml(out, result_line_kind_name(item->lines[i].kind));
        fputs(": ", out);
        escape_xml(out, item->lines[i].text);
        fputc('\n', out);
    }
    if (item->hint) {
        fputs("hint: ", out);
        escape_xml(out, item->hint);
        fputc('\n', out);
    }
    if (*check->replay) {
        fputs("replay: ", out);
        escape_xml(out, check->replay);
        fputc('\n', out);
    }
}

/* Failures are the submission's, errors are not: JUnit's own distinction. */
static const char *junit_element(enum verdict verdict)
{
    bool failure = verdict == VERDICT_FAIL || verdict == VERDICT_GUEST_FAULT;
    return failure ? "failure" : "error";
}

static void test_case(FILE *out, const struct result_check *check, const struct result_item *item)
{
    fputs("  <testcase classname=\"", out);
    escape_xml(out, check->id);
    fputs("\" name=\"", out);
    escape_xml(out, item->id);
    fputs(": ", out);
    escape_xml(out, item->title);
    fprintf(out, " (seed %" PRIu64 ")\" time=\"%.6f\"", check->seed,
            (double)check->virtual_ns / 1e9);
    if (*check->file)
        attribute(out, "file", check->file);
    if (item->verdict == VERDICT_PASS) {
        fputs("/>\n", out);
        return;
    }
    fprintf(out, ">\n   <%s", junit_element(item->verdict));
    attribute(out, "type", verdict_name(item->verdict));
    attribute(out, "message", item->diagnosis ? item->diagnosis : item->title);
    fputs(">", out);
    account(out, check, item);
    fprintf(out, "</%s>\n  </testcase>\n", junit_element(item->verdict));
}

static size_t failures(const struct result_score *score)
{
    return score->items[VERDICT_FAIL] + score->items[VERDICT_GUEST_FAULT];
}

static size_t errors(const struct result_score *score)
{
    return score->items[VERDICT_BUILD_ERROR] + score->items[VERDICT_TOOLCHAIN_FAULT] +
           score->items[VERDICT_HARNESS_FAULT];
}

static size_t total(const struct result_score *score)
{
    return score->items[VERDICT_PASS] + failures(score) + errors(score);
}

int result_write_junit(const struct result_run *run, FILE *out)
{
    struct result_score all = result_run_score(run);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
    attribute(out, "name", run->title);
    fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\">\n", total(&all), failures(&all),
            errors(&all));
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        struct result_score score = result_check_score(check);
        fputs(" <testsuite", out);
        attribute(out, "name", check->id);
        fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"%.6f\">\n",
                total(&score), failures(&score), errors(&score), (double)check->virtual_ns / 1e9);
        for (size_t k = 0; k < check->item_count; k++)
            test_case(out, check, &check->items[k]);
        fputs(" </testsuite>\n", out);
    }
    fputs("</testsuites>\n", out);
    return ferror(out) ? -1 : 0;
}
