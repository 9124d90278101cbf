/*
 * The states in which a vCPU may be entered next. Between exit and entry the hypervisor may change
 * what the exit's cause allows and nothing else; where the specification leaves a choice there are
 * several successors. Each names the rule that a difference breaks.
 */
#ifndef MODEL_SUCCESSOR_H
#define MODEL_SUCCESSOR_H

#include "model/parts.h"

#define SUCCESSORS_MOST 12

/* The CSRs that a guest sees as its own; a bit each. */
enum guest_csr {
    GUEST_VSSTATUS,
    GUEST_VSIE,
    GUEST_VSTVEC,
    GUEST_VSSCRATCH,
    GUEST_VSEPC,
    GUEST_VSCAUSE,
    GUEST_VSTVAL,
    GUEST_VSATP,
    GUEST_VSTIMECMP,
    GUEST_SCOUNTEREN,
    GUEST_SENVCFG,
    GUEST_CSRS
};
#define ANY_CSR(csr) (1u << (csr))
#define ALL_CSRS     ((1u << GUEST_CSRS) - 1)
#define ANY_X(n)     (1u << (n))

#define STATUS_SIE  (1ull << 1)
#define STATUS_SPIE (1ull << 5)
#define STATUS_SPP  (1ull << 8)
#define STATUS_FS   (3ull << 13)

enum { X_A0 = 10, X_A1, X_A2, X_A3, X_A4, X_A5, X_A6, X_A7 };

/* One difference between a successor and what was seen. */
struct difference {
    const struct model_rule *rule;
    const char *name;
    uint64_t expected, seen;
    char text[120]; /* in place of expected, if not empty */
};

struct successor {
    struct model_state want;
    uint32_t x_any, csr_any;               /* may be anything */
    uint64_t status_any;                   /* bits of vsstatus that may be anything */
    bool anew;                             /* FP and what it was told are gone */
    bool returns;                          /* from a call */
    bool emulates;                         /* a CSR was read or written for the guest */
    const char *what;                      /* "the call returns": for the diagnosis */
    const struct model_rule *pc, *x, *csr; /* broken by a difference there */
    /* What the masks cannot say; true: it fits. NULL: nothing more. */
    bool (*fits)(struct model *model, const struct model_vcpu *vcpu, const struct successor *own,
                 const struct model_state *seen, struct difference *difference);
};

struct successors {
    struct successor one[SUCCESSORS_MOST];
    unsigned count;
};

/* Adds the state of the exit, unchanged; to be changed by the caller. NULL is never returned: more
 * than SUCCESSORS_MOST is a mistake of the caller's, and the last is used again. */
struct successor *successor_add(struct successors *list, const struct model_vcpu *vcpu,
                                const char *what);

/* The same, with the rules that differences break. */
struct successor *successor_same(struct successors *list, const struct model_vcpu *vcpu,
                                 const char *what, const struct model_rule *pc,
                                 const struct model_rule *x, const struct model_rule *csr);

/* The general registers by their ABI names. */
extern const char *const state_x_names[32];

/* Whether the guest ran in S-mode at that state. */
bool state_in_supervisor(const struct model_state *state);

/* How many differences there are between the two, and the first of them. */
unsigned successor_compare(struct model *model, const struct model_vcpu *vcpu,
                           const struct successor *successor, const struct model_state *seen,
                           struct difference *first);

/* trap.c: exactly the architecture's trap into VS-mode. */
struct successor *successor_trap(struct successors *list, const struct model_vcpu *vcpu,
                                 uint64_t cause, uint64_t value);

/* exit.c: all successors of a vCPU's last exit. sbi.c: those of a call. */
void exit_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list);
void sbi_successors(struct model *model, const struct model_vcpu *vcpu, struct successors *list);
/* sbi_hsm.c: a suspend's own way back, if its last exit was one. */
void hsm_add_resume(struct model *model, const struct model_vcpu *vcpu, struct successors *list);

#endif
