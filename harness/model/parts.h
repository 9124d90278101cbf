/*
 * What the parts of the model share: VMs, vCPUs and harts as they were seen, and the way in which a
 * file joins in. A file is a part: it keeps its own state, is told the events that it names, and
 * calls model_broken. There is no central list; model.c finds the parts through the linker's
 * section, and tells each event to all of them, after the core has judged and followed it.
 *
 * Several harts: struct model_hart, the TLB and fences are a hart's own; all else is a vCPU's or a
 * VM's, and the events of all harts come in one order. Where two harts may cross each other, a rule
 * gives way or is silent: an IPI that crosses an entry (interrupt.c), an end that another hart has
 * not heard of (life.ended, life.end-as-told), a hart that sleeps beside another's work (turn.…),
 * a vCPU that was out of its turn from one hart to another (the least of steal.time).
 */
#ifndef MODEL_PARTS_H
#define MODEL_PARTS_H

#include "model/model.h"
#include "model/rule.h"

#define MODEL_VMS   BUNDLE_MAX_VMS
#define MODEL_VCPUS BUNDLE_MAX_VCPUS
#define MODEL_KNOWN 64 /* SBI extensions that a VM was told of */

/* Where a vCPU stands in its life. SBI 2.0, 9: hart states, as far as they can be seen. */
enum model_life {
    MODEL_STOPPED,
    MODEL_STARTING, /* it was started, by the VM's start or by a call, and not yet entered */
    MODEL_INSIDE,   /* the machine executes it */
    MODEL_OUTSIDE,  /* it left by an exit; `at` is how */
    MODEL_ENDED     /* its VM was ended */
};

struct model_start {
    uint64_t pc, a1;
    bool asked; /* by a call that has not returned yet, and may refuse it */
};

struct model_vcpu {
    unsigned vm, index; /* index: also its hart id */
    enum model_life life;
    struct model_state at;            /* MODEL_OUTSIDE: at its last exit */
    struct model_start start;         /* MODEL_STARTING */
    bool stops;                       /* MODEL_OUTSIDE: by a call to hart_stop */
    uint64_t left_at;                 /* time, at its last exit */
    bool software_may, software_owed; /* an IPI is on its way; has been sent */
    bool software_crossed;            /* it was owed, and the vCPU was entered without it */
    bool timer_told;                  /* that it is late */
    uint64_t timer_owed; /* when its interrupt is due: the deadline, or when it was set */
    bool timer_kept;     /* by the hypervisor, not by vstimecmp */
    uint64_t deadline;   /* timer_kept: guest time */
    uint64_t entered_at; /* guest time */
    bool fp_known;
    uint64_t f[32], fcsr;
    uint64_t left;                     /* instructions, at its last exit */
    uint64_t cycle_read, instret_read; /* what it last read of these, by an exit */
    uint64_t entries;
};

enum sbi_presence { SBI_UNTOLD, SBI_PRESENT, SBI_ABSENT };

struct model_vm {
    const struct bundle_vm *packed;
    unsigned index;
    bool seen;    /* entered in this life */
    bool ending;  /* it has asked for its end, and the call has not returned */
    bool reboots; /* … by a reset that leads to a reboot */
    bool time_known;
    uint64_t time_delta; /* htimedelta */
    bool time_read;      /* by an exit: then its time less the board's, and how sure that is */
    uint64_t time_read_delta, time_read_slack;
    /* What SBI has told it. */
    struct {
        uint64_t id;
        enum sbi_presence presence;
    } known[MODEL_KNOWN];
    unsigned known_count;
    uint64_t base[8], base_seen, features;
    uint64_t hgatp; /* as last entered with */
    uint64_t lives; /* how often it was started anew */
    struct model_vcpu vcpu[MODEL_VCPUS];
};

struct model_hart {
    struct model_vcpu *current; /* whose guest it entered last; NULL: none, or not known */
    bool inside;
    uint64_t left; /* instructions, at its last exit */
    uint64_t code; /* of the last sret or other instruction that the event came from */
};

struct model_tree; /* owner.c */

struct model {
    struct model_setup setup;
    const struct bundle_vm *packed;
    unsigned vms;
    struct model_vm vm[MODEL_VMS];
    struct model_hart hart[MODEL_HARTS];
    struct model_tree *trees;
    size_t tree_count;
    uint64_t breaches;
    void **part_state;
};

/* One part; every function may be NULL. state: zeroed memory of `bytes`, one for each model. */
struct model_part {
    size_t bytes;
    void (*begin)(struct model *model, void *state);
    void (*end)(struct model *model, void *state);
    void (*release)(struct model *model, void *state); /* frees what the part allocated */
    /* before: the vCPU, in the life it was in, and still inside: MODEL_OUTSIDE by now. */
    void (*exit)(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                 const struct model_state *at);
    /* vcpu NULL: nobody's, which was a breach already. first: of a life. */
    void (*entry)(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                  const struct model_state *at, bool first);
    /* Before any part is told of an exit; after all were told of an entry. */
    void (*leaving)(struct model *model, void *state, unsigned hart, const struct model_state *at);
    void (*entered)(struct model *model, void *state, unsigned hart, struct model_vcpu *vcpu,
                    const struct model_state *at);
    void (*store)(struct model *model, void *state, unsigned hart, uint64_t code, uint64_t physical,
                  unsigned bytes);
    bool (*watches)(const struct model *model, void *state, uint64_t physical);
    void (*dma)(struct model *model, void *state, unsigned hart, uint64_t code, uint64_t physical,
                uint64_t bytes);
    void (*fence)(struct model *model, void *state, unsigned hart, uint64_t code,
                  enum model_fence fence, const uint64_t *address, const uint64_t *id);
    void (*guest_access)(struct model *model, void *state, unsigned hart, uint64_t code);
    void (*csr_written)(struct model *model, void *state, unsigned hart, uint64_t code,
                        unsigned csr, uint64_t value);
    void (*stray_code)(struct model *model, void *state, unsigned hart, uint64_t physical);
    void (*console_in)(struct model *model, void *state, uint8_t byte);
    void (*life)(struct model *model, void *state, struct model_vm *vm); /* a new one begins */
};

#define MODEL_PART(identifier)                                                                     \
    static const struct model_part identifier;                                                     \
    static const struct model_part *const identifier##_entry                                       \
        __attribute__((used, section("model_parts"))) = &identifier;                               \
    static const struct model_part identifier

/* A rule is broken. vcpu NULL: of none; code 0: not known. Texts as printf has them. */
void model_broken(struct model *model, const struct model_rule *rule, unsigned hart,
                  const struct model_vcpu *vcpu, uint64_t code, const char *expected,
                  const char *seen);
/* Both texts are one line of at most 159 bytes. */
#define MODEL_TEXT(name, ...)                                                                      \
    char name[160];                                                                                \
    snprintf(name, sizeof(name), __VA_ARGS__)

uint64_t model_now(const struct model *model);
uint64_t model_instructions(const struct model *model);

/* owner.c: place of the VM whose second stage this is, by what stands in its memory; -1: none. */
int model_owner(struct model *model, uint64_t hgatp);
/* Does the VM's device tree stand there now? */
bool model_owns(const struct model *model, unsigned vm, uint64_t hgatp);
/* What of hgatp names the tree: all but the VMID. */
uint64_t model_root(uint64_t hgatp);
/* Forgets whose it was. */
void model_owner_forget(struct model *model, uint64_t hgatp);
/* Host address of a guest-physical one by that second stage, NULL: not mapped; *left: bytes of
 * the page from there on. */
const uint8_t *model_guest_memory(const struct model *model, uint64_t hgatp, uint64_t address,
                                  uint64_t *left);

#endif
