/* The hypervisor's panic in the account of a check: its words, and where it was. */
#ifndef CHECK_PANIC_H
#define CHECK_PANIC_H

#include "check/machine.h"
#include "result/result.h"

/*
 * If the hypervisor has left a panic report (abi/monitor.h), each item that failed says so, and the
 * first of them shows the backtrace with source lines. It is told, and changes no verdict.
 */
void panic_explain(const struct machine *machine, struct result_check *to);

#endif
