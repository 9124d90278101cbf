/*
 * check50's JSON (cs50.readthedocs.io/projects/check50, "JSON specification"): one result an
 * item; "passed" is null for what could not be graded.
 */
#include <stdlib.h>

#include "emit/document.h"
#include "lib/buffer.h"
#include "result/write.h"

static json_t *passed_json(const struct result_item *item)
{
    return verdict_ungraded(item->verdict) ? json_null()
                                           : json_boolean(item->verdict == VERDICT_PASS);
}

static json_t *cause_json(const struct result_item *item)
{
    if (item->verdict == VERDICT_PASS) {
        return json_null();
    }
    return json_pack(
        "{s:o, s:o}", "rationale",
        document_text(item->diagnosis != NULL ? item->diagnosis : verdict_name(item->verdict)),
        "help", item->hint != NULL ? document_text(item->hint) : json_null());
}

static json_t *result_json(const struct result_check *check, const struct result_item *item)
{
    json_t *log = json_array();
    for (size_t i = 0; i < item->line_count; i++) {
        char *line = format_string("%s: %s", result_line_kind_name(item->lines[i].kind),
                                   item->lines[i].text);
        json_array_append_new(log, document_text(line));
        free(line);
    }
    char *name = format_string("%s/%s", check->id, item->id);
    json_t *result =
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:{s:i, s:i}, s:n}", "name", document_text(name),
                  "description", document_text(item->title), "passed", passed_json(item), "log",
                  log, "cause", cause_json(item), "data", "score", (int)item->got, "max-score",
                  (int)item->of, "dependency");
    free(name);
    return result;
}

static int write_check50(const struct result_run *run, FILE *out)
{
    json_t *results = json_array();
    for (size_t i = 0; i < run->check_count; i++) {
        for (size_t j = 0; j < run->checks[i].item_count; j++) {
            json_array_append_new(results, result_json(&run->checks[i], &run->checks[i].items[j]));
        }
    }
    return document_dump(json_pack("{s:o, s:o, s:s}", "slug", document_text(run->title), "results",
                                   results, "version", "3.0.0"),
                         out);
}

RESULT_FORMAT(check50, NULL, write_check50);
