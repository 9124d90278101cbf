/*
 * The hypervisor's own account of its VMs (abi/monitor.h), read out of the machine's RAM: what
 * became of each, in words and as a status. It is told, not seen: good for people, not for
 * verdicts.
 */
#ifndef HARNESS_MONITOR_MONITOR_H
#define HARNESS_MONITOR_MONITOR_H

#include <stdbool.h>

#include "abi/monitor.h"
#include "lib/buffer.h"
#include "lib/error.h"
#include "machine/ram.h"

/*
 * Copies the struct at physical address `at` and checks it: magic, version, vm_count. Names and
 * reasons in the copy are terminated and printable. 0, or -1 with *error.
 */
int monitor_read(const struct ram *ram, uint64_t at, struct monitor *copy, struct error *error);

/* The same for the panic report; false: there is none (the hypervisor has not panicked). */
bool panic_read(const struct ram *ram, uint64_t at, struct panic_report *copy);

/*
 * The address in the report's backtrace whose source line is the place. Return addresses point
 * behind their calls, which may be another function's first instruction: the call is one byte
 * before. The first address of a trap is its own.
 */
uint64_t panic_place(const struct panic_report *report, int index);

/* Whether a VM came to a good end: exit code 0, orderly shutdown, or ended by the operator. */
bool vm_ended_well(const struct monitor_vm *vm);

/* "exit code 0", "shutdown", "guest fault: …", "still running". Adds to *out. */
void vm_end_describe(const struct monitor_vm *vm, struct buffer *out);

/* The scause, in 32 bits as in abi/trace.h, that monitor_vm.exits[index] counts. */
uint32_t monitor_cause(unsigned index);

/* Ticks from the hypervisor's first instruction to the end of the last VM; 0: some VM lives. */
uint64_t monitor_elapsed(const struct monitor *monitor);

/*
 * The share of the CPU, 0 … 1, that each VM's weight entitles it to over the run: at any time in
 * proportion among the VMs that live then, at most its cap. `elapsed`: ticks since boot_ticks
 * that were watched. share has room for MONITOR_MAX_VMS.
 */
void monitor_wanted(const struct monitor *monitor, uint64_t elapsed, double *share);

#endif
