/*
 * Judging: cuts the run's events into the streams that an item asks for, has its expectations
 * decided, and writes the account of the first one that does not hold.
 */
#include "check/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/diagnose.h"
#include "check/explain.h"
#include "check/hints.h"
#include "check/property.h"
#include "lib/buffer.h"

#define EVERYTHING (-1)

/* One stream of an item: which events, and of whom. */
struct cut {
    bool told, seen;
    const struct pattern *filter;
    enum stream_split split;
    long key; /* EVERYTHING, or VM, VM * 256 + vCPU, hart */
};

static long key_of(const struct facts *facts, enum stream_split split, const struct event *event)
{
    long vm = event->vm == TRACE_NO_VM ? EVERYTHING : facts->vm_of[event->vm];
    if (split == SPLIT_HART)
        return event->hart;
    if (vm < 0 || split == SPLIT_VM)
        return vm;
    return event->vcpu == TRACE_NO_VM ? EVERYTHING : vm * 256 + event->vcpu;
}

static bool in_cut(const struct facts *facts, const struct cut *cut, const struct event *event)
{
    if (!(event->type->seen ? cut->seen : cut->told))
        return false;
    if (cut->key != EVERYTHING && key_of(facts, cut->split, event) != cut->key)
        return false;
    struct bindings bindings;
    bindings_begin(&bindings, facts);
    return !cut->filter || pattern_matches(facts, cut->filter, event, &bindings, NULL);
}

static struct stream_part cut_stream(const struct facts *facts, const struct cut *cut,
                                     size_t *places)
{
    struct stream_part part = {places, 0};
    for (size_t i = 0; i < facts->events; i++)
        if (in_cut(facts, cut, facts->event[i]))
            places[part.count++] = i;
    return part;
}

/* The kinds of events that patterns name; all if they name none. */
struct sources {
    bool told, seen;
};

static void add_source(struct sources *sources, const struct pattern *pattern)
{
    if (!pattern)
        return;
    sources->told |= pattern->source != SOURCE_SEEN;
    sources->seen |= pattern->source != SOURCE_TOLD;
}

static struct sources sources_of(const struct item *item, const struct property *property)
{
    struct sources sources = {false, false};
    if (property) {
        add_source(&sources, property->a);
        add_source(&sources, property->b);
        add_source(&sources, property->c);
    } else {
        for (const struct directive *d = item->directives; d; d = d->next)
            add_source(&sources, d->pattern);
    }
    if (!sources.told && !sources.seen)
        sources = (struct sources){true, true};
    return sources;
}

/* What is judged at the moment. */
struct trial {
    const struct facts *facts;
    const struct item *item;
    struct result_item *result;
    size_t *places;
    struct bindings bindings; /* what the directives bound, for the properties behind them */
};

static bool decide(struct trial *trial, const struct property *property, const struct cut *cut)
{
    struct stream_part part = cut_stream(trial->facts, cut, trial->places);
    struct bindings bindings = trial->bindings;
    if (property) {
        struct property_failure failure;
        if (property_holds(trial->facts, part, property, &bindings, &failure))
            return true;
        explain_property(trial->facts, part, property, &failure, trial->result);
        return false;
    }
    struct sequence_failure failure;
    if (!sequence_holds(trial->facts, part, trial->item->directives, &bindings, &failure)) {
        explain_sequence(trial->facts, part, &failure, trial->result);
        return false;
    }
    trial->bindings = bindings;
    return true;
}

static int compare_keys(const void *left, const void *right)
{
    long a = *(const long *)left, b = *(const long *)right;
    return (a > b) - (a < b);
}

/* The keys to split by: every VM of the scenario; else every hart or vCPU that shows up. */
static size_t split_keys(const struct facts *facts, enum stream_split split, long *keys,
                         size_t most)
{
    size_t count = 0;
    for (unsigned vm = 0; split == SPLIT_VM && vm < facts->check->scenario.vms; vm++)
        keys[count++] = (long)vm;
    for (size_t i = 0; split != SPLIT_VM && i < facts->events; i++) {
        long key = key_of(facts, split, facts->event[i]);
        bool known = key == EVERYTHING || count == most;
        for (size_t k = 0; k < count && !known; k++)
            known = keys[k] == key;
        if (!known)
            keys[count++] = key;
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    return count;
}

static void name_stream(struct trial *trial, const struct cut *cut)
{
    if (cut->key == EVERYTHING)
        return;
    if (cut->split == SPLIT_HART)
        result_line(trial->result, LINE_NOTE, "in the stream of hart %ld", cut->key);
    else if (cut->split == SPLIT_VM)
        result_line(trial->result, LINE_NOTE, "in the stream of VM %s",
                    trial->facts->check->scenario.vm[cut->key].name);
    else
        result_line(trial->result, LINE_NOTE, "in the stream of VM %s, vCPU %ld",
                    trial->facts->check->scenario.vm[cut->key / 256].name, cut->key % 256);
}

static bool decide_split(struct trial *trial, const struct property *property)
{
    struct sources sources = sources_of(trial->item, property);
    struct cut cut = {sources.told, sources.seen, trial->item->stream.filter,
                      trial->item->stream.split, EVERYTHING};
    if (cut.split == SPLIT_NONE)
        return decide(trial, property, &cut);
    long keys[BUNDLE_MAX_VMS * BUNDLE_MAX_VCPUS];
    size_t count = split_keys(trial->facts, cut.split, keys, sizeof keys / sizeof *keys);
    if (!count)
        return decide(trial, property, &cut); /* empty: fails as an empty stream does */
    for (size_t i = 0; i < count; i++) {
        cut.key = keys[i];
        if (decide(trial, property, &cut))
            continue;
        name_stream(trial, &cut);
        return false;
    }
    return true;
}

static bool decide_item(struct trial *trial)
{
    if (trial->item->directives && !decide_split(trial, NULL))
        return false;
    for (const struct property *p = trial->item->properties; p; p = p->next)
        if (!decide_split(trial, p))
            return false;
    return true;
}

/* What is told proves nothing in a run whose trace is not true, whatever else would have passed. */
static bool trace_is_false(const struct facts *facts, const struct item *item,
                           struct result_item *result)
{
    bool told = item->evidence & EVIDENCE_TOLD;
    if (!told || !facts->truth.known || facts->truth.holds || facts->truth.unsure)
        return false;
    result_line(result, LINE_ACTUAL, "%s", facts->truth.text);
    result_set(&result->diagnosis, "%s", facts->truth.diagnosis);
    return true;
}

/* The names that the evidence of the whole run gives, the most exact one first. */
static const char *name_failure(const struct facts *facts, char *detail, size_t bytes)
{
    *detail = '\0';
    if (facts->isolation.known && !facts->isolation.holds) {
        snprintf(detail, bytes, "%s", facts->isolation.text);
        return facts->isolation.diagnosis;
    }
    return diagnose_traps(facts, detail, bytes);
}

static bool is_said(const struct result_item *result, const char *text)
{
    for (size_t i = 0; i < result->line_count; i++)
        if (strcmp(result->lines[i].text, text) == 0)
            return true;
    return false;
}

/* A rule of the contract was broken: that is the verdict, whatever the item asks. */
static bool contract_is_broken(const struct facts *facts, struct result_item *result)
{
    const struct contract *contract = &facts->contract;
    if (!contract->broken)
        return false;
    result_judge(result, VERDICT_FAIL);
    result->evidence |= EVIDENCE_SEEN;
    result_set(&result->diagnosis, "%s", contract->diagnosis);
    result_line(result, LINE_EXPECTED, "%s", contract->expected);
    result_line(result, LINE_ACTUAL, "%s", contract->seen);
    result_line(result, LINE_NOTE, "%s, %s", contract->rule, contract->event);
    if (*contract->source)
        result_line(result, LINE_SOURCE, "%s", contract->source);
    for (unsigned i = 0; i < CONTRACT_OTHERS && *contract->other[i]; i++)
        result_line(result, LINE_NOTE, "%s", contract->other[i]);
    for (unsigned vm = 0; vm < BUNDLE_MAX_VMS; vm++)
        if (facts->secrets[vm].known && !facts->secrets[vm].holds)
            result_line(result, LINE_NOTE, "%s", facts->secrets[vm].text);
    return true;
}

static void judge_item(const struct facts *facts, const struct item *item, size_t *places,
                       struct result_item *result)
{
    const char *outcome = diagnose_outcome(facts);
    if (!facts->stray && contract_is_broken(facts, result)) {
        hint_give(item, result);
        return;
    }
    if (outcome) {
        explain_outcome(facts, result);
        result_set(&result->diagnosis, "%s", outcome);
    }
    struct trial trial = {.facts = facts, .item = item, .result = result, .places = places};
    bindings_begin(&trial.bindings, facts);
    bool holds = decide_item(&trial);
    bool false_trace = trace_is_false(facts, item, result);
    if (holds && !outcome && !false_trace)
        return;
    result_judge(result, VERDICT_FAIL);
    char detail[512];
    const char *named = name_failure(facts, detail, sizeof detail);
    if (named && (outcome || !result->diagnosis) && !false_trace) {
        result_set(&result->diagnosis, "%s", named);
        if (!is_said(result, detail))
            result_line(result, LINE_NOTE, "%s", detail);
    }
    if (!holds && item->diagnosis && !false_trace && (!result->diagnosis || (outcome && !named)))
        result_set(&result->diagnosis, "%s", item->diagnosis);
    hint_give(item, result);
}

void judge(const struct facts *facts, struct result_check *to)
{
    size_t *places = allocate(facts->events + 1, sizeof *places);
    for (const struct item *item = facts->check->items; item; item = item->next) {
        struct result_item *result = result_item_add(to, item->id, item->title, item->points);
        result->evidence = item->evidence;
        result_set(&result->at, "%s:%u:%u", facts->check->file, item->place.line,
                   item->place.column);
        if (facts->outcome == OUTCOME_BROKEN) {
            result_judge(result, VERDICT_HARNESS_FAULT);
            result_line(result, LINE_NOTE, "%s", facts->why);
            continue;
        }
        if (*facts->contract.blind) {
            result_judge(result, VERDICT_HARNESS_FAULT);
            result_line(result, LINE_NOTE, "the contract cannot be judged: %s",
                        facts->contract.blind);
            continue;
        }
        judge_item(facts, item, places, result);
    }
    free(places);
}
