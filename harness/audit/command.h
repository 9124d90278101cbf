/* The parts of `coach audit`: its arguments, and the two ways to a machine. */
#ifndef AUDIT_COMMAND_H
#define AUDIT_COMMAND_H

#include "audit/audit.h"
#include "bundle/spec.h"

enum audit_map { AUDIT_MAP_TEXT, AUDIT_MAP_SVG, AUDIT_MAP_NONE };

struct audit_arguments {
    struct vm_list vms;
    const char *cpu, *append, *hypervisor;
    uint64_t memory, for_ns, every;
    const char *ram, *gdb;
    char ram_of_pid[64]; /* what `ram` is with --pid */
    uint64_t hgatp[AUDIT_VMS];
    size_t hgatps;
    enum audit_map map;
    const char *output;
};

/* Prints the sentence and the findings, writes the map. 0, or -1 and *error. */
int audit_show(const struct audit_arguments *arguments, const struct audit_input *input,
               const struct audit_report *report, struct error *error);

/* Path of the hypervisor that was built beside coach, to free(). */
char *hypervisor_beside(void);

/* Runs the VMs and audits on the way; or audits what --ram shows. 0 and *holds; -1 and *error. */
int audit_running(const struct audit_arguments *arguments, bool *holds, struct error *error);
int audit_saved(const struct audit_arguments *arguments, bool *holds, struct error *error);

#endif
