/*
 * Decides a list of CHECK directives over a stream of events, as LLVM FileCheck decides them over
 * the lines of a text: CHECK searches on, CHECK-NEXT takes the very next, CHECK-DAGs that stand
 * together match in any order without sharing an event, CHECK-NOT holds between its neighbours.
 */
#ifndef CHECK_SEQUENCE_H
#define CHECK_SEQUENCE_H

#include "check/match.h"

#define NO_EVENT SIZE_MAX

/* A part of the run's events, by place in facts.event, ascending. */
struct stream_part {
    const size_t *event;
    size_t count;
};

enum sequence_fault {
    FAULT_MISSING,   /* no event in [from, to) matches */
    FAULT_NOT_NEXT,  /* the event at `at` should have matched and does not */
    FAULT_FORBIDDEN, /* the event at `at` matches a CHECK-NOT */
};

struct sequence_failure {
    enum sequence_fault fault;
    const struct directive *directive;
    unsigned matched;         /* CHECK-COUNT: how many were found before */
    size_t from, to;          /* places in the stream that were searched */
    size_t at;                /* place in the stream, or NO_EVENT */
    struct bindings bindings; /* as they were then */
};

/* true: all hold; bindings gains what they bound. false: *failure is the first that does not. */
bool sequence_holds(const struct facts *facts, struct stream_part part,
                    const struct directive *directives, struct bindings *bindings,
                    struct sequence_failure *failure);

/*
 * The event in [from, to) of the stream that comes nearest to matching: of the pattern's type,
 * with the fewest conditions failed, the first of those. NO_EVENT: none has that type.
 */
size_t sequence_nearest(const struct facts *facts, struct stream_part part, size_t from, size_t to,
                        const struct pattern *pattern, const struct bindings *bindings,
                        struct mismatch *mismatch);

#endif
