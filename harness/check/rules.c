/* The table of rules and checks; see rules.h. */
#include "check/rules.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "model/rule.h"

struct line {
    const char *rule; /* "name\tsource\ttext" */
    size_t rule_length;
    const char *check;
    unsigned long long count;
};

void rules_keep(const struct model_channel *model, struct result_check *to)
{
    struct buffer text = {0};
    for (unsigned i = 0; model && i < model->rules; i++)
        buffer_printf(&text, "%s\t%s\t%s\t%" PRIu64 "\n", model->rule[i].name,
                      model->rule[i].source, model->rule[i].text, model->rule[i].exercised);
    if (text.length)
        result_set(&to->rules, "%s", text.data);
    buffer_free(&text);
}

static int compare(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    size_t shorter = a->rule_length < b->rule_length ? a->rule_length : b->rule_length;
    int order = memcmp(a->rule, b->rule, shorter);
    return order ? order : strcmp(a->check, b->check);
}

static size_t read_lines(const struct result_check *check, struct line **lines, size_t count)
{
    for (const char *at = check->rules ? check->rules : ""; *at;) {
        const char *end = strchr(at, '\n');
        const char *tab = end ? memrchr(at, '\t', (size_t)(end - at)) : NULL;
        if (!tab)
            break;
        *lines = reallocate(*lines, (count + 1) * sizeof **lines);
        (*lines)[count++] =
            (struct line){at, (size_t)(tab - at), check->id, strtoull(tab + 1, NULL, 10)};
        at = end + 1;
    }
    return count;
}

static bool same_rule(const struct line *a, const struct line *b)
{
    return a->rule_length == b->rule_length && memcmp(a->rule, b->rule, a->rule_length) == 0;
}

void rules_print(const struct result_run *run, FILE *out)
{
    struct line *lines = NULL;
    size_t count = 0;
    for (size_t i = 0; i < run->check_count; i++)
        count = read_lines(&run->checks[i], &lines, count);
    if (count)
        qsort(lines, count, sizeof *lines, compare);
    for (size_t first = 0, next; first < count; first = next) {
        bool exercised = false;
        for (next = first; next < count && same_rule(&lines[first], &lines[next]); next++) {
            if (!lines[next].count)
                continue;
            exercised = true;
            fprintf(out, "%.*s\t%s\t%llu\n", (int)lines[next].rule_length, lines[next].rule,
                    lines[next].check, lines[next].count);
        }
        if (!exercised)
            fprintf(out, "%.*s\t-\t0\n", (int)lines[first].rule_length, lines[first].rule);
    }
    free(lines);
}

static int by_name(const void *left, const void *right)
{
    const struct model_rule *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

void rules_list(FILE *out)
{
    size_t count;
    const struct model_rule *rules = model_rules(&count);
    const struct model_rule **sorted = allocate(count + 1, sizeof *sorted);
    for (size_t i = 0; i < count; i++)
        sorted[i] = &rules[i];
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "%s\t%s\t%s\n", sorted[i]->name, sorted[i]->source, sorted[i]->text);
    free(sorted);
}
