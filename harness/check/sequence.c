/* CHECK directives over a stream of events; see sequence.h for the meaning of each. */
#include "check/sequence.h"

#include <limits.h>
#include <stdlib.h>

#include "lib/buffer.h"

/* State of one pass over the directives. */
struct pass {
    const struct facts *facts;
    struct stream_part part;
    struct bindings *bindings;
    struct sequence_failure *failure;
    size_t next;                       /* first place not yet behind a match */
    const struct directive *forbidden; /* first CHECK-NOT that waits for its right neighbour */
};

static const struct event *event_at(const struct pass *pass, size_t place)
{
    return pass->facts->event[pass->part.event[place]];
}

static bool fail(struct pass *pass, enum sequence_fault fault, const struct directive *directive,
                 size_t from, size_t to, size_t at)
{
    *pass->failure = (struct sequence_failure){.fault = fault,
                                               .directive = directive,
                                               .from = from,
                                               .to = to,
                                               .at = at,
                                               .bindings = *pass->bindings};
    return false;
}

/* The waiting CHECK-NOTs hold in [from, to), up to but not including `until`. */
static bool nots_hold(struct pass *pass, size_t from, size_t to, const struct directive *until)
{
    for (const struct directive *one = pass->forbidden; one && one != until; one = one->next) {
        if (one->kind != DIRECTIVE_NOT)
            continue;
        for (size_t place = from; place < to; place++) {
            struct bindings scope = *pass->bindings;
            if (pattern_matches(pass->facts, one->pattern, event_at(pass, place), &scope, NULL))
                return fail(pass, FAULT_FORBIDDEN, one, from, to, place);
        }
    }
    pass->forbidden = NULL;
    return true;
}

static size_t search(struct pass *pass, const struct pattern *pattern, size_t from)
{
    for (size_t place = from; place < pass->part.count; place++)
        if (pattern_matches(pass->facts, pattern, event_at(pass, place), pass->bindings, NULL))
            return place;
    return NO_EVENT;
}

static bool check(struct pass *pass, const struct directive *directive)
{
    for (unsigned matched = 0; matched < directive->count; matched++) {
        size_t from = pass->next;
        size_t place = search(pass, directive->pattern, from);
        if (place == NO_EVENT) {
            fail(pass, FAULT_MISSING, directive, from, pass->part.count, NO_EVENT);
            pass->failure->matched = matched;
            return false;
        }
        if (!matched && !nots_hold(pass, from, place, directive))
            return false;
        pass->next = place + 1;
    }
    return true;
}

static bool check_next(struct pass *pass, const struct directive *directive)
{
    if (pass->next == pass->part.count)
        return fail(pass, FAULT_MISSING, directive, pass->next, pass->next, NO_EVENT);
    if (!pattern_matches(pass->facts, directive->pattern, event_at(pass, pass->next),
                         pass->bindings, NULL))
        return fail(pass, FAULT_NOT_NEXT, directive, pass->next, pass->next + 1, pass->next);
    pass->next++;
    pass->forbidden = NULL; /* nothing lies between */
    return true;
}

static bool taken(const size_t *places, size_t count, size_t place)
{
    for (size_t i = 0; i < count; i++)
        if (places[i] == place)
            return true;
    return false;
}

/* A run of CHECK-DAGs; *directive moves to its last. */
static bool check_group(struct pass *pass, const struct directive **directive)
{
    size_t count = 0, found = 0, first = NO_EVENT, last = 0;
    const struct directive *begin = *directive;
    for (const struct directive *d = begin; d && d->kind == DIRECTIVE_DAG; d = d->next)
        count++;
    size_t *places = allocate(count, sizeof *places);
    size_t from = pass->next;
    for (const struct directive *d = begin; found < count; d = d->next) {
        size_t place = search(pass, d->pattern, from);
        while (place != NO_EVENT && taken(places, found, place))
            place = search(pass, d->pattern, place + 1);
        if (place == NO_EVENT) {
            free(places);
            return fail(pass, FAULT_MISSING, d, from, pass->part.count, NO_EVENT);
        }
        places[found++] = place;
        first = place < first ? place : first;
        last = place > last ? place : last;
        *directive = d;
    }
    free(places);
    if (!nots_hold(pass, from, first, begin))
        return false;
    pass->next = last + 1;
    return true;
}

bool sequence_holds(const struct facts *facts, struct stream_part part,
                    const struct directive *directives, struct bindings *bindings,
                    struct sequence_failure *failure)
{
    struct pass pass = {facts, part, bindings, failure, 0, NULL};
    for (const struct directive *d = directives; d; d = d->next) {
        bool holds = true;
        if (d->kind == DIRECTIVE_NOT)
            pass.forbidden = pass.forbidden ? pass.forbidden : d;
        else if (d->kind == DIRECTIVE_DAG)
            holds = check_group(&pass, &d);
        else if (d->kind == DIRECTIVE_NEXT)
            holds = check_next(&pass, d);
        else
            holds = check(&pass, d);
        if (!holds)
            return false;
    }
    return nots_hold(&pass, pass.next, part.count, NULL);
}

size_t sequence_nearest(const struct facts *facts, struct stream_part part, size_t from, size_t to,
                        const struct pattern *pattern, const struct bindings *bindings,
                        struct mismatch *mismatch)
{
    size_t nearest = NO_EVENT;
    unsigned fewest = UINT_MAX;
    for (size_t place = from; place < to; place++) {
        struct bindings scope = *bindings;
        struct mismatch one;
        const struct event *event = facts->event[part.event[place]];
        if (pattern_matches(facts, pattern, event, &scope, &one) || one.failed >= fewest)
            continue;
        fewest = one.failed;
        nearest = place;
        *mismatch = one;
    }
    return nearest;
}
