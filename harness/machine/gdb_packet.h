/* What the parts of the GDB client share: framing and exchanges. */
#ifndef MACHINE_GDB_PACKET_H
#define MACHINE_GDB_PACKET_H

#include "machine/gdb.h"

/* Stores one line in gdb->error; always false. */
bool gdb_fail(struct gdb *gdb, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Value of a hexadecimal digit, or -1. */
int gdb_hex(char digit);

/* Bytes written to `to` from pairs of digits, at most bytes. text ends with a NUL. */
size_t gdb_unhex(const char *text, void *to, size_t bytes);

/* Sends a packet; then the answer is in gdb->packet. false: error. */
bool gdb_exchange(struct gdb *gdb, const char *payload);

#endif
