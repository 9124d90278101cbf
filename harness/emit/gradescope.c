/*
 * Gradescope's results.json (gradescope-autograders.readthedocs.io, "Autograder Specifications").
 * There is no top-level "score": it would override the sum of the tests'. Tests are visible, since
 * one hidden test would hide the total.
 */
#include <stdlib.h>

#include "emit/document.h"
#include "result/write.h"

#define ACCOUNT_MOST 8000

static json_t *test_json(const struct result_check *check, const struct result_item *item,
                         unsigned number)
{
    char *name = document_item_name(check, item);
    char *account = document_account(check, item, ACCOUNT_MOST);
    json_t *test =
        json_pack("{s:o, s:s, s:o, s:s, s:o, s:s, s:s}", "name", document_text(name), "name_format",
                  "text", "number", json_sprintf("%u", number), "status",
                  item->verdict == VERDICT_PASS ? "passed" : "failed", "output",
                  document_text(account), "output_format", "text", "visibility", "visible");
    json_object_set_new(test, "score", json_integer(item->got));
    json_object_set_new(test, "max_score", json_integer(item->of));
    free(name);
    free(account);
    return test;
}

static int write_gradescope(const struct result_run *run, FILE *out)
{
    json_t *tests = json_array();
    unsigned number = 0;
    for (size_t i = 0; i < run->check_count; i++) {
        for (size_t j = 0; j < run->checks[i].item_count; j++) {
            json_array_append_new(tests,
                                  test_json(&run->checks[i], &run->checks[i].items[j], ++number));
        }
    }
    char *summary = document_summary(run);
    json_t *root =
        json_pack("{s:o, s:s, s:s, s:s, s:o}", "output", document_text(summary), "output_format",
                  "text", "visibility", "visible", "stdout_visibility", "hidden", "tests", tests);
    free(summary);
    if (root != NULL && number == 0) { /* one of "score" and "tests" must say something */
        json_object_set_new(root, "score", json_integer(0));
    }
    return document_dump(root, out);
}

RESULT_FORMAT(gradescope, "/autograder/results/results.json", write_gradescope);
