/*
 * Floating point: while HS-mode's sstatus.FS is not Off the guest reaches the FP registers,
 * whatever its own FS says now. Then they hold what its vCPU last left in them. Privileged
 * ISA, 18.2.11.
 */
#include "model/fp.h"

#include <inttypes.h>
#include <stdio.h>

#include "model/successor.h"

MODEL_RULE(fp_kept, "fp.registers", "Privileged ISA 20240411, 18.2.11; contract",
           "When a vCPU can reach the FP registers and fcsr, they hold what it last left there.",
           "FP register lost");
MODEL_RULE(fp_reachable, "fp.reachable", "Privileged ISA 20240411, 18.2.11; 18.2.2",
           "Where the guest has switched floating point on, its instructions work, or the "
           "hypervisor gets the trap: HS-mode's FS is on, or hedeleg leaves illegal instructions "
           "to it.",
           "floating point that is on traps in the guest");

#define ILLEGAL (1ull << 2) /* of hedeleg */

void fp_exit(struct model_vcpu *vcpu)
{
    const struct model_state *at = &vcpu->at;

    if (!at->has_fp || !(at->csr.sstatus & STATUS_FS))
        return;
    for (unsigned n = 0; n < 32; n++)
        vcpu->f[n] = at->f[n];
    vcpu->fcsr = at->fcsr;
    vcpu->fp_known = true;
}

void fp_entry(struct model *model, unsigned hart, const struct model_vcpu *vcpu,
              const struct model_state *state)
{
    const struct model_csrs *csr = &state->csr;

    if (csr->vsstatus & STATUS_FS) {
        MODEL_EXERCISED(fp_reachable);
        if (!(csr->sstatus & STATUS_FS) && (csr->hedeleg & ILLEGAL)) {
            MODEL_TEXT(seen, "sstatus.FS = 0, hedeleg = 0x%" PRIx64, csr->hedeleg);
            model_broken(model, &fp_reachable, hart, vcpu, state->code,
                         "sstatus.FS on, or hedeleg bit 2 = 0, as vsstatus.FS is on", seen);
        }
    }
    if (!state->has_fp || !vcpu->fp_known || !(state->csr.sstatus & STATUS_FS))
        return;
    MODEL_EXERCISED(fp_kept);
    for (unsigned n = 0; n <= 32; n++) {
        uint64_t want = n < 32 ? vcpu->f[n] : vcpu->fcsr, have = n < 32 ? state->f[n] : state->fcsr;

        if (want == have)
            continue;
        char name[8] = "fcsr";
        if (n < 32)
            snprintf(name, sizeof(name), "f%u", n);
        MODEL_TEXT(expected, "%s = 0x%" PRIx64, name, want);
        MODEL_TEXT(seen, "%s = 0x%" PRIx64, name, have);
        model_broken(model, &fp_kept, hart, vcpu, state->code, expected, seen);
        return;
    }
}
