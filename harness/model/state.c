/* Two states of a guest held against each other. */
#include <stdio.h>
#include <string.h>

#include "model/successor.h"

MODEL_RULE(mode_kept, "exit.mode-kept", "Privileged ISA 20240411, 18.6.4",
           "The guest goes on in the privilege mode in which it was, unless a trap is given to it.",
           "the guest goes on in another mode: sstatus.SPP");

static const struct {
    const char *name;
    size_t offset;
} guest_csrs[GUEST_CSRS] = {
#define CSR(number, field) [number] = {#field, offsetof(struct model_csrs, field)}
    CSR(GUEST_VSSTATUS, vsstatus),     CSR(GUEST_VSIE, vsie),       CSR(GUEST_VSTVEC, vstvec),
    CSR(GUEST_VSSCRATCH, vsscratch),   CSR(GUEST_VSEPC, vsepc),     CSR(GUEST_VSCAUSE, vscause),
    CSR(GUEST_VSTVAL, vstval),         CSR(GUEST_VSATP, vsatp),     CSR(GUEST_VSTIMECMP, vstimecmp),
    CSR(GUEST_SCOUNTEREN, scounteren), CSR(GUEST_SENVCFG, senvcfg),
#undef CSR
};

const char *const state_x_names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                       "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                       "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                       "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static uint64_t csr_of(const struct model_csrs *csrs, unsigned number)
{
    uint64_t value;

    memcpy(&value, (const char *)csrs + guest_csrs[number].offset, sizeof(value));
    return value;
}

bool state_in_supervisor(const struct model_state *state)
{
    return state->csr.sstatus & STATUS_SPP;
}

struct comparison {
    struct difference *first;
    unsigned count;
};

static void compare(struct comparison *comparison, const struct model_rule *rule, const char *name,
                    uint64_t expected, uint64_t seen)
{
    MODEL_COUNT(rule);
    if (expected == seen)
        return;
    if (comparison->count++ == 0)
        *comparison->first = (struct difference){rule, name, expected, seen, ""};
}

static void compare_csrs(struct comparison *comparison, const struct successor *successor,
                         const struct model_state *seen)
{
    for (unsigned i = 0; i < GUEST_CSRS; i++) {
        /* SD says again what FS, XS and VS say. */
        uint64_t mask = i == GUEST_VSSTATUS ? ~(successor->status_any | 1ull << 63) : ~0ull;

        if (!(successor->csr_any & ANY_CSR(i)))
            compare(comparison, successor->csr, guest_csrs[i].name,
                    csr_of(&successor->want.csr, i) & mask, csr_of(&seen->csr, i) & mask);
    }
}

unsigned successor_compare(struct model *model, const struct model_vcpu *vcpu,
                           const struct successor *successor, const struct model_state *seen,
                           struct difference *first)
{
    struct comparison comparison = {first, 0};
    struct difference more = {0};

    compare(&comparison, successor->pc, "pc", successor->want.pc, seen->pc);
    compare(&comparison, &mode_kept, "sstatus.SPP", state_in_supervisor(&successor->want),
            state_in_supervisor(seen));
    for (unsigned n = 1; n < 32; n++)
        if (!(successor->x_any & ANY_X(n)))
            compare(&comparison, successor->x, state_x_names[n], successor->want.x[n], seen->x[n]);
    compare_csrs(&comparison, successor, seen);
    if (successor->fits && !successor->fits(model, vcpu, successor, seen, &more) &&
        comparison.count++ == 0)
        *first = more;
    return comparison.count;
}

struct successor *successor_add(struct successors *list, const struct model_vcpu *vcpu,
                                const char *what)
{
    struct successor *successor =
        &list->one[list->count < SUCCESSORS_MOST ? list->count++ : SUCCESSORS_MOST - 1];

    *successor = (struct successor){.want = vcpu->at, .what = what};
    return successor;
}
