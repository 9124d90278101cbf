/*
 * JUnit XML and TAP 13: the formats that continuous integration reads. Names are unique, since
 * GitLab drops a test whose name it has seen; control characters are left out, since XML 1.0
 * has no way to write them.
 */
#include "result/write.h"

#include <inttypes.h>
#include <string.h>

/* Length of the valid UTF-8 sequence at `at`, or 0. XML's excluded U+FFFE and U+FFFF count as
 * invalid. */
static size_t sequence(const unsigned char *at)
{
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } shape[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};
    for (size_t length = 1; length <= 4; length++) {
        if ((at[0] & shape[length - 1].mask) != shape[length - 1].lead)
            continue;
        uint32_t point = at[0] & (unsigned char)~shape[length - 1].mask;
        for (size_t i = 1; i < length; i++) {
            if ((at[i] & 0xc0) != 0x80)
                return 0;
            point = point << 6 | (at[i] & 0x3f);
        }
        bool bad = point < shape[length - 1].least || point > 0x10ffff || point == 0xfffe ||
                   point == 0xffff || (point >= 0xd800 && point < 0xe000);
        return bad ? 0 : length;
    }
    return 0;
}

static void xml(FILE *out, const char *text)
{
    for (const unsigned char *at = (const unsigned char *)(text ? text : ""); *at;) {
        size_t length = sequence(at);
        if (length == 0)
            fputs("\xef\xbf\xbd", out);
        else if (*at == '&')
            fputs("&amp;", out);
        else if (*at == '<')
            fputs("&lt;", out);
        else if (*at == '>')
            fputs("&gt;", out);
        else if (*at == '"')
            fputs("&quot;", out);
        else if (*at == '\n' || *at == '\t')
            fprintf(out, "&#%d;", *at);
        else if (*at >= 0x20 && *at != 0x7f)
            fwrite(at, 1, length, out);
        at += length ? length : 1;
    }
}

static void attribute(FILE *out, const char *name, const char *value)
{
    fprintf(out, " %s=\"", name);
    xml(out, value);
    fputc('"', out);
}

/* The failure's account, one line each; the caller is inside an element's text. */
static void account(FILE *out, const struct result_check *check, const struct result_item *item)
{
    for (size_t i = 0; i < item->line_count; i++) {
        xml(out, result_line_kind_name(item->lines[i].kind));
        fputs(": ", out);
        xml(out, item->lines[i].text);
        fputc('\n', out);
    }
    if (item->hint) {
        fputs("hint: ", out);
        xml(out, item->hint);
        fputc('\n', out);
    }
    if (*check->replay) {
        fputs("replay: ", out);
        xml(out, check->replay);
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
    xml(out, check->id);
    fputs("\" name=\"", out);
    xml(out, item->id);
    fputs(": ", out);
    xml(out, item->title);
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
