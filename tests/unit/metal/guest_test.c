/* hv/metal: the world switch, what of a guest stays in the hart, and what is done to a guest. */
#include "metal_test.h"

#include "trap/cause.h"

static struct vcpu vcpu;

#define GUEST_HSTATUS (HSTATUS_SPV | HSTATUS_SPVP | XLEN_64)

/* The vCPU enters VS-mode at `pc` with other registers than the hypervisor's. */
static uint64_t runs(const void *pc, uint64_t seed)
{
    uint64_t cause;

    registers_fill(vcpu.x, seed);
    vcpu.pc = (uint64_t)pc;
    vcpu.hart = &harts[0];
    csr_write(hstatus, GUEST_HSTATUS);
    csr_set(sstatus, SSTATUS_SPP);
    csr_write(vsatp, 0);
    csr_write(hedeleg, 0);
    EXPECT_EQUAL(guest_run(&vcpu, &cause), &vcpu);
    return cause;
}

static void a_guest_has_its_registers_and_leaves_them(void)
{
    uint64_t expected[32];

    csr_write(hgatp, 0);
    EXPECT_EQUAL(runs(guest_complement, 5), EXC_SUPERVISOR_SYSCALL);
    registers_fill(expected, 5);
    for (unsigned i = 1; i < 32; i++)
        EXPECT_EQUAL(vcpu.x[i], ~expected[i]);
    EXPECT_EQUAL(vcpu.pc, guest_complement_call);
    EXPECT_EQUAL(csr_read(sscratch), 0);
    EXPECT_EQUAL(this_hart(), &harts[0]);
    EXPECT_EQUAL(trap_cause(), EXC_SUPERVISOR_SYSCALL);
    EXPECT(trap_from_supervisor());
}

/* A second stage of one leaf: the gigabyte at 0x80000000, where it is. */
static uint64_t root[2048] __attribute__((aligned(16384)));

static void a_fault_tells_where(void)
{
    struct trap_detail detail = {1, 1, 1}; /* nothing of which is so */
    uint64_t cause;

    root[2] = 0x80000000ull >> 2 | 0xdf; /* D A U X W R V */
    second_stage_load(8ull << 60 | 5ull << 44 | (uint64_t)root >> 12);
    EXPECT_EQUAL(csr_read(hgatp), 8ull << 60 | 5ull << 44 | (uint64_t)root >> 12);
    hfence_gvma_all();
    vcpu.pc = (uint64_t)guest_load;
    vcpu.hart = &harts[0];
    csr_write(hstatus, GUEST_HSTATUS);
    csr_set(sstatus, SSTATUS_SPP);
    vcpu.x[REG_A1] = 0x12345678;
    guest_run(&vcpu, &cause);
    trap_detail_read(&detail);
    EXPECT_EQUAL(cause, EXC_LOAD_GUEST_PAGE_FAULT);
    EXPECT_EQUAL(detail.stval, 0x12345678);
    EXPECT_EQUAL(detail.htval, 0x12345678 >> 2);
    EXPECT_EQUAL(detail.htinst, csr_read(htinst));
    EXPECT(detail.htinst == 0 || detail.htinst == 0x3503); /* ld a0, 0(zero) */
    EXPECT_EQUAL(trap_stval(), 0x12345678);
    EXPECT_EQUAL(trap_htval(), 0x12345678 >> 2);
    EXPECT_EQUAL(vcpu.pc, guest_load);
    /* What it may fetch is read as it reads it; a page that is not there is not. */
    uint32_t word = 0;
    uint64_t status = csr_read(sstatus), hypervisor_status = csr_read(hstatus);
    EXPECT(guest_fetch_word((uint64_t)guest_load, &word));
    EXPECT_EQUAL(word, *(uint32_t *)guest_load);
    word = 0x77;
    EXPECT(!guest_fetch_word(0x12345678, &word));
    EXPECT_EQUAL(word, 0x77);
    EXPECT_EQUAL(csr_read(sstatus), status);
    EXPECT_EQUAL(csr_read(hstatus), hypervisor_status);
    EXPECT_EQUAL(harts[0].trap_resume, 0);
    context_unload();
    EXPECT_EQUAL(csr_read(hgatp), 0);
}

static void unloading_leaves_nothing(void)
{
    csr_write(hvip, 1u << IRQ_VS_SOFT);
    csr_write(vsie, 0x222);
    csr_write(vsatp, 8ull << 60 | 0x80000);
    csr_write(hgatp, 8ull << 60 | (uint64_t)root >> 12);
    context_unload();
    EXPECT_EQUAL(csr_read(hvip), 0);
    EXPECT_EQUAL(csr_read(vsie), 0);
    EXPECT_EQUAL(csr_read(vsatp), 0);
    EXPECT_EQUAL(csr_read(hgatp), 0);
}

/* ---- the context ---- */

static const struct guest_context one = {
    .hstatus = GUEST_HSTATUS | HSTATUS_VTW,
    .sstatus = SSTATUS_SPP | XLEN_64,
    .hvip = 1u << IRQ_VS_SOFT,
    .htimedelta = 0x1111111122222222,
    .vsstatus = XLEN_64 | SSTATUS_SPP,
    .vsie = 0x222,
    .vstvec = 0x80345678,
    .vsscratch = 0x123456789abcdef0,
    .vsepc = 0x80222222,
    .vscause = 13,
    .vstval = 0xfedcba9876543210,
    .vsatp = 8ull << 60 | 0x1234ull << 44 | 0x80777,
    .vstimecmp = 0x7777777788888888,
    .scounteren = 5,
    .senvcfg = 1,
};
static const struct guest_context other = {
    .hstatus = GUEST_HSTATUS,
    .sstatus = SSTATUS_SPP | XLEN_64 | 1ull << 18,
    .hvip = 1u << IRQ_VS_EXT,
    .htimedelta = 0x3333333344444444,
    .vsstatus = XLEN_64 | SSTATUS_SIE,
    .vsie = 0x20,
    .vstvec = 0x80654321 & ~3,
    .vsscratch = 1,
    .vsepc = 0x80111110,
    .vscause = 15,
    .vstval = 7,
    .vsatp = 0,
    .vstimecmp = 0x1111111111111111,
    .scounteren = 2,
    .senvcfg = 0,
};

#define SSTATUS_MASK (SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE | XLEN_64 | 1ull << 18)

static void is_in_the_hart(const struct guest_context *c)
{
    EXPECT_EQUAL(csr_read(hstatus), c->hstatus);
    EXPECT_EQUAL(csr_read(sstatus) & SSTATUS_MASK, c->sstatus);
    EXPECT_EQUAL(csr_read(hvip), c->hvip);
    EXPECT_EQUAL(csr_read(htimedelta), c->htimedelta);
    EXPECT_EQUAL(csr_read(vsstatus) & SSTATUS_MASK, c->vsstatus);
    EXPECT_EQUAL(csr_read(vsie), c->vsie);
    EXPECT_EQUAL(csr_read(vstvec), c->vstvec);
    EXPECT_EQUAL(csr_read(vsscratch), c->vsscratch);
    EXPECT_EQUAL(csr_read(vsepc), c->vsepc);
    EXPECT_EQUAL(csr_read(vscause), c->vscause);
    EXPECT_EQUAL(csr_read(vstval), c->vstval);
    EXPECT_EQUAL(csr_read(vsatp), c->vsatp);
    EXPECT_EQUAL(csr_read(scounteren), c->scounteren);
    EXPECT_EQUAL(csr_read(senvcfg), c->senvcfg);
    EXPECT_EQUAL(guest_satp(), c->vsatp);
    EXPECT_EQUAL(guest_scounteren(), c->scounteren);
    if (hart_has_sstc())
        EXPECT_EQUAL(csr_read(vstimecmp), c->vstimecmp);
}

static void a_context_is_loaded_and_saved_whole(void)
{
    struct guest_context all;

    csr_write(hgatp, 0);
    csr_write(hideleg, 1u << IRQ_VS_SOFT | 1u << IRQ_VS_TIMER | 1u << IRQ_VS_EXT);
    vcpu.context = one;
    context_load(&vcpu);
    is_in_the_hart(&one);
    vcpu.context = other;
    context_load(&vcpu);
    is_in_the_hart(&other);
    vcpu.context = one;
    context_load(&vcpu);
    for (unsigned i = 0; i < sizeof all / 8; i++)
        ((uint64_t *)&vcpu.context)[i] = 0x5555555555555555;
    vcpu.context.htimedelta = one.htimedelta;
    context_save(&vcpu);
    all = vcpu.context;
    all.sstatus &= SSTATUS_MASK;
    all.vsstatus &= SSTATUS_MASK;
    for (unsigned i = 0; i < sizeof all / 8; i++) {
        if ((!hart_has_sstc() && i == offsetof(struct guest_context, vstimecmp) / 8) ||
            (!machine_has_aia && i == offsetof(struct guest_context, vsiselect) / 8))
            EXPECT_EQUAL(((uint64_t *)&all)[i], 0x5555555555555555); /* the hart has none */
        else
            EXPECT_EQUAL(((uint64_t *)&all)[i], ((const uint64_t *)&one)[i]);
    }
    csr_write(vsatp, 0);
    csr_write(hvip, 0);
}

/* vstimecmp shows in hvip on some machines; it is no interrupt that the hypervisor has set. */
static void a_timer_of_the_guests_own_is_not_saved_as_pending(void)
{
    csr_write(hvip, 1u << IRQ_VS_TIMER | 1u << IRQ_VS_SOFT);
    context_save(&vcpu);
    EXPECT_EQUAL(vcpu.context.hvip, 1u << IRQ_VS_SOFT | (hart_has_sstc() ? 0 : 1u << IRQ_VS_TIMER));
    csr_write(hvip, 0);
}

static void a_vcpu_begins_as_a_hart_does(void)
{
    for (unsigned i = 0; i < sizeof vcpu.context / 8; i++)
        ((uint64_t *)&vcpu.context)[i] = 0x5555555555555555;
    vcpu.context.htimedelta = 99;
    context_reset(&vcpu);
    const struct guest_context first = {
        .hstatus = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VTW | XLEN_64,
        .sstatus = SSTATUS_SPP,
        .htimedelta = 99,
        .vsstatus = SSTATUS_FS_INITIAL | XLEN_64,
        .vstimecmp = UINT64_MAX,
    };
    for (unsigned i = 0; i < sizeof first / 8; i++)
        EXPECT_EQUAL(((uint64_t *)&vcpu.context)[i], ((const uint64_t *)&first)[i]);
}

/* ---- what is done to the loaded guest ---- */

static void an_exception_is_the_architectures(void)
{
    for (unsigned enabled = 0; enabled < 4; enabled++) {
        uint64_t was = XLEN_64 | SSTATUS_FS_INITIAL | (enabled & 1 ? SSTATUS_SIE : 0);
        bool from_user = enabled & 2;
        csr_write(vsstatus, was | (enabled & 1 ? 0 : SSTATUS_SPIE) | (from_user ? SSTATUS_SPP : 0));
        csr_write(vstvec, 0x80300001ull);
        csr_write(hstatus, HSTATUS_SPV | XLEN_64 | (from_user ? 0 : HSTATUS_SPVP));
        csr_clear(sstatus, SSTATUS_SPP);
        if (!from_user)
            csr_set(sstatus, SSTATUS_SPP);
        EXPECT_EQUAL(trap_from_supervisor(), !from_user);
        vcpu.pc = 0x80400000;
        guest_take_exception(&vcpu, 13 + enabled, 0xabc0 + enabled);
        EXPECT_EQUAL(csr_read(vsstatus), XLEN_64 | SSTATUS_FS_INITIAL |
                                             (enabled & 1 ? SSTATUS_SPIE : 0) |
                                             (from_user ? 0 : SSTATUS_SPP));
        EXPECT_EQUAL(csr_read(vsepc), 0x80400000);
        EXPECT_EQUAL(csr_read(vscause), 13 + enabled);
        EXPECT_EQUAL(csr_read(vstval), 0xabc0 + enabled);
        EXPECT_EQUAL(vcpu.pc, 0x80300000);
        EXPECT(csr_read(sstatus) & SSTATUS_SPP);
        EXPECT(csr_read(hstatus) & HSTATUS_SPVP);
    }
}

static void interrupts_are_set_and_cleared_one_by_one(void)
{
    uint64_t soft = 1u << IRQ_VS_SOFT, external = 1u << IRQ_VS_EXT;

    csr_write(hvip, 0);
    guest_interrupt_set(soft);
    EXPECT_EQUAL(guest_interrupts_pending() & (soft | external), soft);
    guest_interrupt_set(external);
    EXPECT_EQUAL(csr_read(hvip) & (soft | external), soft | external);
    guest_interrupt_clear(soft);
    EXPECT_EQUAL(guest_interrupts_pending() & (soft | external), external);
    guest_interrupt_clear(external);
    EXPECT_EQUAL(csr_read(hvip) & (soft | external), 0);
    csr_write(vsie, 0x200);
    EXPECT_EQUAL(guest_interrupts_enabled(), external);
    csr_write(vsie, 0);
    if (!hart_has_sstc())
        return;
    guest_timer_write(0x123456789a);
    EXPECT_EQUAL(csr_read(vstimecmp), 0x123456789a);
    EXPECT_EQUAL(guest_timer_read(), 0x123456789a);
    guest_timer_write(UINT64_MAX);
}

void guest_facts(void)
{
    fact("a guest has its registers and leaves them", a_guest_has_its_registers_and_leaves_them);
    fact("a fault tells where", a_fault_tells_where);
    fact("unloading leaves nothing", unloading_leaves_nothing);
    fact("a context is loaded and saved whole", a_context_is_loaded_and_saved_whole);
    fact("a timer of the guest's own is not saved as pending",
         a_timer_of_the_guests_own_is_not_saved_as_pending);
    fact("a vCPU begins as a hart does", a_vcpu_begins_as_a_hart_does);
    fact("an exception is the architecture's", an_exception_is_the_architectures);
    fact("interrupts are set and cleared one by one", interrupts_are_set_and_cleared_one_by_one);
}
