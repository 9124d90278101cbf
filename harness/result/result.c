/*
 * The result model: building and ordering. It knows no format and opens no file; score.c counts.
 */
#include "result/result.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static void *need(void *memory)
{
    if (!memory) {
        fputs("coach: out of memory while a result was built\n", stderr);
        abort();
    }
    return memory;
}

static char *copy(const char *text)
{
    return need(strdup(text ? text : ""));
}

/* Room for one more element in an array that doubles at each power of two; it comes zeroed. */
static void *grow(void **array, size_t *count, size_t element_bytes)
{
    size_t used = *count;
    if ((used & (used - 1)) == 0)
        *array = need(reallocarray(*array, used ? used * 2 : 1, element_bytes));
    void *element = (char *)*array + used * element_bytes;
    memset(element, 0, element_bytes);
    (*count)++;
    return element;
}

struct result_run *result_run_new(const char *title)
{
    struct result_run *run = need(calloc(1, sizeof *run));
    run->title = copy(title);
    run->tier = copy("");
    run->generator = copy("coach");
    return run;
}

static void free_item(struct result_item *item)
{
    for (size_t i = 0; i < item->line_count; i++)
        free(item->lines[i].text);
    free(item->lines);
    free(item->id);
    free(item->title);
    free(item->at);
    free(item->diagnosis);
    free(item->hint);
}

static void free_check(struct result_check *check)
{
    for (size_t i = 0; i < check->item_count; i++)
        free_item(&check->items[i]);
    for (size_t i = 0; i < check->span_count; i++) {
        free(check->spans[i].lane);
        free(check->spans[i].label);
    }
    for (size_t i = 0; i < check->region_count; i++)
        free(check->regions[i].owner);
    free(check->items);
    free(check->spans);
    free(check->regions);
    free(check->id);
    free(check->title);
    free(check->group);
    free(check->file);
    free(check->replay);
    free(check->summary);
    free(check->console);
    free(check->rules);
}

void result_run_free(struct result_run *run)
{
    if (!run)
        return;
    for (size_t i = 0; i < run->check_count; i++)
        free_check(&run->checks[i]);
    for (size_t i = 0; i < run->note_count; i++)
        free(run->notes[i]);
    free(run->checks);
    free(run->notes);
    free(run->title);
    free(run->tier);
    free(run->generator);
    free(run);
}

static char *format_text(const char *format, va_list arguments)
{
    char *text;
    if (vasprintf(&text, format, arguments) < 0)
        need(NULL);
    return text;
}

void result_run_note(struct result_run *run, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char **note = grow((void **)&run->notes, &run->note_count, sizeof *run->notes);
    *note = format_text(format, arguments);
    va_end(arguments);
}

void result_run_tier(struct result_run *run, const char *tier)
{
    free(run->tier);
    run->tier = copy(tier);
}

struct result_check *result_check_add(struct result_run *run, const char *id, const char *title)
{
    struct result_check *check =
        grow((void **)&run->checks, &run->check_count, sizeof *run->checks);
    check->id = copy(id);
    check->title = copy(title);
    check->group = copy("");
    check->file = copy("");
    check->replay = copy("");
    return check;
}

struct result_item *result_item_add(struct result_check *check, const char *id, const char *title,
                                    unsigned of)
{
    struct result_item *item =
        grow((void **)&check->items, &check->item_count, sizeof *check->items);
    item->id = copy(id);
    item->title = copy(title);
    item->of = of;
    item->got = of;
    return item;
}

void result_set(char **field, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);
    free(*field);
    *field = text;
}

void result_judge(struct result_item *item, enum verdict verdict)
{
    item->verdict = verdict;
    item->got = verdict == VERDICT_PASS ? item->of : 0;
}

void result_line(struct result_item *item, enum result_line_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_text(format, arguments);
    va_end(arguments);

    char *rest = text;
    for (char *one = strsep(&rest, "\n"); one; one = strsep(&rest, "\n")) {
        if (*one == '\0' && !rest)
            break;
        struct result_line *line =
            grow((void **)&item->lines, &item->line_count, sizeof *item->lines);
        line->kind = kind;
        line->text = copy(one);
    }
    free(text);
}

void result_span_add(struct result_check *check, const char *lane, const char *label, char kind,
                     uint64_t begin, uint64_t end)
{
    struct result_span *span =
        grow((void **)&check->spans, &check->span_count, sizeof *check->spans);
    *span = (struct result_span){copy(lane), copy(label), kind, begin, end};
}

void result_region_add(struct result_check *check, uint64_t start, uint64_t bytes,
                       const char *owner, bool fault)
{
    struct result_region *region =
        grow((void **)&check->regions, &check->region_count, sizeof *check->regions);
    *region = (struct result_region){start, bytes, copy(owner), fault};
}

void result_run_append(struct result_run *to, struct result_run *from)
{
    for (size_t i = 0; i < from->check_count; i++) {
        struct result_check *check =
            grow((void **)&to->checks, &to->check_count, sizeof *to->checks);
        *check = from->checks[i];
    }
    for (size_t i = 0; i < from->note_count; i++)
        result_run_note(to, "%s", from->notes[i]);
    from->check_count = 0;
    result_run_free(from);
}

static int compare_checks(const void *left, const void *right)
{
    const struct result_check *a = left, *b = right;
    int order = strcmp(a->group, b->group);
    if (!order)
        order = strcmp(a->id, b->id);
    if (!order)
        order = (a->seed > b->seed) - (a->seed < b->seed);
    return order;
}

void result_run_sort(struct result_run *run)
{
    if (run->check_count)
        qsort(run->checks, run->check_count, sizeof *run->checks, compare_checks);
}
