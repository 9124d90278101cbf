/*
 * Submitty's validation_results.json (submitty.org, "Custom Validation"): a score from 0 to 1, a
 * message, and how to show it. A run of which nothing could be graded says "fail", which makes
 * Submitty tell the instructor.
 */
#include <stdlib.h>

#include "emit/document.h"
#include "lib/buffer.h"
#include "result/write.h"

static char *message_of(const struct result_run *run)
{
    struct buffer text = {0};
    char *summary = document_summary(run);
    buffer_text(&text, summary);
    free(summary);
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        for (size_t j = 0; j < check->item_count; j++) {
            if (check->items[j].verdict == VERDICT_PASS) {
                continue;
            }
            char *name = document_item_name(check, &check->items[j]);
            char *account = document_account(check, &check->items[j], 2000);
            buffer_printf(&text, "\n%s\n%s", name, account);
            free(account);
            free(name);
        }
    }
    char *message = copy_string(buffer_string(&text));
    buffer_free(&text);
    return message;
}

static int write_submitty(const struct result_run *run, FILE *out)
{
    struct result_score score = result_run_score(run);
    char *message = message_of(run);
    json_t *root;
    if (score.of == score.ungraded && score.ungraded > 0) {
        root = json_pack("{s:s, s:o}", "status", "fail", "message", document_text(message));
    } else {
        const char *shown = score.got == score.of ? "success" : "failure";
        root =
            json_pack("{s:s, s:{s:f, s:o, s:s}}", "status", "success", "data", "score",
                      document_fraction(run), "message", document_text(message), "status", shown);
    }
    free(message);
    return document_dump(root, out);
}

RESULT_FORMAT(submitty, "validation_results.json", write_submitty);
