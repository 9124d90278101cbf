/* Where the watch plugin (harness/plugin) lies. */
#ifndef MACHINE_PLUGIN_H
#define MACHINE_PLUGIN_H

#include <stddef.h>

#include "lib/error.h"

/* How a path begins that is a descriptor of this process, which QEMU then inherits. */
#define PLUGIN_DESCRIPTOR "/proc/self/fd/"

/*
 * Path of the plugin for this QEMU (binary: as in struct qemu_options): `given` if it is not NULL,
 * else in the folder that the environment's COACH_PLUGINS names, else in plugin/ beside the
 * program. 0, or -1 and *error (COACH_FAULT) when it is not there.
 */
int plugin_find(const char *binary, const char *given, char *path, size_t bytes,
                struct error *error);

#endif
