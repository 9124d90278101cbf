/*
 * HOLDS: registers preserved, and HOLDS: fences complete. Both are families of rules of the
 * contract (harness/model). A run in which one of these is broken fails with or without the line,
 * which says that a check wants them put to the test, and counts how often they were.
 */
#ifndef CHECK_KEPT_H
#define CHECK_KEPT_H

#include "check/facts.h"

/* finding->looked_at: how often the rules were put to the test. */
void kept_registers(const struct facts *facts, struct finding *finding);
void kept_fences(const struct facts *facts, struct finding *finding);

#endif
