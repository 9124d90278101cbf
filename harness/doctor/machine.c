/* QEMU and what of it is needed: each feature is tried by starting a machine with it. */
#include <stdlib.h>
#include <string.h>

#include "doctor/findings.h"
#include "lib/file.h"
#include "machine/qemu.h"
#include "machine/qmp.h"

#define GROUP            "machine"
#define START_TIMEOUT_MS 600000 /* a backstop, for a busy host */

/* Whether a machine with these options comes up and speaks QMP; if not, *error says why. */
static bool comes_up(struct qemu_options *options, struct error *error)
{
    struct qemu qemu;
    struct qmp *qmp = allocate(1, sizeof(*qmp));
    struct buffer complaint = {0};
    bool up = false;
    options->stopped = options->qmp = true;
    options->console = QEMU_CONSOLE_NONE;
    options->memory = 64ull << 20;
    if (qemu_start(&qemu, options, error) == 0) {
        up = qmp_open(qmp, qemu.qmp_fd, START_TIMEOUT_MS);
        qemu_kill(&qemu);
        qemu_complaint(&qemu, &complaint);
        if (!up)
            error_fault(error, "%s", complaint.length ? complaint.data : qmp->error);
        qemu_stop(&qemu);
    }
    buffer_free(&complaint);
    free(qmp);
    return up;
}

static void add_feature(struct findings *findings, const char *name, struct qemu_options *options,
                        const char *payload)
{
    struct error error = {0};
    struct finding finding = {.group = GROUP, .name = name, .needed = ""};
    options->hypervisor = payload;
    if (comes_up(options, &error)) {
        finding.found = copy_string("there");
    } else {
        finding.level = FINDING_WRONG;
        finding.found = copy_string(error.text);
        finding.advice = copy_string("install the distribution's QEMU (package qemu-system-misc)");
    }
    finding_add(findings, &finding);
}

static void add_features(struct findings *findings, const char *payload)
{
    struct qemu_options cpu = QEMU_OPTIONS_DEFAULT, memory = cpu, icount = cpu, deadline = cpu;
    cpu.cpu = "rv64,h=true,sstc=true";
    icount.deterministic = true;
    deadline.deadline_ns = 1000000;
    add_feature(findings, "H extension and Sstc", &cpu, payload);
    add_feature(findings, "RAM as a file", &memory, payload);
    add_feature(findings, "icount", &icount, payload);
    add_feature(findings, "deadline watchdog", &deadline, payload);
}

/* A plugin that is not there is refused either way; the words tell whether plugins are known. */
static void add_plugins(struct findings *findings, const char *payload)
{
    struct qemu_options options = QEMU_OPTIONS_DEFAULT;
    struct error error = {0};
    struct finding finding = {.group = GROUP, .name = "TCG plugins", .needed = ""};
    options.hypervisor = payload;
    options.plugin = "/nonexistent/plugin.so";
    comes_up(&options, &error);
    if (strstr(error.text, "/nonexistent/plugin.so") != NULL) {
        finding.found = copy_string("there");
    } else {
        finding.level = FINDING_LACKING;
        finding.found = format_string("not in this QEMU: %s", error.text);
        finding.advice = copy_string("checks that watch single instructions cannot run");
    }
    finding_add(findings, &finding);
}

static void add_payload_features(struct findings *findings)
{
    static const unsigned char loop[] = {0x6f, 0x00, 0x00, 0x00}; /* j . */
    struct error error = {0};
    char *folder = folder_temporary(&error);
    char *payload = folder ? format_string("%s/loop", folder) : NULL;
    if (payload != NULL && file_write(payload, loop, sizeof(loop), &error) == 0) {
        add_features(findings, payload);
        add_plugins(findings, payload);
    } else {
        finding_add(findings, &(struct finding){.level = FINDING_WRONG,
                                                .group = GROUP,
                                                .name = "temporary files",
                                                .found = copy_string(error.text),
                                                .needed = "",
                                                .advice = copy_string("set TMPDIR")});
    }
    folder_remove(folder);
    free(payload);
    free(folder);
}

void examine_machine(struct findings *findings)
{
    struct qemu_version version = {0};
    struct error error = {0};
    char *path = NULL;
    struct finding finding = {.group = GROUP, .name = "QEMU", .needed = "7.2 to 10.x"};
    int result = qemu_find(NULL, &path, &version, &error);
    if (result == 0) {
        finding.found =
            format_string("%u.%u.%u at %s", version.major, version.minor, version.micro, path);
    } else {
        finding.level = FINDING_WRONG;
        finding.found = copy_string(error.text);
        finding.advice = copy_string("make deps, or set COACH_QEMU to a suitable one");
    }
    finding_add(findings, &finding);
    free(path);
    if (result == 0)
        add_payload_features(findings);
}
