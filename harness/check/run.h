/*
 * Runs a check's scenario on a machine, watches it, and turns what was seen and told into facts
 * and into a judged result.
 */
#ifndef CHECK_RUN_H
#define CHECK_RUN_H

#include "check/check.h"
#include "lib/error.h"
#include "result/result.h"

struct run_options {
    const char *hypervisor; /* ELF file to judge */
    const char *build;      /* folder with guest-os/NAME.elf and guest-os/probes/NAME.elf */
    const char *replay;     /* the beginning of the replay command: "coach check --hypervisor X" */
    bool rules;             /* keep how often each rule of the contract was tried */
    bool replay_by_id;      /* … ends with "ID --seed N", not with "--seed N FILE" */
    const char *keep;       /* folder for what the run leaves (trace, console, map), or NULL */
    const char *qemu;       /* NULL: as qemu_options.binary */
    const char *const *prefix; /* words before QEMU's, such as a sandbox's; NULL: none */
    const char *plugin;        /* the watch plugin's file; NULL: found beside coach */
    unsigned processor_ms;     /* of QEMU; 0: as OBSERVER_OPTIONS_DEFAULT */
    unsigned wall_ms;          /* backstop; 0: OBSERVER_WALL_MS */
};

/* How a line begins that replays a check as it was run: with the build and the hypervisor that were
 * named (NULL: none was). The caller frees it. */
char *run_replay_line(const char *build, const char *hypervisor, bool secrets);

/*
 * Runs and judges the check under one seed; adds one check to *run. Whatever goes wrong becomes
 * a verdict of its items: this cannot fail.
 */
void run_check(const struct check *check, uint64_t seed, const struct run_options *options,
               struct result_run *run);

#endif
