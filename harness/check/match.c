/* Patterns against events, and the value of expressions; see match.h. */
#include "check/match.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

void bindings_set(struct bindings *bindings, const char *name, uint64_t value)
{
    for (unsigned i = 0; i < bindings->count; i++)
        if (strcmp(bindings->bound[i].name, name) == 0) {
            bindings->bound[i].value = value;
            return;
        }
    if (bindings->count == MOST_BINDINGS)
        return; /* the parser has refused more */
    bindings->bound[bindings->count].name = name;
    bindings->bound[bindings->count++].value = value;
}

bool bindings_get(const struct bindings *bindings, const char *name, uint64_t *value)
{
    for (unsigned i = 0; i < bindings->count; i++)
        if (strcmp(bindings->bound[i].name, name) == 0) {
            *value = bindings->bound[i].value;
            return true;
        }
    return false;
}

void bindings_begin(struct bindings *bindings, const struct facts *facts)
{
    bindings->count = 0;
    bindings_set(bindings, "SEED", facts->seed);
}

bool event_value(const struct facts *facts, const struct event *event, const char *field,
                 uint64_t *value)
{
    if (strcmp(field, "vm") == 0) {
        bool ours = event->vm != TRACE_NO_VM && facts->vm_of[event->vm] >= 0;
        *value = ours ? (uint64_t)facts->vm_of[event->vm] : event->vm;
        return true;
    }
    if (strcmp(field, "vcpu") == 0) {
        *value = event->vcpu;
        return true;
    }
    if (strcmp(field, "hart") == 0) {
        *value = event->hart;
        return true;
    }
    if (strcmp(field, "time") == 0) {
        *value = event->time;
        return event->time != EVENT_NO_TIME;
    }
    if (strcmp(field, "instructions") == 0) {
        *value = event->instructions;
        return event->type->seen;
    }
    int index = event_field_index(event->type, field);
    if (index < 0)
        return false;
    *value = event->value[index];
    return true;
}

bool relation_holds(enum relation relation, uint64_t left, uint64_t right)
{
    switch (relation) {
    case EQUAL:
        return left == right;
    case NOT_EQUAL:
        return left != right;
    case LESS:
        return left < right;
    case LESS_EQUAL:
        return left <= right;
    case GREATER:
        return left > right;
    case GREATER_EQUAL:
        return left >= right;
    }
    return false;
}

const char *relation_symbol(enum relation relation)
{
    static const char *const symbols[] = {"==", "!=", "<", "<=", ">", ">="};
    return symbols[relation];
}

static bool in_range(const struct facts *facts, const struct range *range,
                     const struct bindings *bindings, uint64_t value)
{
    uint64_t low, high;
    if (!expression_value(facts, range->low, bindings, &low, NULL, 0))
        return false;
    if (!range->high)
        return value == low;
    return expression_value(facts, range->high, bindings, &high, NULL, 0) && value >= low &&
           value <= high;
}

static bool condition_holds(const struct facts *facts, const struct condition *condition,
                            const struct bindings *bindings, uint64_t value)
{
    if (!condition->ranges)
        return true;
    if (condition->relation != EQUAL && condition->relation != NOT_EQUAL) {
        uint64_t bound;
        return expression_value(facts, condition->ranges->low, bindings, &bound, NULL, 0) &&
               relation_holds(condition->relation, value, bound);
    }
    bool any = false;
    for (const struct range *range = condition->ranges; range && !any; range = range->next)
        any = in_range(facts, range, bindings, value);
    return any == (condition->relation == EQUAL);
}

static bool right_kind(const struct pattern *pattern, const struct event *event)
{
    if (pattern->type)
        return event->type == pattern->type;
    if (pattern->source == SOURCE_EITHER)
        return true;
    return event->type->seen == (pattern->source == SOURCE_SEEN);
}

static void note(struct mismatch *mismatch, const struct condition *condition, bool has_value,
                 uint64_t value)
{
    if (mismatch->failed++)
        return;
    mismatch->condition = condition;
    mismatch->has_value = has_value;
    mismatch->value = value;
}

bool pattern_matches(const struct facts *facts, const struct pattern *pattern,
                     const struct event *event, struct bindings *bindings,
                     struct mismatch *mismatch)
{
    struct mismatch found = {0};
    if (!right_kind(pattern, event)) {
        found.failed = UINT_MAX;
        if (mismatch)
            *mismatch = found;
        return false;
    }
    /* Bindings of this event hold from left to right, and stay only if all of it matches. */
    struct bindings local = {.count = 0};
    bool binds = false;
    for (const struct condition *c = pattern->conditions; c; c = c->next)
        binds |= c->bind != NULL;
    if (binds)
        local = *bindings;
    struct bindings *scope = binds ? &local : bindings;
    for (const struct condition *c = pattern->conditions; c; c = c->next) {
        uint64_t value = 0;
        bool has_value = event_value(facts, event, c->field, &value);
        if (!has_value || !condition_holds(facts, c, scope, value)) {
            note(&found, c, has_value, value);
            if (!mismatch)
                return false;
        } else if (c->bind) {
            bindings_set(&local, c->bind, value);
        }
    }
    if (found.failed) {
        *mismatch = found;
        return false;
    }
    if (binds)
        *bindings = local;
    return true;
}
