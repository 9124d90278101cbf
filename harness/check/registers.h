/*
 * "registers preserved", seen at the machine (the watch plugin): the 31 general registers at each
 * entry into a guest against those at its last trap. A hypercall may change a0 and a1; an
 * instruction that the hypervisor carries out for the guest may change its destination; nothing
 * else may change any. The vCPUs of a VM share its second stage, so an entry is held against the
 * traps of all that wait there, and must come back from one of them. A vCPU that begins afresh
 * (hart_start, a suspend that loses registers, a VM's begin) has no trap behind it.
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

void registers_finding(const struct register_watch *watch, struct finding *finding);

#endif
