/*
 * What a summary says of a VM that did not end well: what it touched and has not, where it loops in
 * faults, that it never called the hypervisor. So a guest that wants a device is not just silent.
 */
#ifndef HARNESS_MONITOR_MISSTEPS_H
#define HARNESS_MONITOR_MISSTEPS_H

#include <stdio.h>

#include "abi/monitor.h"

/* What a `virt` board of QEMU's has at that physical address; NULL: nothing that is known. */
const char *board_device(uint64_t address);

/* A line for each, none for a VM that ended well. image: the guest's file, for the names of its
 * functions; NULL, or a file without symbols: addresses alone. */
void missteps_print(FILE *stream, const struct monitor_vm *vm, const char *image);

#endif
