/*
 * The result model: building, ordering and scoring. It knows no format and opens no file.
 */
#include "result/result.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char *const verdict_names[VERDICT_COUNT] = {
    [VERDICT_PASS] = "pass",
    [VERDICT_FAIL] = "fail",
    [VERDICT_GUEST_FAULT] = "guest fault",
    [VERDICT_BUILD_ERROR] = "build error",
    [VERDICT_TOOLCHAIN_FAULT] = "toolchain fault",
    [VERDICT_HARNESS_FAULT] = "harness fault",
};

static const char *const line_kind_names[LINE_KIND_COUNT] = {
    [LINE_EXPECTED] = "expected", [LINE_ACTUAL] = "actual", [LINE_NEAREST] = "nearest",
    [LINE_CONTEXT] = "context",   [LINE_SOURCE] = "source", [LINE_NOTE] = "note",
};

const char *verdict_name(enum verdict verdict)
{
    return verdict < VERDICT_COUNT ? verdict_names[verdict] : "unknown";
}

enum verdict verdict_parse(const char *name)
{
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        if (strcmp(name, verdict_names[verdict]) == 0)
            return verdict;
    return VERDICT_COUNT;
}

const char *result_line_kind_name(enum result_line_kind kind)
{
    return kind < LINE_KIND_COUNT ? line_kind_names[kind] : "unknown";
}

bool verdict_ungraded(enum verdict verdict)
{
    return verdict == VERDICT_TOOLCHAIN_FAULT || verdict == VERDICT_HARNESS_FAULT;
}

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
    free(check->console);
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

enum verdict result_check_verdict(const struct result_check *check)
{
    if (!check->item_count)
        return VERDICT_HARNESS_FAULT;
    enum verdict worst = VERDICT_PASS;
    for (size_t i = 0; i < check->item_count; i++)
        if (check->items[i].verdict > worst)
            worst = check->items[i].verdict;
    return worst;
}

struct result_score result_check_score(const struct result_check *check)
{
    struct result_score score = {0};
    for (size_t i = 0; i < check->item_count; i++) {
        const struct result_item *item = &check->items[i];
        score.items[item->verdict]++;
        if (verdict_ungraded(item->verdict)) {
            score.ungraded += item->of;
            continue;
        }
        score.got += item->got;
        score.of += item->of;
    }
    return score;
}

struct result_score result_run_score(const struct result_run *run)
{
    struct result_score total = {0};
    for (size_t i = 0; i < run->check_count; i++) {
        struct result_score score = result_check_score(&run->checks[i]);
        total.got += score.got;
        total.of += score.of;
        total.ungraded += score.ungraded;
        for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
            total.items[verdict] += score.items[verdict];
    }
    return total;
}

int result_exit_status(const struct result_run *run)
{
    int status = 0;
    for (size_t i = 0; i < run->check_count; i++) {
        enum verdict verdict = result_check_verdict(&run->checks[i]);
        if (verdict_ungraded(verdict))
            return 3;
        if (verdict != VERDICT_PASS)
            status = 1;
    }
    return status;
}
