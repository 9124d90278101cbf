/* The libraries that coach runs with, each asked by its own interface. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <cyaml/cyaml.h>
#include <elfutils/libdwfl.h>
#include <git2.h>
#include <jansson.h>
#include <nettle/version.h>
#include <seccomp.h>

#include "doctor/findings.h"
#include "lib/buffer.h"

#define GROUP "libraries"

static void add(struct findings *findings, const char *name, char *found)
{
    finding_add(findings,
                &(struct finding){.group = GROUP, .name = name, .found = found, .needed = ""});
}

static void add_seccomp(struct findings *findings)
{
    const struct scmp_version *version = seccomp_version();
    add(findings, "libseccomp",
        format_string("%u.%u.%u", version->major, version->minor, version->micro));
}

static void add_libgit2(struct findings *findings)
{
    int major, minor, micro;
    git_libgit2_version(&major, &minor, &micro);
    add(findings, "libgit2", format_string("%d.%d.%d", major, minor, micro));
}

/* CUnit is used by the tests alone, which coach is not linked with. */
static void add_cunit(struct findings *findings)
{
    bool there = access("/usr/include/CUnit/CUnit.h", R_OK) == 0;
    finding_add(findings,
                &(struct finding){.level = there ? FINDING_OK : FINDING_LACKING,
                                  .group = GROUP,
                                  .name = "CUnit",
                                  .found = copy_string(there ? "there" : "not found"),
                                  .needed = "",
                                  .advice = copy_string(there ? "" : "make deps (for make test)")});
}

void examine_libraries(struct findings *findings)
{
    add(findings, "jansson", copy_string(jansson_version_str()));
    add(findings, "libcyaml", copy_string(cyaml_version_str));
    add(findings, "libarchive", copy_string(archive_version_string() + strlen("libarchive ")));
    add(findings, "libdw, libelf", copy_string(dwfl_version(NULL)));
    add(findings, "nettle", format_string("%d.%d", nettle_version_major(), nettle_version_minor()));
    add_seccomp(findings);
    add_libgit2(findings);
    add_cunit(findings);
}
