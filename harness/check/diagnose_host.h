/* Names for mistakes in how the hypervisor takes its own traps, from the traps that were seen. */
#ifndef CHECK_DIAGNOSE_HOST_H
#define CHECK_DIAGNOSE_HOST_H

#include "check/facts.h"

/*
 * "trap in the trap vector", "stack pointer not checked", "sscratch not cleared", "back at the
 * trapping instruction", "address wraps around", or NULL. `detail` gets
 * one line with the numbers.
 */
const char *diagnose_host(const struct facts *facts, char *detail, size_t bytes);

/* "unexpected trap not fatal": the scenario is to end in a panic, and goes on. Or NULL. */
const char *diagnose_no_panic(const struct facts *facts, char *detail, size_t bytes);

#endif
