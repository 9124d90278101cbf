/*
 * The SBI that guests call: a table of extensions, filled by registration.
 * A call passes the extension in a7, the function in a6, arguments in a0 … a5, and returns an
 * error in a0 and a value in a1; all other registers are kept. SBI specification 2.0, chapter 3.
 */
#ifndef HV_SBI_SBI_H
#define HV_SBI_SBI_H

#include "abi/sbi.h"
#include "lib/registry.h"
#include "vcpu/vcpu.h"

struct sbi_result {
    int64_t error;
    uint64_t value;
};

struct sbi_entry {
    uint32_t first, last; /* extension IDs, both included */
    /* Legacy extensions (EID 0 … 8) answer in a0 alone: error is the answer, value unused. */
    struct sbi_result (*call)(struct vcpu *vcpu, uint64_t function);
};

REGISTRY(hv_sbi, struct sbi_entry);
#define HV_SBI(first_, last_, call_)                                                              \
    REGISTER(hv_sbi, struct sbi_entry) = {.first = (first_), .last = (last_), .call = (call_)}

/* Is there an extension of that number? For probe_extension: it tells the truth. */
bool sbi_extension_exists(uint64_t extension);

/* Serves the call in vcpu's registers and moves pc past the ecall. */
void sbi_handle(struct vcpu *vcpu);

/* Calls visit(vcpu, argument) for each started vCPU in a hart mask as IPI and RFENCE take it
 * (bit n is hart base + n; base ~0: all). INVALID_PARAM, and no visit, if it names a hart that
 * does not exist. */
int64_t sbi_each_target(struct vcpu *caller, uint64_t mask, uint64_t base,
                        void (*visit)(struct vcpu *target, void *argument), void *argument);

#endif
