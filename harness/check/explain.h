/*
 * The account of a failure: what was expected, the nearest event and the field that differs, five
 * events around, source lines in guest and hypervisor, the hint.
 */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "check/property.h"
#include "result/result.h"

/* How the run should have gone, and how it went, where diagnose_outcome has something to say. */
void explain_outcome(const struct facts *facts, struct result_item *to);

void explain_sequence(const struct facts *facts, struct stream_part part,
                      const struct sequence_failure *failure, struct result_item *to);
void explain_property(const struct facts *facts, struct stream_part part,
                      const struct property *property, const struct property_failure *failure,
                      struct result_item *to);

#endif
