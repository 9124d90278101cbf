/* QEMU found and its version checked. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/qemu.h"
#include "machine/qemu_command.h"

#define VERSION_TIMEOUT_MS 600000 /* a backstop, for a host that is busy with other things */

static int check_version(const char *path, const struct qemu_version *version, struct error *error)
{
    unsigned number = version->major * 100 + version->minor;
    if (number < QEMU_OLDEST)
        return error_fault(error,
                           "%s is version %u.%u.%u, too old: %u.%u or later is needed (`coach "
                           "doctor` says more)",
                           path, version->major, version->minor, version->micro, QEMU_OLDEST / 100,
                           QEMU_OLDEST % 100);
    if (number > QEMU_NEWEST)
        return error_fault(error, "%s is version %u.%u.%u; %u.%u to %u.x were tried", path,
                           version->major, version->minor, version->micro, QEMU_OLDEST / 100,
                           QEMU_OLDEST % 100, QEMU_NEWEST / 100);
    return 0;
}

static int ask_version(const char *path, struct qemu_version *version, struct error *error)
{
    const char *const argv[] = {path, "--version", NULL};
    struct buffer output = {0};
    struct process_end end;
    int result = process_run(argv, VERSION_TIMEOUT_MS, &output, &end, error);
    if (result == 0 && sscanf(buffer_string(&output), "QEMU emulator version %u.%u.%u",
                              &version->major, &version->minor, &version->micro) != 3)
        result = error_fault(error, "%s --version says \"%.*s\", not QEMU's version", path,
                             (int)strcspn(buffer_string(&output), "\n"), buffer_string(&output));
    buffer_free(&output);
    return result;
}

/* The version of the program asked last, since a start should not cost another process. */
static int version_of(const char *path, struct qemu_version *version, struct error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static char known_path[512];
    static struct qemu_version known;
    int result = 0;
    pthread_mutex_lock(&lock);
    if (strcmp(known_path, path) != 0) {
        known_path[0] = '\0';
        result = ask_version(path, &known, error);
        if (result == 0)
            snprintf(known_path, sizeof(known_path), "%s", path);
    }
    *version = known;
    pthread_mutex_unlock(&lock);
    return result;
}

static bool is_of_the_system(const char *path)
{
    return strncmp(path, "/usr/", 5) == 0 || strncmp(path, "/bin/", 5) == 0;
}

/* Its full path without links, unless it is the system's own, which every sandbox shows as it is.
 */
static char *settle(char *path)
{
    char *real = is_of_the_system(path) ? NULL : realpath(path, NULL);
    if (real == NULL)
        return path;
    free(path);
    return real;
}

const char *const *qemu_outside(void)
{
    struct error ignored;
    char *path;
    if (qemu_find(NULL, &path, NULL, &ignored) != 0 || is_of_the_system(path))
        return NULL;
    char *data = format_string("%.*s/../share/qemu", (int)(strrchr(path, '/') - path), path);
    const char **list = allocate(3, sizeof(*list));
    list[0] = path;
    list[1] = realpath(data, NULL);
    free(data);
    return list;
}

int qemu_find(const char *binary, char **path, struct qemu_version *version, struct error *error)
{
    const char *chosen = getenv("COACH_QEMU");
    if (binary != NULL)
        chosen = binary;
    else if (chosen == NULL || *chosen == '\0')
        chosen = QEMU_PROGRAM;
    char *found = process_find(chosen);
    if (found == NULL)
        return error_fault(error,
                           "%s: not found; `make deps` installs it (package "
                           "qemu-system-misc), or set COACH_QEMU to its path",
                           chosen);
    found = settle(found);
    struct qemu_version seen = {0};
    int result = version_of(found, &seen, error);
    if (result == 0)
        result = check_version(found, &seen, error);
    if (version != NULL)
        *version = seen;
    if (path != NULL && result == 0)
        *path = found;
    else
        free(found);
    return result;
}
