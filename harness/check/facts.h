/*
 * What a run left behind, in the form that expectations are held against: events in one order,
 * what the guests' memory and the hypervisor's monitor say, and the verdicts of the watchers.
 * The runner fills it (run.c); tests fill it by hand. Deciding reads it and nothing else.
 */
#ifndef CHECK_FACTS_H
#define CHECK_FACTS_H

#include "abi/monitor.h"
#include "check/check.h"
#include "model/channel.h"

/* How the run as a whole ended. */
enum outcome {
    OUTCOME_FINISHED, /* the machine switched itself off in good order */
    OUTCOME_FAILURE,  /* it switched itself off and reported a failure, or panicked */
    OUTCOME_DEADLINE, /* it still ran when the virtual time was up */
    OUTCOME_STUCK,    /* every hart waits for ever, nothing is armed */
    OUTCOME_OVERRUN,  /* ended by a bound that no program in good order meets */
    OUTCOME_BROKEN,   /* QEMU or the harness failed: nothing can be judged */
};

#define FACTS_HYPERVISOR (~0u) /* in place of a VM */

/* One named fact that a watcher decided during the run. */
struct finding {
    bool known; /* it was watched at all */
    bool holds;
    bool unsure;        /* it does not hold, but only because it could not be watched to the end */
    uint64_t looked_at; /* how much it rests on: leaf entries, exits … ; 0 shows nothing */
    char diagnosis[64]; /* named cause when it does not hold */
    char text[512];     /* one line: what was found, or "… holds: N leaf entries" */
};

#define CONTRACT_OTHERS 4

/* What the model of a VM's contract (harness/model) found: every run is held against it. */
struct contract {
    const struct model_channel *model; /* NULL: it was not asked */
    char blind[160];                   /* "", or why it could not judge */
    bool broken;
    char diagnosis[120]; /* of the first rule that was broken, and the account of it: */
    char rule[160], expected[200], seen[200], event[320], source[256];
    char other[CONTRACT_OTHERS][512]; /* "", or another rule that was broken later */
};

struct facts {
    const struct check *check;
    uint64_t seed;
    const struct event *const *event; /* all of them, told and seen, in the order of happening */
    size_t events;
    uint64_t lost;       /* told records that nobody read */
    uint64_t first_tick; /* time of the first event */
    uint64_t end_tick;
    uint64_t instructions; /* seen: executed by all harts up to the last exit or entry */
    uint64_t last_tick;    /* seen: the board's time at the end */
    enum outcome outcome;
    char cut_short[200]; /* seen: "", or which VM was still to run when the machine ended */
    bool flooded;        /* seen: ended by its bound of traps, before its deadline */
    bool vector_alone;   /* seen: the trap vector ran again and again, and hardly ever for a trap */
    bool stray;          /* seen: a guest ran the hypervisor's own code */
    char why[256];       /* one line: how the run ended */
    int16_t vm_of[256];  /* record.vm → place in scenario.vm, or -1 */
    bool has_monitor;
    struct monitor monitor;
    /* 8 bytes at a guest-physical address of a VM, at the end; false: not mapped. */
    bool (*word)(void *argument, unsigned vm, uint64_t address, uint64_t *value);
    /* General register of a VM at its last exit; false: none was seen. */
    bool (*last_register)(void *argument, unsigned vm, unsigned number, uint64_t *value);
    /* Did the VM write this to its console, and was it taken? */
    bool (*said)(void *argument, unsigned vm, const char *text);
    /* Address of a symbol in that VM's image, or in FACTS_HYPERVISOR's; false: none. */
    bool (*symbol)(void *argument, unsigned vm, const char *name, uint64_t *address);
    /*
     * "function+0x1c file:line" of an address in a VM's image, or in the hypervisor's (vm -1),
     * into `to`; false: nothing is known of it.
     */
    bool (*describe)(void *argument, int vm, uint64_t address, char *to, size_t bytes);
    void *argument;
    struct finding truth, isolation, registers, fences, panic;
    struct finding secrets[BUNDLE_MAX_VMS]; /* of those that watch: check.watchers */
    struct contract contract;
};

/* The monitor's entry of a VM of the scenario, or NULL. */
const struct monitor_vm *facts_monitor_vm(const struct facts *facts, unsigned vm);

/*
 * A field of the probe's report (abi/probe.h) in the VM's memory: "verdict", "rounds", "facts",
 * "failures", "expected", "found", "code", "seed", "progress" (all vCPUs), "progress.N",
 * "counters.N", or the name of a counter. false: no report there, or no such field.
 */
bool facts_probe(const struct facts *facts, unsigned vm, const char *field, uint64_t *value);

/* The report's words why it failed; "" if there is none. */
void facts_probe_why(const struct facts *facts, unsigned vm, char *to, size_t bytes);

/* A field of the monitor, of a VM, or of the machine with vm -1. false: none of that name. */
bool facts_monitor(const struct facts *facts, int vm, const char *field, uint64_t *value);

#endif
