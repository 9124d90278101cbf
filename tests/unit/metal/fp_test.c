/* hv/metal: a guest's floating-point registers. */
#include "metal_test.h"

#include "vcpu/vcpu.h"

void fp_registers_save(struct fp_registers *to);
void fp_registers_load(const struct fp_registers *from);

static struct vcpu vcpu;

static void fp_moves_whole(void)
{
    static struct fp_registers was, in, out;

    csr_write(vsstatus, SSTATUS_FS_INITIAL | XLEN_64);
    EXPECT(fp_on_in_guest());
    csr_write(vsstatus, XLEN_64);
    EXPECT(!fp_on_in_guest());
    for (unsigned i = 0; i < 32; i++) {
        was.f[i] = 0xaaaaaaaaaaaaaaaa;
        in.f[i] = 0xfff0000000000001 + 0x0000010101010101 * i;
        vcpu.fp.f[i] = in.f[i];
    }
    was.fcsr = 0x1f;
    vcpu.fp.fcsr = in.fcsr = 0x65;
    csr_clear(sstatus, SSTATUS_FS);
    csr_set(sstatus, SSTATUS_FS_DIRTY);
    fp_registers_load(&was);
    fp_state_set(FP_OFF);
    fp_load(&vcpu);
    EXPECT_EQUAL(fp_state(), FP_DIRTY);
    fp_registers_save(&out);
    for (unsigned i = 0; i < 33; i++)
        EXPECT_EQUAL(((uint64_t *)&out)[i], ((uint64_t *)&in)[i]);
    for (unsigned i = 0; i < 33; i++)
        ((uint64_t *)&vcpu.fp)[i] = 0;
    fp_save(&vcpu);
    for (unsigned i = 0; i < 33; i++)
        EXPECT_EQUAL(((uint64_t *)&vcpu.fp)[i], ((uint64_t *)&in)[i]);
    for (unsigned state = FP_OFF; state <= FP_DIRTY; state++) {
        fp_state_set((enum fp_state)state);
        EXPECT_EQUAL((csr_read(sstatus) & SSTATUS_FS) >> 13, state);
        EXPECT_EQUAL(fp_state(), state);
    }
    fp_state_set(FP_OFF);
}

void fp_facts(void)
{
    fact("FP moves whole", fp_moves_whole);
}
