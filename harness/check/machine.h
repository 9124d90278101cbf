/*
 * One machine under observation: from the scenario to an observation and the watchers' findings.
 * For run.c and bless.c.
 */
#ifndef CHECK_MACHINE_H
#define CHECK_MACHINE_H

#include "audit/machine.h"
#include "check/facts.h"
#include "check/run.h"
#include "lib/buffer.h"
#include "machine/observer.h"

/* A VM's second stage, once it is known which one is its own. */
struct machine_vm {
    uint64_t hgatp;     /* 0: not known */
    const uint8_t *dtb; /* in the bundle */
    size_t dtb_bytes;
    uint64_t dtb_address;
    char *image;             /* path that was packed */
    struct symbols *symbols; /* opened when first asked for */
};

/* A second stage that was seen, and whose it is. */
struct machine_tree {
    uint64_t hgatp;
    int vm; /* place in the scenario; -1: not known (yet) */
};

#define MACHINE_TREES 256

/* A run with more traps into the hypervisor, trace records, or events seen at the machine, is
 * ended, and judged on these. */
#define MACHINE_MOST_VECTORS 70000
#define MACHINE_MOST_RECORDS 300000
#define MACHINE_MOST_SEEN    600000

struct register_watch; /* registers.h */

struct machine {
    const struct check *check;
    const struct run_options *options;
    uint64_t seed;
    unsigned variant;   /* 0, or 1: with other secrets (two_runs.h) */
    int record_fd;      /* -1, or what each exit and entry was */
    int wrote_fd;       /* what guests wrote to their consoles */
    off_t console_from; /* what stood on the console when the first VM was entered */
    struct buffer bundle;
    struct machine_vm vm[BUNDLE_MAX_VMS];
    struct machine_tree tree[MACHINE_TREES];
    size_t trees;
    struct observation seen;
    bool observed; /* seen is filled */
    struct facts facts;
    const struct event **order; /* facts.event */
    struct register_watch *registers;
    struct model_command command[MODEL_CHANNEL_COMMANDS];
    struct model_channel_input input[MODEL_CHANNEL_INPUTS];
    struct model_range text[BUNDLE_MAX_VMS]; /* of each VM's code; 0, 0: its image is no ELF file */
    struct audit_input audit; /* of the last audit that found something, or of the last */
    struct audit_report report;
    bool audited;
    uint64_t leaves; /* visited by all audits */
    unsigned audits;
};

/* Packs, runs, watches, and fills machine->facts. variant: 0, or 1: with other secrets. 0; or -1
 * with *error when nothing ran. */
int machine_run(struct machine *machine, const struct check *check, uint64_t seed, unsigned variant,
                const struct run_options *options, struct error *error);
void machine_free(struct machine *machine);

/* Path of an image as a check names it: "probe:NAME", "guest:NAME", or a file; to free(). */
char *machine_image_path(const struct check *check, const struct run_options *options,
                         const char *image);

/* The audit at a stop; called by the observer's callback. */
void machine_audit(struct machine *machine, const struct observer_view *view);

/* Holds what guests wrote against what the console shows (console.c); after machine_fill_facts. */
void console_finding(struct machine *machine);
/* Is the text a part of what the VM wrote to its console? facts.said. */
bool console_said(void *machine, unsigned vm, const char *text);

/* How VMs ended, told against seen (ends.c); after machine_fill_facts. */
void ends_finding(struct machine *machine);

/* The model's findings as a part of the facts (contract.c). */
void contract_finding(struct machine *machine);
/* What is judged when the run is over: a rule was put to the test so often; or is broken, by a VM
 * or, with -1, by all of them. The first that is broken is the verdict. */
void contract_exercised(struct model_channel *model, const char *name, uint64_t times);
void contract_tell(struct machine *machine, const struct model_rule *rule, int vm,
                   const char *expected, const char *seen);

/* Fills facts from an observation (facts_fill.c). */
void machine_fill_facts(struct machine *machine);

#endif
