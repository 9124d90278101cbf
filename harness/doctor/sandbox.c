/* What submissions can be confined with on this computer: bubblewrap, else Landlock and seccomp. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "doctor/findings.h"
#include "lib/buffer.h"
#include "lib/process.h"

#define GROUP      "sandbox"
#define TIMEOUT_MS 10000

static void add(struct findings *findings, const char *name, bool there, char *found,
                const char *advice)
{
    finding_add(findings, &(struct finding){.level = there ? FINDING_OK : FINDING_LACKING,
                                            .group = GROUP,
                                            .name = name,
                                            .found = found,
                                            .needed = "",
                                            .advice = copy_string(there ? "" : advice)});
}

static void examine_bubblewrap(struct findings *findings)
{
    const char *const argv[] = {"bwrap",         "--ro-bind",         "/",         "/",
                                "--unshare-all", "--die-with-parent", "/bin/true", NULL};
    struct buffer output = {0};
    struct process_end end = {0};
    struct error error = {0};
    int started = process_run(argv, TIMEOUT_MS, &output, &end, &error);
    bool works = started == 0 && end.exited && end.status == 0;
    char *found;
    if (works)
        found = copy_string("works");
    else if (started != 0)
        found = copy_string(error.text);
    else
        found = format_string("%.*s", (int)strcspn(buffer_string(&output), "\n"),
                              buffer_string(&output));
    add(findings, "bubblewrap", works, found,
        "make deps, or allow user namespaces; without it submissions are confined by Landlock");
    buffer_free(&output);
}

static void examine_landlock(struct findings *findings)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    add(findings, "Landlock", abi > 0,
        abi > 0 ? format_string("ABI %ld", abi) : copy_string("not in this kernel"),
        "Linux 5.13 or later with Landlock enabled; without it and bubblewrap, hidden checks are "
        "refused");
}

static void examine_seccomp(struct findings *findings)
{
    bool there = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
    add(findings, "seccomp", there, copy_string(there ? "there" : "not in this kernel"),
        "a kernel with CONFIG_SECCOMP");
}

void examine_sandbox(struct findings *findings)
{
    examine_bubblewrap(findings);
    examine_landlock(findings);
    examine_seccomp(findings);
}
