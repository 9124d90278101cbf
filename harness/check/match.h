/* Does an event match a pattern, and what is an expression's value? Bindings live here. */
#ifndef CHECK_MATCH_H
#define CHECK_MATCH_H

#include "check/facts.h"

#define MOST_BINDINGS 64

struct bindings {
    struct {
        const char *name;
        uint64_t value;
    } bound[MOST_BINDINGS];
    unsigned count;
};

/* What kept an event from matching. */
struct mismatch {
    unsigned failed;                   /* conditions that do not hold; UINT_MAX: another event */
    const struct condition *condition; /* the first of them */
    bool has_value;
    uint64_t value; /* of the event's field */
};

void bindings_set(struct bindings *bindings, const char *name, uint64_t value);
bool bindings_get(const struct bindings *bindings, const char *name, uint64_t *value);

/* Starts with what every item knows: SEED. */
void bindings_begin(struct bindings *bindings, const struct facts *facts);

/*
 * Value of an event's field, whatever its type. vm is the place in the scenario. false: the event
 * has no such field, or a seen event has no time.
 */
bool event_value(const struct facts *facts, const struct event *event, const char *field,
                 uint64_t *value);

/*
 * Matches; on success bindings gains the pattern's own. *mismatch (may be NULL) is set on
 * failure.
 */
bool pattern_matches(const struct facts *facts, const struct pattern *pattern,
                     const struct event *event, struct bindings *bindings,
                     struct mismatch *mismatch);

/*
 * Computes, modulo 2^64. false with one line in `why` when a part has no value: an unbound name,
 * unmapped memory, a division by zero.
 */
bool expression_value(const struct facts *facts, const struct expression *expression,
                      const struct bindings *bindings, uint64_t *value, char *why, size_t bytes);

bool relation_holds(enum relation relation, uint64_t left, uint64_t right);
const char *relation_symbol(enum relation relation);

#endif
