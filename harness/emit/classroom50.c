/*
 * Classroom 50's result.json, schema classroom50/result/v1 (its wiki, "Advanced Autograding").
 * Who and what was handed in comes from the environment that its runner sets. Scores are whole
 * numbers and their sums; what was not graded counts 0 of its points.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "emit/document.h"
#include "result/write.h"

static json_t *variable(const char *name, const char *otherwise)
{
    const char *value = getenv(name);
    if ((value == NULL || value[0] == '\0') && otherwise != NULL) {
        value = getenv(otherwise);
    }
    return document_text(value != NULL ? value : "");
}

/* $SOURCE_DATE_EPOCH in place of the clock makes the report reproducible. */
static json_t *now_text(void)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    time_t now = epoch != NULL ? (time_t)strtoll(epoch, NULL, 10) : time(NULL);
    struct tm utc;
    char text[32] = "";
    gmtime_r(&now, &utc);
    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_string(text);
}

static void add_tests(json_t *tests, const struct result_check *check)
{
    for (size_t i = 0; i < check->item_count; i++) {
        const struct result_item *item = &check->items[i];
        char *name = document_item_name(check, item);
        char *account = document_account(check, item, 4000);
        json_array_append_new(
            tests, json_pack("{s:o, s:b, s:i, s:i, s:s, s:o}", "test-name", document_text(name),
                             "passed", item->verdict == VERDICT_PASS, "score", (int)item->got,
                             "max-score", (int)item->of, "verdict", verdict_name(item->verdict),
                             "output", document_text(account)));
        free(account);
        free(name);
    }
}

static int write_classroom50(const struct result_run *run, FILE *out)
{
    json_t *tests = json_array();
    for (size_t i = 0; i < run->check_count; i++) {
        add_tests(tests, &run->checks[i]);
    }
    struct result_score score = result_run_score(run);
    json_t *root =
        json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:o}", "schema",
                  "classroom50/result/v1", "classroom", variable("CLASSROOM", NULL), "assignment",
                  variable("ASSIGNMENT", NULL), "submission", variable("SUBMISSION_TAG", NULL),
                  "commit", variable("COMMIT_URL", NULL), "release", variable("RELEASE_URL", NULL),
                  "review", variable("REVIEW_URL", "COMMIT_URL"), "datetime", now_text(), "score",
                  (int)score.got, "max-score", (int)score.of, "tests", tests);
    return document_dump(root, out);
}

RESULT_FORMAT(classroom50, "result.json", write_classroom50);
