/*
 * A TLB that never forgets: what each hart may have cached of guests' translations, until a fence
 * that covers it. QEMU drops its own at every change of V; the architecture promises no such thing.
 * Kept is not what is mapped, but what was: an entry of a table becomes an item here when it is
 * changed, for each hart that may have cached it before.
 */
#ifndef MODEL_TLB_H
#define MODEL_TLB_H

#include "model/parts.h"

#define TLB_VMID(hgatp) ((unsigned)((hgatp) >> 44) & 0x3fff)
#define TLB_DUES        16 /* remote fences that one vCPU waits for at a time */

/* Under this VMID the hart has used these tables. */
struct tlb_use {
    uint64_t root; /* hgatp without VMID; mode Bare is 0 */
    unsigned vmid;
    int vm;        /* -1: Bare */
    bool g, vs;    /* G-stage, VS-stage translations may be cached */
    bool anew;     /* g: but none from before the root was loaded or, since loaded, fenced */
    unsigned vcpu; /* vs: of this one */
};

/* An entry of a second stage as it may be cached, since it was changed in RAM. */
struct tlb_stale {
    uint64_t from, bytes; /* guest-physical */
    uint64_t entry;       /* as it was; not valid: that there was nothing */
    uint64_t physical;    /* where it stands in RAM */
    uint64_t code;        /* that changed it */
    unsigned vmid;
    int vm;
    bool pointer; /* it led to a table: only a fence without an address covers it */
    /* tlb_trial.c: it is to be put back while the guest runs; it is, and RAM is to hold `real`; the
     * guest has met it. */
    bool tries, hidden, faulted;
    uint64_t real;
};

struct tlb_hart {
    uint64_t hgatp;
    bool loaded;                             /* hgatp is known */
    uint64_t vsatp, vsatp_under, vsatp_code; /* under: hgatp when HS-mode wrote it */
    int vsatp_vm;                            /* whose vsatp it is; -1: not known yet */
    struct tlb_use *use;
    size_t uses, use_room;
    struct tlb_stale *stale;
    size_t stales, stale_room;
    uint64_t fence_i; /* event of the last */
};

/* A remote fence that a vCPU asked for, for a target. It is owed once the call has succeeded; a
 * fence that was executed since the call counts. SBI 2.0, 8. */
struct tlb_due {
    enum { TLB_NO_DUE, TLB_ASKED, TLB_OWED } state;
    bool code, with_asid, everything;
    unsigned caller;
    uint64_t from, pages, asid;
    uint64_t since; /* event of the call */
    uint64_t *done; /* a bit a page that was fenced since; NULL: too many to tell apart */
    uint64_t done_pages;
};

struct tlb {
    struct tlb_hart hart[MODEL_HARTS];
    struct tlb_due due[MODEL_VMS][MODEL_VCPUS][TLB_DUES];
    unsigned last_hart[MODEL_VMS][MODEL_VCPUS];
    uint64_t code_since[MODEL_VMS][MODEL_VCPUS]; /* a fence.i after this event is needed */
    bool code_asked[MODEL_VMS][MODEL_VCPUS];     /* … because a guest asked for it */
    bool svvptc;
};

struct memory;
struct memory_event;
struct memory_table;

/* tlb.c */
/* Does the machine see a fresh mapping without a fence? Its device tree says so. */
bool tlb_has_svvptc(const struct memory *memory);
/* An entry of a table of the VM is about to be another (as it was: table->entry[index]). */
void tlb_changed(struct memory *memory, const struct memory_event *event,
                 const struct memory_table *table, unsigned index);
void tlb_fence(struct memory *memory, unsigned hart, enum model_fence fence,
               const uint64_t *address, const uint64_t *id);
struct tlb_use *tlb_use_of(struct memory *memory, unsigned hart, int vm, uint64_t hgatp);
void tlb_free(struct tlb *tlb);

/* tlb_entry.c: an item was fenced in time, which is what its rule asks for. */
void tlb_fenced(const struct tlb_stale *stale);
/* The entry is judged by what may be cached; memory_follow() has run. */
void tlb_entry(struct memory *memory, const struct memory_event *event,
               const struct model_state *at);
/* HS-mode used what the hart may have cached, under the hgatp in force. */
void tlb_access(struct memory *memory, unsigned hart, uint64_t code);
void tlb_exit(struct memory *memory, unsigned hart, const struct model_vcpu *vcpu,
              const struct model_state *at);

/* tlb_trial.c: may the fence of a fresh leaf wait until the guest has met what was there before? An
 * entry is complete: what waits is put back until the exit, or the end (at: NULL). */
bool tlb_trial_may(const struct memory *memory, const struct tlb_stale *stale);
void tlb_trial_begin(struct memory *memory, unsigned hart, uint64_t hgatp, int vm);
void tlb_trial_end(struct memory *memory, unsigned hart, const struct model_state *at);

/* Whose second stage it is, as far as it was entered with; -1: nobody's. tlb_switch.c */
int tlb_owner_of(const struct memory *memory, uint64_t hgatp);

/* tlb_switch.c: the order in which hgatp and vsatp are written. */
void tlb_csr_written(struct memory *memory, const struct memory_event *event, unsigned csr,
                     uint64_t value);
void tlb_switch_entry(struct memory *memory, const struct memory_event *event,
                      const struct model_state *at);

void tlb_switch_exit(struct memory *memory, unsigned hart, const struct model_vcpu *vcpu,
                     const struct model_state *at);

/* tlb_code.c: fence.i. stored: the event in which the hypervisor put code for the VM somewhere. */
void tlb_code_given(struct memory *memory, int vm, uint64_t stored);
void tlb_code_asked(struct memory *memory, int vm, unsigned vcpu, uint64_t since);
void tlb_code_entry(struct memory *memory, const struct memory_event *event);

/* tlb_remote.c: fences that guests ask for. */
void tlb_remote_exit(struct memory *memory, const struct model_vcpu *vcpu);
void tlb_remote_fence(struct memory *memory, unsigned hart, const uint64_t *address,
                      const uint64_t *asid);
void tlb_remote_entry(struct memory *memory, const struct memory_event *event,
                      const struct model_state *at);
void tlb_remote_life(struct memory *memory, int vm);

#endif
