/* Finds the watch plugin that fits the QEMU at hand. */
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "machine/plugin.h"
#include "machine/qemu.h"

#define NEW_PLUGIN_API 900 /* QEMU's version from which the plugin's second form is needed */

int plugin_find(const char *binary, const char *given, char *path, size_t bytes,
                struct error *error)
{
    char program[4096];
    const char *folder = getenv("COACH_PLUGINS");
    struct qemu_version version;
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);

    if (qemu_find(binary, NULL, &version, error) != 0)
        return -1;
    unsigned api = version.major * 100 + version.minor < NEW_PLUGIN_API ? 1 : 2;
    if (given)
        snprintf(path, bytes, "%s", given);
    else if (folder)
        snprintf(path, bytes, "%s/watch-%u.so", folder, api);
    else if (length > 0) {
        program[length] = '\0';
        snprintf(path, bytes, "%s/plugin/watch-%u.so", dirname(program), api);
    }
    if (access(path, R_OK) != 0)
        return error_fault(error, "watch plugin %s: %s; `make` builds it", path, strerror(errno));
    return 0;
}
