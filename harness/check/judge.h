/* Turns a check and the facts of its run into result items, each with the account of its failure.
 */
#ifndef CHECK_JUDGE_H
#define CHECK_JUDGE_H

#include "check/facts.h"
#include "result/result.h"

/*
 * Adds an item to *to for each item of the check, judged on the facts. A run that ended other
 * than the scenario says fails every item; one that broke grades none.
 */
void judge(const struct facts *facts, struct result_check *to);

#endif
