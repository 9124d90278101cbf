/* What submissions can be confined with on this computer: bubblewrap, else Landlock and seccomp. */
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/landlock.h>

#include "doctor/findings.h"
#include "grade/sandbox.h"
#include "lib/buffer.h"

#define GROUP "sandbox"

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

/* Tried as grading will use it, which differs between root and others. */
static void examine_bubblewrap(struct findings *findings)
{
    struct error error = {0};
    bool works = sandbox_works(SANDBOX_BUBBLEWRAP, &error);
    add(findings, "bubblewrap", works, copy_string(works ? "works" : error.text),
        "make deps, or allow user namespaces; without it submissions are confined by Landlock");
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

static void examine_tier(struct findings *findings)
{
    struct error error = {0};
    enum sandbox_tier tier = SANDBOX_LIMITS;
    bool found = sandbox_find(&tier, &error) == 0 && sandbox_works(tier, &error);
    add(findings, "tier in force", found && tier != SANDBOX_LIMITS,
        copy_string(found ? sandbox_describe(tier) : error.text),
        found ? "one of the means above; until then hidden checks are refused"
              : "do as it says; until then nothing can be graded");
}

void examine_sandbox(struct findings *findings)
{
    examine_bubblewrap(findings);
    examine_landlock(findings);
    examine_seccomp(findings);
    examine_tier(findings);
}
