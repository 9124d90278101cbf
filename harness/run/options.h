/* What `coach run` was asked for: the VMs, the machine, how long, what to tell at the end. */
#ifndef HARNESS_RUN_OPTIONS_H
#define HARNESS_RUN_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "bundle/spec.h"
#include "lib/error.h"

enum run_summary { RUN_SUMMARY_TEXT, RUN_SUMMARY_JSON, RUN_SUMMARY_NONE };

struct run_options {
    struct vm_list vms;
    const char *bundle; /* a packed one to boot as it is, in place of VMs; or NULL */
    const char *cpu;
    const char *hypervisor;  /* ELF file; NULL: the one built beside coach */
    const char *append;      /* more options for the hypervisor, or NULL */
    const char *scheduler;   /* "fair", "rr", or NULL: the hypervisor's default */
    const char *console;     /* "all", "focus", or NULL: focus on a terminal, else all */
    const char *report_file; /* where to write the HTML report, or NULL */
    const char *trace_file;  /* where to save the trace, or NULL */
    const char *gdb_socket;  /* unix socket for a person's gdb, or NULL */
    uint64_t memory;         /* of the machine; 0: enough for the VMs */
    uint64_t slice_us;       /* 0: the hypervisor's default */
    uint64_t trace_records;  /* per hart; 0: the hypervisor's default */
    uint64_t for_ns;         /* 0: until all VMs have ended */
    uint64_t wall_ns;        /* backstop in real time; 0: none */
    uint64_t processor_ns;   /* backstop in QEMU's processor time; 0: none */
    uint64_t seed;
    uint64_t harts;
    bool icount;
    bool trace;
    bool dry_run;
    bool wait_for_gdb;
    bool stop_when_stuck;
    enum run_summary summary;
};

/* Reads the command line; ends the program on --help and on what is wrong with it. */
void run_options_parse(int argc, char **argv, struct run_options *options);

#endif
