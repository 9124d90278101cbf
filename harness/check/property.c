/* Properties over the whole run; see property.h. The accounting ones are in account.c. */
#include "check/property.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/account.h"

#define SAY(field, ...) snprintf(failure->field, sizeof failure->field, __VA_ARGS__)

/* What every decision has at hand. */
struct question {
    const struct facts *facts;
    struct stream_part part;
    const struct property *property;
    const struct bindings *bindings;
    struct property_failure *failure;
};

static const struct event *event_at(const struct question *c, size_t place)
{
    return c->facts->event[c->part.event[place]];
}

static bool fails(struct question *c, size_t at, const struct pattern *missing, size_t from,
                  size_t to, const struct bindings *bindings)
{
    c->failure->at = at;
    c->failure->missing = missing;
    c->failure->from = from;
    c->failure->to = to;
    c->failure->bindings = *bindings;
    return false;
}

/* Nothing matched the left side: a property that says nothing proves nothing. */
static bool vacuous(struct question *c)
{
    struct property_failure *failure = c->failure;
    SAY(expected, "at least one event that matches %s", c->property->a->text);
    SAY(actual, "none came, so the property was never put to the test");
    return fails(c, NO_EVENT, c->property->a, 0, c->part.count, c->bindings);
}

/* Distance from one event to another in the unit asked for; false: it cannot be told. */
static bool far(const struct event *from, const struct event *to, enum unit unit,
                uint64_t *distance)
{
    if (unit == UNIT_INSTRUCTIONS) {
        *distance = to->instructions - from->instructions;
        return from->type->seen && to->type->seen;
    }
    *distance = to->time - from->time;
    return from->time != EVENT_NO_TIME && to->time != EVENT_NO_TIME;
}

struct reach {
    bool limited;
    enum unit unit;
    uint64_t most;
};

static bool reach_of(struct question *c, struct reach *reach)
{
    struct property_failure *failure = c->failure;
    reach->limited = c->property->right != NULL;
    if (!reach->limited)
        return true;
    reach->unit = c->property->right->unit;
    return expression_value(c->facts, c->property->right, c->bindings, &reach->most,
                            failure->actual, sizeof failure->actual);
}

/* The run was cut before the time in which B could still have come. */
static bool undecided(const struct question *c, const struct event *a, const struct reach *reach)
{
    bool cut = c->facts->outcome == OUTCOME_DEADLINE && reach->limited;
    return cut && reach->unit == UNIT_TICKS && a->time != EVENT_NO_TIME &&
           a->time + reach->most > c->facts->end_tick;
}

/* First match of B behind (or last before) the A at `at` that is near enough. */
static bool answered(const struct question *c, size_t at, const struct reach *reach,
                     const struct bindings *bindings)
{
    bool forward = c->property->kind == PROPERTY_EVENTUALLY;
    size_t steps = forward ? c->part.count - at - 1 : at;
    for (size_t step = 1; step <= steps; step++) {
        size_t place = forward ? at + step : at - step;
        const struct event *a = event_at(c, at), *b = event_at(c, place);
        uint64_t distance;
        bool told = forward ? far(a, b, reach->unit, &distance) : far(b, a, reach->unit, &distance);
        if (reach->limited && told && distance > reach->most)
            return false;
        struct bindings scope = *bindings;
        if (pattern_matches(c->facts, c->property->b, b, &scope, NULL))
            return true;
    }
    return false;
}

static bool imply(struct question *c)
{
    struct property_failure *failure = c->failure;
    struct reach reach = {0};
    if (!reach_of(c, &reach))
        return fails(c, NO_EVENT, NULL, 0, 0, c->bindings);
    size_t tested = 0;
    for (size_t place = 0; place < c->part.count; place++) {
        struct bindings scope = *c->bindings;
        const struct event *a = event_at(c, place);
        if (!pattern_matches(c->facts, c->property->a, a, &scope, NULL))
            continue;
        tested++;
        if (answered(c, place, &reach, &scope) || undecided(c, a, &reach))
            continue;
        bool forward = c->property->kind == PROPERTY_EVENTUALLY;
        SAY(expected, "%s this event: %s%s", forward ? "behind" : "before", c->property->b->text,
            reach.limited ? ", near enough" : "");
        SAY(actual, "occurrence %zu of %s has none", tested, c->property->a->text);
        return fails(c, place, c->property->b, forward ? place + 1 : 0,
                     forward ? c->part.count : place, &scope);
    }
    return tested || vacuous(c);
}

static bool imply_next(struct question *c)
{
    struct property_failure *failure = c->failure;
    size_t tested = 0;
    for (size_t place = 0; place < c->part.count; place++) {
        struct bindings scope = *c->bindings;
        if (!pattern_matches(c->facts, c->property->a, event_at(c, place), &scope, NULL))
            continue;
        if (place + 1 == c->part.count)
            break; /* the run ended in between */
        tested++;
        struct bindings inner = scope;
        if (pattern_matches(c->facts, c->property->b, event_at(c, place + 1), &inner, NULL))
            continue;
        SAY(expected, "next after this event: %s", c->property->b->text);
        SAY(actual, "another event came next");
        return fails(c, place, c->property->b, place + 1, place + 2, &scope);
    }
    return tested || vacuous(c);
}

/* A, then B, and only then C: no C may come between A and the first B behind it. */
static bool imply_before(struct question *c)
{
    struct property_failure *failure = c->failure;
    size_t tested = 0;
    for (size_t place = 0; place < c->part.count; place++) {
        struct bindings scope = *c->bindings;
        if (!pattern_matches(c->facts, c->property->a, event_at(c, place), &scope, NULL))
            continue;
        tested++;
        for (size_t later = place + 1; later < c->part.count; later++) {
            struct bindings inner = scope;
            if (pattern_matches(c->facts, c->property->b, event_at(c, later), &inner, NULL))
                break;
            inner = scope;
            if (!pattern_matches(c->facts, c->property->c, event_at(c, later), &inner, NULL))
                continue;
            SAY(expected, "%s before this event", c->property->b->text);
            SAY(actual, "%s came first", c->property->c->text);
            return fails(c, later, c->property->b, place + 1, later, &scope);
        }
    }
    return tested || vacuous(c);
}

static bool never(struct question *c)
{
    struct property_failure *failure = c->failure;
    bool inside = !c->property->b;
    struct bindings outer = *c->bindings;
    for (size_t place = 0; place < c->part.count; place++) {
        struct bindings scope = outer;
        const struct event *event = event_at(c, place);
        if (c->property->b && !inside) {
            inside = pattern_matches(c->facts, c->property->b, event, &scope, NULL);
            outer = inside ? scope : outer;
            continue;
        }
        if (c->property->c && pattern_matches(c->facts, c->property->c, event, &scope, NULL)) {
            inside = false;
            outer = *c->bindings;
            continue;
        }
        scope = outer;
        if (!pattern_matches(c->facts, c->property->a, event, &scope, NULL))
            continue;
        SAY(expected, "no event that matches %s", c->property->a->text);
        SAY(actual, "this one does");
        return fails(c, place, NULL, 0, 0, &outer);
    }
    return true;
}

static bool compare(struct question *c)
{
    struct property_failure *failure = c->failure;
    const struct property *property = c->property;
    uint64_t left, right;
    SAY(expected, "%s", property->text);
    if (!expression_value(c->facts, property->left, c->bindings, &left, failure->actual,
                          sizeof failure->actual) ||
        !expression_value(c->facts, property->right, c->bindings, &right, failure->actual,
                          sizeof failure->actual))
        return fails(c, NO_EVENT, NULL, 0, 0, c->bindings);
    if (relation_holds(property->relation, left, right))
        return true;
    SAY(actual, "%" PRIu64 " (0x%" PRIx64 ") on the left, %" PRIu64 " (0x%" PRIx64 ") on the right",
        left, left, right, right);
    int vm = property->left->vm;
    char why[sizeof failure->actual / 2];
    if (property->left->kind == EXPRESSION_PROBE) {
        facts_probe_why(c->facts, (unsigned)vm, why, sizeof why);
        if (*why)
            SAY(actual, "%" PRIu64 ", not %" PRIu64 "; the probe says: %.200s", left, right, why);
    }
    return fails(c, NO_EVENT, property->left->count, 0, c->part.count, c->bindings);
}

static bool watched(struct question *c, const struct finding *finding)
{
    struct property_failure *failure = c->failure;
    if (finding->known && finding->holds && finding->looked_at)
        return true;
    SAY(expected, "%s", c->property->text);
    if (!finding->known)
        SAY(actual, "nothing was there to be watched");
    else if (finding->holds)
        SAY(actual, "nothing came that could have shown it: %.400s", finding->text);
    else
        SAY(actual, "%s", finding->text);
    SAY(diagnosis, "%s", finding->holds ? "" : finding->diagnosis);
    return fails(c, NO_EVENT, NULL, 0, 0, c->bindings);
}

static bool accounted(struct question *c)
{
    struct property_failure *failure = c->failure;
    struct account account;
    bool holds = c->property->kind == PROPERTY_SHARE  ? share_holds(c->facts, c->property, &account)
                 : c->property->kind == PROPERTY_SAYS ? says_holds(c->facts, c->property, &account)
                 : c->property->kind == PROPERTY_GAP  ? gap_holds(c->facts, c->property, &account)
                                                      : end_holds(c->facts, c->property, &account);
    if (holds)
        return true;
    SAY(expected, "%s", account.expected);
    SAY(actual, "%s", account.actual);
    SAY(diagnosis, "%s", account.diagnosis);
    return fails(c, NO_EVENT, NULL, 0, 0, c->bindings);
}

bool property_holds(const struct facts *facts, struct stream_part part,
                    const struct property *property, const struct bindings *bindings,
                    struct property_failure *failure)
{
    struct question c = {facts, part, property, bindings, failure};
    memset(failure, 0, sizeof *failure);
    failure->at = NO_EVENT;
    switch (property->kind) {
    case PROPERTY_COMPARE:
        return compare(&c);
    case PROPERTY_NEVER:
        return never(&c);
    case PROPERTY_EVENTUALLY:
    case PROPERTY_PREVIOUSLY:
        return imply(&c);
    case PROPERTY_NEXT:
        return imply_next(&c);
    case PROPERTY_BEFORE:
        return imply_before(&c);
    case PROPERTY_SHARE:
    case PROPERTY_GAP:
    case PROPERTY_ENDS:
    case PROPERTY_SAYS:
        return accounted(&c);
    case PROPERTY_TRUTH:
        return watched(&c, &facts->truth);
    case PROPERTY_ISOLATION:
        return watched(&c, &facts->isolation);
    case PROPERTY_REGISTERS:
        return watched(&c, &facts->registers);
    case PROPERTY_FENCES:
        return watched(&c, &facts->fences);
    case PROPERTY_PANIC:
        return watched(&c, &facts->panic);
    case PROPERTY_SECRETS:
        return watched(&c, &facts->secrets[property->vm]);
    }
    return false;
}
