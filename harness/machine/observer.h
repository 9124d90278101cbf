/*
 * Runs a machine and watches it by ways that are not the hypervisor's own word: the trap log with
 * the plugin's marks (every trap, entry, fence and hgatp), RAM, and, where a check names
 * addresses, the debugger. Calls back where somebody may want to look, and hands over what was
 * seen and told. What each way costs, and why which was chosen: docs/observation.md.
 *
 *     struct observer_options options = OBSERVER_OPTIONS_DEFAULT;
 *     options.machine.hypervisor = …; options.machine.bundle_fd = …;
 *     options.machine.deterministic = true;
 *     options.on_stop = look; options.argument = mine;
 *     struct observation seen;
 *     if (observer_run(&options, &seen, &error) != 0) …      // a harness fault
 *     …
 *     observation_free(&seen);
 */
#ifndef MACHINE_OBSERVER_H
#define MACHINE_OBSERVER_H

#include "abi/monitor.h"
#include "lib/error.h"
#include "machine/gdb.h"
#include "machine/qemu.h"
#include "machine/ram.h"
#include "machine/traplog.h"
#include "model/channel.h"
#include "symbols/symbols.h"
#include "trace/event.h"

/* Twenty times the processor time that QEMU may use. */
#define OBSERVER_WALL_MS 1200000

/* Why the observer calls back. */
enum observer_stop {
    OBSERVER_FIRST_ENTRY, /* before the first entry with this hgatp value; RAM stands still */
    OBSERVER_CHECKPOINT,  /* after so many instructions, likewise */
    OBSERVER_BREAKPOINT,  /* an address of options.breakpoints; gdb is there */
    OBSERVER_FINISHED     /* the machine has ended; only RAM is left */
};

struct observer_view {
    enum observer_stop stop;
    unsigned hart;
    uint64_t instructions; /* executed so far (by the marks; 0 without the log) */
    const struct ram *ram;
    const struct symbols *hypervisor;
    struct gdb *gdb;        /* NULL when registers cannot be read here */
    uint64_t pc;            /* with gdb: where it stopped */
    uint64_t hgatp;         /* with gdb: of this hart, now */
    const uint64_t *hgatps; /* every value that was ever entered with, in order */
    size_t hgatp_count;
};

/* How the run ended. No two of these can be mistaken for each other. */
enum observer_end {
    OBSERVER_SHUTDOWN, /* the machine was switched off, status 0 */
    OBSERVER_FAILURE,  /* switched off with a failure (panic): status says which */
    OBSERVER_LIMIT,    /* options.limit_ticks or limit_instructions reached: it still ran */
    OBSERVER_STUCK,    /* every hart waits and no timer is armed; never with limit_ticks */
    OBSERVER_STOPPED,  /* on_stop or on_turn asked for it, or limit_vectors was reached */
    /*
     * Ended by a bound that no program in good order meets, by the program's own doing: QEMU used
     * up its processor time; QEMU's watchdog was driven, which is coach's; QEMU crashed on what
     * the program did.
     */
    OBSERVER_OVERRUN,
    OBSERVER_DIED, /* QEMU was killed or failed by itself: harness or toolchain fault */
    OBSERVER_WALL  /* the wall-clock backstop: QEMU was not given its processor time */
};

struct observer_range {
    uint64_t from, to; /* physical, to exclusive */
};

struct observer_options {
    struct qemu_options machine; /* the observer adds its own channels, log and plugin */
    bool traps;                  /* watch traps, entries and fences (log and plugin) */
    bool first_entries;          /* stop before the first entry with each hgatp; needs traps */
    bool calls;                  /* watch what guests ask of the hypervisor; needs model */
    bool syscalls;               /* watch what guests' programs ask of their kernels; needs traps */
    bool told;                   /* follow the hypervisor's trace rings */
    bool model;                  /* hold the model of a VM's contract against it; needs traps */
    const struct model_channel_input *inputs; /* typed at the machine's own console */
    size_t input_count;
    const struct model_command *commands; /* typed at the console, for the model */
    size_t command_count;
    const struct model_range *guest_text; /* of BUNDLE_MAX_VMS VMs, for the model; NULL: unknown */
    int console_fd; /* … and write there what guests wrote (model/console.h); or -1 */
    int record_fd;  /* … and write each exit and entry there (model/record.h); or -1 */
    /*
     * The general registers at each exit, entry and trap of the hypervisor's own, in order; needs
     * traps. Called from a thread of the observer's while the machine runs. May be NULL. An entry
     * that a trap follows before the guest's first instruction is not shown: the next exit then
     * shows the same registers.
     */
    void (*on_registers)(const struct traplog_registers *registers, void *argument);
    const uint64_t *breakpoints; /* addresses in the hypervisor to stop at, each time */
    size_t breakpoint_count;
    const struct observer_range *stores; /* log each store to these, with who made it */
    size_t store_count;
    uint64_t checkpoint_instructions; /* OBSERVER_CHECKPOINT every so many; 0: never */
    uint64_t limit_instructions;      /* by the marks, at the next trap of a guest; 0: none */
    uint64_t limit_vectors; /* the run ends as the trap vector runs this many times; 0: none */
    uint64_t limit_ticks;   /* board time: machine.deadline_ns in ticks; 0: none */
    unsigned processor_ms;  /* processor time of QEMU; needs traps; 0: any */
    unsigned wall_ms;       /* backstop, for a host that starves QEMU */
    const char *plugin;     /* the plugin's file; NULL: found beside coach */
    /* Returns false to end the run. May be NULL. */
    bool (*on_stop)(const struct observer_view *view, void *argument);
    /*
     * Called between waits, some hundred times a second of the clock on the wall. May be NULL.
     * Returns false to end the run.
     */
    bool (*on_turn)(void *argument);
    void *argument;
};

#define OBSERVER_OPTIONS_DEFAULT                                                                   \
    {                                                                                              \
        .machine = QEMU_OPTIONS_DEFAULT, .traps = true, .first_entries = true, .told = true,       \
        .processor_ms = 60000, .wall_ms = OBSERVER_WALL_MS, .record_fd = -1, .console_fd = -1      \
    }

struct observation {
    enum observer_end end;
    int status;             /* of QEMU; a signal's number negated */
    char complaint[200];    /* QEMU's first line on standard error, or "" */
    char why[200];          /* one line: how the run ended */
    struct event_list told; /* sorted by time */
    char told_error[256];   /* "", or why the trace could not be read on */
    struct event_list seen; /* in the order of the log; dated by truth_compare */
    char seen_error[256];   /* "", or why the log could not be read on */
    bool stray;             /* it could not, since a guest ran the hypervisor's own code */
    struct truth_verdict truth;
    uint64_t instructions; /* at the last mark */
    uint64_t timebase_hz;
    uint64_t hgatps[TRAPLOG_HGATPS];
    size_t hgatp_count;
    struct qemu qemu; /* ended; ram_fd and console_out_fd still open */
    struct ram ram;   /* the last state */
    struct symbols *hypervisor;
    struct model_channel *model; /* what the model found; NULL: it was not asked */
};

/* Runs to the end. 0: *seen is filled; -1: nothing ran, *error says why. */
int observer_run(const struct observer_options *options, struct observation *seen,
                 struct error *error);

/* The monitor struct (told) in the machine's last state. false: absent or nonsense. */
bool observation_monitor(const struct observation *seen, struct monitor *monitor);

void observation_free(struct observation *seen);

#endif
