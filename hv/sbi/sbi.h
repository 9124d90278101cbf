/*
 * The SBI that guests call: a table of extensions, filled by registration.
 * A call passes the extension in a7, the function in a6, arguments in a0 … a5, and returns an
 * error in a0 and a value in a1; all other registers are kept. SBI specification 2.0, chapter 3.
 */
#ifndef HV_SBI_SBI_H
#define HV_SBI_SBI_H

#include "abi/sbi.h"
#include "lib/registry.h"
#include "vm/vm.h"

struct sbi_result {
    int64_t error;
    uint64_t value;
};

/* Serves a call of `function` (a6), arguments in vcpu->x, and leaves the answer there: sbi_return,
 * or for a legacy call, which knows no function, in a0 alone. */
typedef void sbi_function(struct vcpu *vcpu, uint64_t function);

struct sbi_entry {
    uint64_t extension;
    sbi_function *serve;
};

REGISTRY(hv_sbi, struct sbi_entry);
#define HV_SBI(extension_, serve_)                                                                 \
    REGISTER(hv_sbi, struct sbi_entry) = {.extension = (extension_), .serve = (serve_)}

static inline void sbi_return(struct vcpu *vcpu, struct sbi_result result)
{
    vcpu->x[REG_A0] = (uint64_t)result.error;
    vcpu->x[REG_A1] = result.value;
}

/* Is there an extension of that number: does sbi_handle serve it? probe_extension answers so. */
bool sbi_extension_exists(uint64_t extension);

/* Serves the call in vcpu's registers and moves pc past the ecall. */
void sbi_handle(struct vcpu *vcpu);

/* The started vCPUs in a hart mask as IPI and RFENCE take it: bit n is hart base + n; base ~0:
 * all. One bit a vCPU in *targets. False, with none: the mask names a hart that does not exist. */
static inline bool sbi_targets(const struct vcpu *caller, uint64_t mask, uint64_t base,
                               uint64_t *targets)
{
    const struct vm *vm = caller->vm;

    *targets = vm->started;
    if (base == UINT64_MAX)
        return true;
    if (mask && (base >= BUNDLE_MAX_VCPUS || (mask & ~(vm->harts >> base)))) {
        *targets = 0;
        return false;
    }
    *targets &= mask << (base & 63);
    return true;
}

#endif
