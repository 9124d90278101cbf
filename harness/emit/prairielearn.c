/*
 * PrairieLearn's results.json (docs.prairielearn.com, "External grading"): a score from 0 to 1 and
 * at most 1 MB. A run of which nothing could be graded is "gradable": false, which costs the
 * learner no attempt.
 */
#include <stdlib.h>

#include "emit/document.h"
#include "lib/buffer.h"
#include "result/write.h"

#define DOCUMENT_MOST 900000

static size_t item_total(const struct result_run *run)
{
    size_t total = 0;
    for (size_t i = 0; i < run->check_count; i++) {
        total += run->checks[i].item_count;
    }
    return total;
}

static json_t *test_json(const struct result_check *check, const struct result_item *item,
                         size_t most)
{
    char *name = document_item_name(check, item);
    char *account = document_account(check, item, most);
    json_t *test = json_pack("{s:o, s:o, s:i, s:i, s:s, s:o}", "name", document_text(name),
                             "description", document_text(check->title), "points", (int)item->got,
                             "max_points", (int)item->of, "message", verdict_name(item->verdict),
                             "output", document_text(account));
    free(name);
    free(account);
    return test;
}

static int write_prairielearn(const struct result_run *run, FILE *out)
{
    size_t total = item_total(run);
    size_t most = total > 0 ? DOCUMENT_MOST / total / 2 : 0;
    json_t *tests = json_array();
    for (size_t i = 0; i < run->check_count; i++) {
        for (size_t j = 0; j < run->checks[i].item_count; j++) {
            json_array_append_new(tests, test_json(&run->checks[i], &run->checks[i].items[j],
                                                   most < 8000 ? most : 8000));
        }
    }
    struct result_score score = result_run_score(run);
    bool gradable = score.of > score.ungraded || score.ungraded == 0;
    char *summary = document_summary(run);
    json_t *root =
        json_pack("{s:b, s:f, s:o, s:o}", "gradable", gradable, "score", document_fraction(run),
                  "output", document_text(summary), "tests", tests);
    free(summary);
    if (root != NULL && !gradable) {
        json_object_set_new(root, "format_errors",
                            json_pack("[s]", "The grader could not judge this submission; that is "
                                             "no fault of yours, and no attempt was used."));
    }
    return document_dump(root, out);
}

RESULT_FORMAT(prairielearn, "/grade/results/results.json", write_prairielearn);
