/* Decides a property of the whole run (HOLDS:). */
#ifndef CHECK_PROPERTY_H
#define CHECK_PROPERTY_H

#include "check/sequence.h"

/* Why a property does not hold; texts are one line each, or "". */
struct property_failure {
    char expected[320];
    char actual[512];
    char diagnosis[64];
    size_t at;                     /* place in the stream of the event at fault, or NO_EVENT */
    const struct pattern *missing; /* what should have come and did not, or NULL */
    size_t from, to;               /* places in the stream where it was looked for */
    struct bindings bindings;
};

/*
 * true: it holds. A property that never got to say anything (no event matched its left side, no
 * leaf was visited …) does not hold: it would have shown nothing.
 */
bool property_holds(const struct facts *facts, struct stream_part part,
                    const struct property *property, const struct bindings *bindings,
                    struct property_failure *failure);

#endif
