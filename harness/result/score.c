/* What a result comes to: names of verdicts, the weightiest one, points, the exit status. */
#include "result/result.h"

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
        score.of += item->of;
        if (verdict_ungraded(item->verdict))
            score.ungraded += item->of;
        else
            score.got += item->got;
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
