/*
 * General registers as the watch plugin shows them: of each VM at its last exit, for the fact
 * `register vm=a gp`, and of the hypervisor's own last trap, for `panic report true`. Whether a
 * guest keeps its registers is the model's affair.
 */
#ifndef CHECK_REGISTERS_H
#define CHECK_REGISTERS_H

#include "check/facts.h"
#include "machine/observer.h"

struct register_watch;

struct register_watch *registers_new(void);
void registers_free(struct register_watch *watch);

/* Takes the registers of one exit or entry, in the order in which the machine makes them. */
void registers_take(struct register_watch *watch, const struct traplog_registers *registers);

/* Register x<number> at the last exit under this second stage. false: none was seen. */
bool registers_last(const struct register_watch *watch, uint64_t hgatp, unsigned number,
                    uint64_t *value);

/* The last trap that the hypervisor took itself; NULL: none was seen. */
const struct traplog_registers *registers_host(const struct register_watch *watch);

/* "gp" → 3; -1: no register has that name. */
int register_number(const char *name);
/* 3 → "gp" */
const char *register_name(unsigned number);

#endif
