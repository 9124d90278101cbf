/*
 * A deadline in the machine's own virtual time: a PCI watchdog (Intel 6300ESB) that coach
 * programs through QEMU's qtest protocol before the machine runs, and that pauses or ends it.
 * Under -icount the end comes at the same instruction in every run. What runs in the machine can
 * move it by driving that PCI device; so an observed run has a timer that it cannot reach, a
 * moment earlier (harness/plugin/deadline.c), and the watchdog is for where there is none.
 */
#ifndef HARNESS_MACHINE_DEADLINE_H
#define HARNESS_MACHINE_DEADLINE_H

#include <stdint.h>

#include "lib/error.h"

#define DEADLINE_MOST_NS (2000ull * 1000000000) /* what the watchdog can count to */

/* Words for QEMU's -device and -action. */
#define DEADLINE_DEVICE "i6300esb,addr=1"
#define DEADLINE_PAUSES "watchdog=pause"
#define DEADLINE_ENDS   "watchdog=poweroff"

/* The virtual time in ns at which a watchdog that is armed for `ns` acts. */
uint64_t deadline_exact(uint64_t ns);

/*
 * Arms the watchdog of a machine that is still stopped: `ns` of virtual time from now, within
 * 1 us below 2 s and within 1 ms above. `channel` is a connected socket, `process` the pidfd of
 * QEMU, whose end ends the waiting; or -1. 0, or -1 with *error.
 */
int deadline_arm(int channel, int process, uint64_t ns, struct error *error);

#endif
