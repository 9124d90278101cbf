/* The account of a failure; see explain.h. */
#include "check/explain.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "check/names.h"

#define AROUND      2 /* events shown before and after the one in question */
#define TIMEBASE_HZ 10000000

static const struct event *event_at(const struct facts *facts, struct stream_part part,
                                    size_t place)
{
    return facts->event[part.event[place]];
}

static void print_value(char *to, size_t bytes, const char *field, uint64_t value)
{
    const char *name = number_name(field, value);
    if (name)
        snprintf(to, bytes, "%s", name);
    else
        snprintf(to, bytes, value > 9 ? "0x%" PRIx64 : "%" PRIu64, value);
}

static void context(const struct facts *facts, struct stream_part part, size_t place,
                    struct result_item *to)
{
    size_t from = place > AROUND ? place - AROUND : 0;
    size_t end = place + AROUND + 1 < part.count ? place + AROUND + 1 : part.count;
    for (size_t i = from; i < end; i++) {
        char line[320];
        event_print(line, sizeof line, event_at(facts, part, i), facts->first_tick, TIMEBASE_HZ);
        result_line(to, LINE_CONTEXT, "%c %s", i == place ? '>' : ' ', line);
    }
}

/* The guest's source line for an event that has a guest's pc; the hypervisor's for its own. */
static void source(const struct facts *facts, const struct event *event, struct result_item *to)
{
    uint64_t pc;
    char text[256];
    if (!facts->describe || !event_value(facts, event, "sepc", &pc))
        return;
    bool hosts = event->type->kind == SEEN_HOST_TRAP;
    uint64_t vm;
    event_value(facts, event, "vm", &vm);
    int place = hosts || vm >= facts->check->scenario.vms ? -1 : (int)vm;
    if (!hosts && place < 0)
        return;
    if (facts->describe(facts->argument, place, pc, text, sizeof text))
        result_line(to, LINE_SOURCE, "%s %s: %s", hosts ? "hypervisor" : "guest",
                    hosts ? "" : facts->check->scenario.vm[place].name, text);
}

static void nearest(const struct facts *facts, const struct event *event,
                    const struct mismatch *mismatch, struct result_item *to)
{
    char line[320], value[64];
    event_print(line, sizeof line, event, facts->first_tick, TIMEBASE_HZ);
    if (mismatch->failed == UINT_MAX) {
        result_line(to, LINE_NEAREST, "%s: another event", line);
        return;
    }
    print_value(value, sizeof value, mismatch->condition->field, mismatch->value);
    result_line(to, LINE_NEAREST, "%s", line);
    result_line(to, LINE_NEAREST, "%s is %s, expected %s%s", mismatch->condition->field,
                mismatch->has_value ? value : "not known", mismatch->condition->text,
                mismatch->failed > 1 ? ", and other fields differ" : "");
}

static void used_bindings(const struct pattern *pattern, const struct bindings *bindings,
                          struct result_item *to)
{
    for (unsigned i = 0; i < bindings->count; i++) {
        char use[80];
        snprintf(use, sizeof use, "[[%.60s]]", bindings->bound[i].name);
        if (strstr(pattern->text, use))
            result_line(to, LINE_NOTE, "with %s = 0x%" PRIx64, use, bindings->bound[i].value);
    }
}

/* The nearest event to a pattern that was looked for and not found, with what is around it. */
static void missing(const struct facts *facts, struct stream_part part, size_t from, size_t to,
                    const struct pattern *pattern, const struct bindings *bindings,
                    struct result_item *item)
{
    struct mismatch mismatch;
    used_bindings(pattern, bindings, item);
    size_t place = sequence_nearest(facts, part, from, to, pattern, bindings, &mismatch);
    if (place == NO_EVENT) {
        result_line(item, LINE_NEAREST, "no %s among the %zu events looked at",
                    pattern->type ? pattern->type->name : "such event", to - from);
        if (from > 0)
            context(facts, part, from - 1, item);
        return;
    }
    nearest(facts, event_at(facts, part, place), &mismatch, item);
    context(facts, part, place, item);
    source(facts, event_at(facts, part, place), item);
}

static void not_next(const struct facts *facts, struct stream_part part,
                     const struct sequence_failure *failure, struct result_item *to)
{
    const struct event *event = event_at(facts, part, failure->at);
    struct bindings scope = failure->bindings;
    struct mismatch mismatch;
    result_line(to, LINE_ACTUAL, "the next event is another one");
    used_bindings(failure->directive->pattern, &failure->bindings, to);
    if (!pattern_matches(facts, failure->directive->pattern, event, &scope, &mismatch))
        nearest(facts, event, &mismatch, to);
    context(facts, part, failure->at, to);
    source(facts, event, to);
}

/* The VM that keeps the run from being over, if the monitor knows one. */
static void running_vm(const struct facts *facts, char *to, size_t bytes)
{
    *to = '\0';
    for (unsigned vm = 0; facts->has_monitor && vm < facts->check->scenario.vms; vm++) {
        const struct monitor_vm *entry = facts_monitor_vm(facts, vm);
        if (entry && entry->end != VM_END_NONE)
            continue;
        snprintf(to, bytes, ": VM %s %s", facts->check->scenario.vm[vm].name,
                 entry ? "has not ended" : "was not even made");
        return;
    }
}

/* A machine that switched itself off was told to: what is wrong is when, or in which state. */
static void switched_off(const struct facts *facts, struct result_item *to)
{
    char running[64];
    running_vm(facts, running, sizeof running);
    if (facts->check->scenario.until != UNTIL_FINISHED)
        result_line(to, LINE_ACTUAL, "the machine was switched off, and without a failure");
    else if (*facts->cut_short)
        result_line(to, LINE_ACTUAL, "%s", facts->cut_short);
    else if (!facts->has_monitor)
        result_line(to, LINE_ACTUAL,
                    "the machine was switched off, and left no monitor that "
                    "tells of the VMs");
    else if (*running)
        result_line(to, LINE_ACTUAL, "the machine was switched off too early%s", running);
    else
        result_line(to, LINE_ACTUAL,
                    "the machine was switched off, and the monitor's field "
                    "finished is %u, not 1",
                    facts->monitor.finished);
}

static const char *right_end(enum scenario_until until)
{
    switch (until) {
    case UNTIL_FINISHED:
        return "all VMs end, then the machine is switched off";
    case UNTIL_DEADLINE:
    case UNTIL_TRAPS:
        return "the machine runs until the deadline";
    case UNTIL_PANIC:
        return "the hypervisor refuses and stops the machine with a failure";
    }
    return "";
}

void explain_outcome(const struct facts *facts, struct result_item *to)
{
    bool lost = facts->registers.known && !facts->registers.holds;
    if (facts->stray) {
        result_line(to, LINE_EXPECTED, "no guest reaches the hypervisor's own code");
        result_line(to, LINE_ACTUAL, "%s", facts->why);
    } else if (lost) {
        result_line(to, LINE_EXPECTED, "a guest goes on with the registers that it had");
        result_line(to, LINE_ACTUAL, "%s", facts->registers.text);
    } else {
        result_line(to, LINE_EXPECTED, "%s", right_end(facts->check->scenario.until));
        if (facts->outcome == OUTCOME_FINISHED)
            switched_off(facts, to);
        else
            result_line(to, LINE_ACTUAL, "%s", facts->why);
    }
}

void explain_sequence(const struct facts *facts, struct stream_part part,
                      const struct sequence_failure *failure, struct result_item *to)
{
    const struct directive *directive = failure->directive;
    result_set(&to->at, "%s:%u:%u", facts->check->file, directive->place.line,
               directive->place.column);
    result_line(to, LINE_EXPECTED, "%s", directive->text);
    if (directive->hint)
        result_set(&to->hint, "%s", directive->hint);
    switch (failure->fault) {
    case FAULT_MISSING:
        if (directive->count > 1)
            result_line(to, LINE_ACTUAL, "%u of %u came", failure->matched, directive->count);
        else
            result_line(to, LINE_ACTUAL, "no such event came");
        missing(facts, part, failure->from, failure->to, directive->pattern, &failure->bindings,
                to);
        break;
    case FAULT_NOT_NEXT:
        not_next(facts, part, failure, to);
        break;
    case FAULT_FORBIDDEN:
        result_line(to, LINE_ACTUAL, "such an event came");
        context(facts, part, failure->at, to);
        source(facts, event_at(facts, part, failure->at), to);
        break;
    }
}

void explain_property(const struct facts *facts, struct stream_part part,
                      const struct property *property, const struct property_failure *failure,
                      struct result_item *to)
{
    result_set(&to->at, "%s:%u:%u", facts->check->file, property->place.line,
               property->place.column);
    result_line(to, LINE_EXPECTED, "%s", property->text);
    if (*failure->expected && strcasecmp(failure->expected, property->text) != 0)
        result_line(to, LINE_EXPECTED, "%s", failure->expected);
    result_line(to, LINE_ACTUAL, "%s", failure->actual);
    if (*failure->diagnosis && !to->diagnosis)
        result_set(&to->diagnosis, "%s", failure->diagnosis);
    if (property->hint)
        result_set(&to->hint, "%s", property->hint);
    if (failure->at != NO_EVENT) {
        context(facts, part, failure->at, to);
        source(facts, event_at(facts, part, failure->at), to);
    }
    if (failure->missing && failure->to > failure->from)
        missing(facts, part, failure->from, failure->to, failure->missing, &failure->bindings, to);
}
