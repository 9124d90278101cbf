/*
 * Autolab's autograder output (docs.autolabproject.com, "Guide for Lab Authors"): a line of
 * semantic feedback, then, as the last line of standard output, the scores as JSON. A problem is a
 * lab (a check's group), so the assessment needs one problem a lab. Autolab's reader takes
 * "word:" in names apart, so names carry no colons.
 */
#include <stdlib.h>
#include <string.h>

#include "emit/document.h"
#include "lib/buffer.h"
#include "lib/text.h"
#include "result/write.h"

static char *without_colons(const char *text)
{
    char *name = copy_string(text);
    for (char *at = name; *at != '\0'; at++) {
        if (*at == ':') {
            *at = ' ';
        }
    }
    return name;
}

/* The problem that a check's points go to. */
static char *problem_of(const struct result_check *check)
{
    const char *group = check->group != NULL && check->group[0] != '\0' ? check->group : "score";
    return without_colons(group);
}

static void add_check(json_t *scores, json_t *stages, json_t *feedback,
                      const struct result_check *check)
{
    char *problem = problem_of(check);
    json_t *stage = json_object_get(feedback, problem);
    if (stage == NULL) {
        json_array_append_new(stages, document_text(problem));
        json_object_set_new(feedback, problem, json_object());
        json_object_set_new(scores, problem, json_integer(0));
        stage = json_object_get(feedback, problem);
    }
    for (size_t i = 0; i < check->item_count; i++) {
        const struct result_item *item = &check->items[i];
        char *full = document_item_name(check, item);
        char *name = without_colons(full);
        json_object_set_new(stage, name,
                            json_pack("{s:b, s:s}", "passed", item->verdict == VERDICT_PASS, "hint",
                                      verdict_name(item->verdict)));
        free(name);
        free(full);
    }
    json_int_t sum = json_integer_value(json_object_get(scores, problem));
    json_object_set_new(scores, problem,
                        json_integer(sum + (json_int_t)result_check_score(check).got));
    free(problem);
}

static int dump_line(json_t *root, FILE *out)
{
    int failed = root == NULL || json_dumpf(root, out, JSON_COMPACT | JSON_PRESERVE_ORDER) != 0;
    json_decref(root);
    return failed || fputc('\n', out) == EOF ? -1 : 0;
}

static int write_autolab(const struct result_run *run, FILE *out)
{
    json_t *scores = json_object();
    json_t *stages = json_array();
    json_t *feedback = json_pack("{s:s, s:O}", "_presentation", "semantic", "stages", stages);
    for (size_t i = 0; i < run->check_count; i++) {
        add_check(scores, stages, feedback, &run->checks[i]);
    }
    json_decref(stages);
    char *summary = document_summary(run);
    text_show_lines(out, summary);
    int failed = fputc('\n', out) == EOF;
    free(summary);
    failed |= dump_line(feedback, out) != 0;
    return dump_line(json_pack("{s:o}", "scores", scores), out) != 0 || failed ? -1 : 0;
}

RESULT_FORMAT(autolab, NULL, write_autolab);
