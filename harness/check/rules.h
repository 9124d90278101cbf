/* How often each rule of the contract was put to the test, by which check. */
#ifndef CHECK_RULES_H
#define CHECK_RULES_H

#include <stdio.h>

#include "model/channel.h"
#include "result/result.h"

/* Keeps the counts of one run with its result, one line a rule. model may be
 * NULL. */
void rules_keep(const struct model_channel *model, struct result_check *to);

/*
 * One line a rule and check: rule, source, text, check, count, parted by tabs;
 * in the order of the rules' names and the checks'. A rule that no check
 * exercised has one line, with "-" and 0.
 */
void rules_print(const struct result_run *run, FILE *out);

/* All rules that there are, one line each: name, source, text, parted by tabs; by their names. */
void rules_list(FILE *out);

#endif
