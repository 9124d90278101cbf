/* The result model and its reports: scores, hostile text, formats that others can read back. */
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "lib/text.h"
#include "result/write.h"
#include "test.h"

#define HOSTILE "</td><script>\"&'\x01\x1b[31m\xff\xc3\xa9\n# ]]>"

static struct result_run *sample(void)
{
    struct result_run *run = result_run_new("a <run> & \"more\"");
    struct result_check *check = result_check_add(run, "traps/one", "Passes");
    result_set(&check->replay, "coach check --seed 3 'x y'");
    check->seed = UINT64_MAX;
    result_item_add(check, "1", "ok", 3)->evidence = EVIDENCE_SEEN | EVIDENCE_TOLD;
    struct result_item *item = result_item_add(check, "2", HOSTILE, 4);
    result_judge(item, VERDICT_FAIL);
    result_set(&item->diagnosis, "sepc not advanced");
    result_set(&item->hint, "look " HOSTILE);
    result_set(&item->at, "f.check:3:4");
    result_line(item, LINE_EXPECTED, "%s", "one\ntwo " HOSTILE);
    result_line(item, LINE_NEAREST, "near");
    check = result_check_add(run, "traps/two", "Not graded");
    result_judge(result_item_add(check, "1", "broken", 5), VERDICT_HARNESS_FAULT);
    result_span_add(check, "vm a", "runs", 'r', 0, 1000);
    result_span_add(check, "vm a", "ends <", 'e', 1000, 1000);
    result_region_add(check, 0x80000000, 4096, "vm a", true);
    result_set(&check->console, "%s", HOSTILE);
    result_run_note(run, "a note");
    return run;
}

static char *written(result_writer *write, const struct result_run *run)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    CU_ASSERT_EQUAL(write(run, stream), 0);
    fclose(stream);
    return text;
}

static void faults_of_the_harness_are_not_scored(void)
{
    struct result_run *run = sample();
    struct result_score score = result_run_score(run);
    CU_ASSERT_EQUAL(score.got, 3);
    CU_ASSERT_EQUAL(score.of, 12); /* what is not graded stays in the sum */
    CU_ASSERT_EQUAL(score.ungraded, 5);
    CU_ASSERT_EQUAL(score.items[VERDICT_FAIL], 1);
    CU_ASSERT_EQUAL(result_exit_status(run), 3);
    CU_ASSERT_EQUAL(result_check_verdict(&run->checks[0]), VERDICT_FAIL);
    result_run_free(run);
}

static void a_check_without_items_is_a_harness_fault(void)
{
    struct result_run *run = result_run_new("r");
    result_check_add(run, "c", "t");
    CU_ASSERT_EQUAL(result_check_verdict(&run->checks[0]), VERDICT_HARNESS_FAULT);
    result_run_free(run);
}

static void json_reads_back_as_it_was_written(void)
{
    struct result_run *run = sample();
    char *text = written(result_write_json, run), error[160] = "";
    struct result_run *back = result_read_json(text, strlen(text), error, sizeof error);
    CU_ASSERT_PTR_NOT_NULL_FATAL(back);
    CU_ASSERT_EQUAL(back->checks[0].seed, UINT64_MAX);
    CU_ASSERT_EQUAL(back->checks[1].region_count, 1);
    char *again = written(result_write_json, back);
    CU_ASSERT_STRING_EQUAL(text, again);
    free(again);
    free(text);
    result_run_free(back);
    result_run_free(run);
}

static void json_that_is_none_gets_a_line(void)
{
    static const struct {
        const char *text, *error;
    } table[] = {
        {"", "result JSON: line 1, column 0: '[' or '{' expected near end of file"},
        {"{}", "result JSON: schema: expected a string"},
        {"{\"schema\":\"x\"}", "result JSON: schema: expected stagecoach/result/v1"},
        {"{\"schema\":\"stagecoach/result/v1\",\"title\":3}",
         "result JSON: title: expected a string"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char error[160];
        struct result_run *run =
            result_read_json(table[i].text, strlen(table[i].text), error, sizeof error);
        CU_ASSERT_PTR_NULL(run);
        CU_ASSERT_STRING_EQUAL(error, table[i].error);
    }
}

/* No byte that XML 1.0 cannot hold, and no markup but our own. */
static void junit_escapes_and_drops(void)
{
    struct result_run *run = sample();
    char *text = written(result_write_junit, run);
    for (const char *at = text; *at; at++)
        CU_ASSERT_TRUE((unsigned char)*at >= 0x20 || *at == '\n');
    CU_ASSERT_PTR_NULL(strstr(text, "<script>"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "&lt;/td&gt;&lt;script&gt;&quot;&amp;"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\xff\xc3\xa9")); /* \xff is shown, é stays */
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "tests=\"3\" failures=\"1\" errors=\"1\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<error type=\"harness fault\""));
    free(text);
    result_run_free(run);
}

static int show_all(const struct result_run *run, FILE *out)
{
    result_show_all(run, out);
    return 0;
}

/* Whatever stands in it: nothing that a terminal obeys, nothing that reorders, nothing broken. */
static void no_report_passes_controls(void)
{
    static const char hostile[] = "a\x1b]0;x\x07 b\x9b"
                                  "31m c\xc2\x9b"
                                  "31m d\xe2\x80\xae e\xe2\x81\xa6 f\xff"
                                  " g\xc2 h\x7f i\rj \xed\xa0\x80";
    static result_writer *const writers[] = {result_write_terminal, result_write_tap,
                                             result_write_junit, result_write_html, show_all};
    struct result_run *run = result_run_new(hostile);
    struct result_check *check = result_check_add(run, "c", hostile);
    struct result_item *item = result_item_add(check, "1", hostile, 4);
    result_judge(item, VERDICT_FAIL);
    result_set(&item->hint, "%s", hostile);
    result_set(&item->diagnosis, "%s", hostile);
    result_line(item, LINE_ACTUAL, "%s", hostile);
    result_set(&check->console, "%s", hostile);
    result_run_note(run, "%s", hostile);
    result_run_tier(run, hostile);
    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++) {
        char *text = written(writers[i], run);
        uint32_t point;
        for (const char *at = text; *at;) {
            size_t length = text_sequence(at, &point);
            CU_ASSERT_FATAL(length > 0);
            CU_ASSERT(!text_is_hidden(point) || *at == '\n');
            at += length;
        }
        CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\u202e"));
        free(text);
    }
    result_run_free(run);
}

static void tap_13_has_a_line_an_item(void)
{
    struct result_run *run = sample();
    char *text = written(result_write_tap, run);
    CU_ASSERT_EQUAL(strncmp(text, "TAP version 13\n1..3\n", 20), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nok 1 - traps/one seed 18446744073709551615: ok\n"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nnot ok 2 - "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\nnot ok 3 - "));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "verdict: \"harness fault\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "\\# ]]>")); /* no title is taken for a directive */
    free(text);
    result_run_free(run);
}

static void html_is_one_file_and_escaped(void)
{
    struct result_run *run = sample();
    char *text = written(result_write_html, run);
    CU_ASSERT_PTR_NULL(strstr(text, "<script"));
    CU_ASSERT_PTR_NULL(strstr(text, "http"));
    CU_ASSERT_PTR_NULL(strstr(text, " src="));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<html lang=\"en\">"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "prefers-color-scheme:dark"));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "id=\"main\""));
    CU_ASSERT_PTR_NOT_NULL(strstr(text, "<svg role=\"img\""));
    free(text);
    result_run_free(run);
}

/* 60 checks, 30 of them failing with long accounts: still one screen. */
static void terminal_report_fits_one_screen(void)
{
    struct result_run *run = result_run_new("many");
    for (int i = 0; i < 60; i++) {
        char id[16];
        snprintf(id, sizeof id, "g/%02d", i);
        struct result_item *item = result_item_add(result_check_add(run, id, "t"), "1", "t", 1);
        if (i % 2)
            continue;
        result_judge(item, VERDICT_FAIL);
        for (int k = 0; k < 40; k++)
            result_line(item, LINE_CONTEXT, "line %d", k);
        result_set(&item->hint, "hint");
    }
    char *text = written(result_write_terminal, run);
    unsigned lines = 0;
    for (const char *at = text; *at; at++)
        lines += *at == '\n';
    CU_ASSERT_TRUE(lines <= 24);
    CU_ASSERT_PTR_NULL(strchr(text, '\x1b'));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(text, "many: 30 of 60 points; of 60 checks 30 passed, 30 failed\n"));
    free(text);
    result_run_free(run);
}

static void order_does_not_depend_on_who_finished_first(void)
{
    struct result_run *run = result_run_new("r");
    static const char *const ids[] = {"c", "a", "b"};
    for (int i = 0; i < 3; i++)
        result_check_add(run, ids[i], "t")->seed = (uint64_t)(3 - i);
    result_run_sort(run);
    CU_ASSERT_STRING_EQUAL(run->checks[0].id, "a");
    CU_ASSERT_STRING_EQUAL(run->checks[2].id, "c");
    result_run_free(run);
}

static void formats_are_found_by_name(void)
{
    CU_ASSERT_PTR_NOT_NULL(result_format_find("junit"));
    CU_ASSERT_PTR_NULL(result_format_find("junk"));
    CU_ASSERT_PTR_NOT_NULL(strstr(result_format_names(), "html"));
}

TEST_SUITE(result_model,
           {"faults of the harness are not scored", faults_of_the_harness_are_not_scored},
           {"a check without items is a harness fault", a_check_without_items_is_a_harness_fault},
           {"JSON reads back as it was written", json_reads_back_as_it_was_written},
           {"JSON that is none gets a line", json_that_is_none_gets_a_line},
           {"no report passes controls, reordering or broken text", no_report_passes_controls},
           {"JUnit escapes markup and drops control characters", junit_escapes_and_drops},
           {"TAP 13 has a line an item", tap_13_has_a_line_an_item},
           {"HTML is one file, escaped", html_is_one_file_and_escaped},
           {"the terminal report fits one screen", terminal_report_fits_one_screen},
           {"the order does not depend on who finished first",
            order_does_not_depend_on_who_finished_first},
           {"formats are found by name", formats_are_found_by_name});
