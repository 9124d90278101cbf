/* The machine's firmware, where QEMU cannot work with the one that it brings. */
#ifndef MACHINE_FIRMWARE_H
#define MACHINE_FIRMWARE_H

#include <stddef.h>

#include "lib/error.h"
#include "machine/qemu.h"

/*
 * The firmware that this QEMU needs in place of its own, as a nameless file: *fd is to be closed.
 * *fd is -1 when its own will do. binary: QEMU's path, by which its firmware is found.
 * 0, or -1 and *error (COACH_FAULT).
 */
int firmware_open(const char *binary, const struct qemu_version *version, int *fd,
                  struct error *error);

/* Where QEMU finds its firmware: in ../share/qemu from its own folder, else in the system's. To
 * free(). */
char *firmware_path(const char *binary);

/*
 * Makes firmware delegate illegal instructions to HS-mode, in place: wherever it writes medeleg
 * it then sets that bit too. 0, or -1 and *error when it writes it nowhere or has no room.
 */
int firmware_delegate_illegal(unsigned char *image, size_t bytes, struct error *error);

#endif
