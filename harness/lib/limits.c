/* Which of the limits that coach was started under are low, in words for who can raise them. */
#include "lib/limits.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "lib/buffer.h"

#define MIB (1ull << 20)

struct need {
    int resource;
    uint64_t least, unit; /* what is enough, and what is counted in words */
    const char *name, *option;
};

/* What the sandbox of a build asks for, and a machine with half a gigabyte of RAM takes. */
static const struct need needs[] = {
    {RLIMIT_NOFILE, 256, 1, "open files", "-n"},
    {RLIMIT_NPROC, 256, 1, "processes of this user", "-u"},
    {RLIMIT_CPU, 300, 1, "s of processor time", "-t"},
    {RLIMIT_FSIZE, 1024 * MIB, 1024, "KiB in a file", "-f"},
    {RLIMIT_AS, 4096 * MIB, MIB, "MiB of address space", "-v"},
    {RLIMIT_DATA, 4096 * MIB, MIB, "MiB of data", "-d"},
};

char *limits_advice(void)
{
    struct buffer text = {0};
    for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
        struct rlimit now;
        if (getrlimit((__rlimit_resource_t)needs[i].resource, &now) != 0 ||
            now.rlim_cur == RLIM_INFINITY || now.rlim_cur >= needs[i].least) {
            continue;
        }
        buffer_printf(&text, "%s%llu %s (ulimit %s), where %llu may be needed",
                      text.length > 0 ? "; " : "the limits here are low: ",
                      (unsigned long long)(now.rlim_cur / needs[i].unit), needs[i].name,
                      needs[i].option, (unsigned long long)(needs[i].least / needs[i].unit));
    }
    if (text.length == 0) {
        buffer_free(&text);
        return NULL;
    }
    buffer_text(&text, "; raise them where coach is started: the shell, the container, the batch "
                       "system's job");
    char *advice = copy_string(buffer_string(&text));
    buffer_free(&text);
    return advice;
}

int limits_blame(struct error *error)
{
    char *advice = error != NULL ? limits_advice() : NULL;
    if (advice != NULL) {
        size_t used = strlen(error->text);
        snprintf(error->text + used, sizeof(error->text) - used, "; %s", advice);
    }
    free(advice);
    return -1;
}
