/* The value of an expression over the facts of a run; the other half of match.h. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check/cursor.h"
#include "check/match.h"
#include "result/result.h"

static bool no_value(char *why, size_t bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool no_value(char *why, size_t bytes, const char *format, ...)
{
    if (!bytes)
        return false;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, bytes, format, arguments);
    va_end(arguments);
    return false;
}

/* Events that match, between a match of `from` and the next one of `to` if these are given. */
static uint64_t count(const struct facts *facts, const struct expression *expression,
                      const struct bindings *bindings)
{
    uint64_t number = 0;
    bool inside = !expression->from;
    for (size_t i = 0; i < facts->events; i++) {
        struct bindings scope = *bindings;
        const struct event *event = facts->event[i];
        if (expression->from && !inside)
            inside = pattern_matches(facts, expression->from, event, &scope, NULL);
        else if (expression->from && pattern_matches(facts, expression->to, event, &scope, NULL))
            inside = false;
        else if (inside)
            number += pattern_matches(facts, expression->count, event, &scope, NULL);
    }
    return number;
}

/* The symbol of the expression, if it names one, and the distance from it. */
static bool address_of(const struct facts *facts, const struct expression *expression,
                       const struct bindings *bindings, uint64_t *address, char *why, size_t bytes)
{
    uint64_t distance = 0;
    unsigned vm = (unsigned)expression->vm;
    *address = 0;
    if (expression->name &&
        (!facts->symbol || !facts->symbol(facts->argument, vm, expression->name, address)))
        return no_value(why, bytes, "the image of VM %s has no symbol %s",
                        facts->check->scenario.vm[vm].name, expression->name);
    if (expression->left &&
        !expression_value(facts, expression->left, bindings, &distance, why, bytes))
        return false;
    *address += distance;
    return true;
}

static bool word(const struct facts *facts, const struct expression *expression,
                 const struct bindings *bindings, uint64_t *value, char *why, size_t bytes)
{
    uint64_t address;
    unsigned vm = (unsigned)expression->vm;
    const char *name = facts->check->scenario.vm[vm].name;
    if (!address_of(facts, expression, bindings, &address, why, bytes))
        return false;
    if (!facts->word || !facts->word(facts->argument, vm, address, value))
        return no_value(why, bytes,
                        "guest-physical 0x%" PRIx64 " of VM %s cannot be read: its "
                        "second stage does not map it to RAM",
                        address, name);
    return true;
}

#define INSTRUCTIONS_PER_TICK 100 /* under -icount shift=0 */

/* Time that passed and instructions that did not fill it: all harts slept. */
static uint64_t machine(const struct facts *facts, const char *field)
{
    uint64_t busy = facts->instructions / INSTRUCTIONS_PER_TICK;
    if (strcmp(field, "ticks") == 0)
        return facts->last_tick;
    if (strcmp(field, "instructions") == 0)
        return facts->instructions;
    return facts->last_tick > busy ? facts->last_tick - busy : 0;
}

static bool arithmetic(const struct facts *facts, const struct expression *expression,
                       const struct bindings *bindings, uint64_t *value, char *why, size_t bytes)
{
    uint64_t left = 0, right = 0;
    if (!expression_value(facts, expression->left, bindings, &left, why, bytes) ||
        !expression_value(facts, expression->right, bindings, &right, why, bytes))
        return false;
    switch (expression->kind) {
    case EXPRESSION_ADD:
        *value = left + right;
        return true;
    case EXPRESSION_SUBTRACT:
        *value = left - right;
        return true;
    case EXPRESSION_MULTIPLY:
        *value = left * right;
        return true;
    default:
        *value = right ? left / right : 0;
        return right || no_value(why, bytes, "division by zero");
    }
}

bool expression_value(const struct facts *facts, const struct expression *expression,
                      const struct bindings *bindings, uint64_t *value, char *why, size_t bytes)
{
    switch (expression->kind) {
    case EXPRESSION_NUMBER:
        *value = expression->number;
        return true;
    case EXPRESSION_VARIABLE:
        return bindings_get(bindings, expression->name, value) ||
               no_value(why, bytes, "[[%s]] was not bound", expression->name);
    case EXPRESSION_COUNT:
        *value = count(facts, expression, bindings);
        return true;
    case EXPRESSION_WORD:
        return word(facts, expression, bindings, value, why, bytes);
    case EXPRESSION_ADDRESS:
        return address_of(facts, expression, bindings, value, why, bytes);
    case EXPRESSION_REGISTER:
        return (facts->last_register &&
                facts->last_register(facts->argument, (unsigned)expression->vm,
                                     (unsigned)expression->number, value)) ||
               no_value(why, bytes, "no exit of VM %s was seen",
                        facts->check->scenario.vm[expression->vm].name);
    case EXPRESSION_PROBE:
        return facts_probe(facts, (unsigned)expression->vm, expression->name, value) ||
               no_value(why, bytes, "VM %s holds no probe report with a field or counter \"%s\"",
                        facts->check->scenario.vm[expression->vm].name, expression->name);
    case EXPRESSION_MACHINE:
        *value = machine(facts, expression->name);
        return true;
    case EXPRESSION_MONITOR:
        return facts_monitor(facts, expression->vm, expression->name, value) ||
               no_value(why, bytes, "the monitor has no field \"%s\" here", expression->name);
    default:
        return arithmetic(facts, expression, bindings, value, why, bytes);
    }
}

unsigned expression_evidence(const struct expression *expression)
{
    if (!expression)
        return 0;
    switch (expression->kind) {
    case EXPRESSION_COUNT:
        return pattern_evidence(expression->count);
    case EXPRESSION_WORD:
    case EXPRESSION_REGISTER:
    case EXPRESSION_MACHINE:
    case EXPRESSION_PROBE:
        return EVIDENCE_SEEN;
    case EXPRESSION_MONITOR:
        return EVIDENCE_TOLD;
    default:
        return expression_evidence(expression->left) | expression_evidence(expression->right);
    }
}
