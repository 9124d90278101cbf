/*
 * A deadline in the machine's own virtual time: a PCI watchdog (Intel 6300ESB) that coach
 * programs through QEMU's qtest protocol before the machine runs, and that pauses or ends it.
 * Under -icount the end comes at the same instruction in every run; nothing in the machine can
 * see or move it but by driving that PCI device.
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

/*
 * Arms the watchdog of a machine that is still stopped: `ns` of virtual time from now, within
 * 1 us below 2 s and within 1 ms above. `qtest` is a connected socket. 0, or -1 with *error.
 */
int deadline_arm(int qtest, uint64_t ns, struct error *error);

#endif
