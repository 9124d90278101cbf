/* hv/metal: this hart and the firmware. */
#include "metal_test.h"

#include "metal/firmware.h"
#include "trap/cause.h"

/* ---- what the hart has, and how it is set up ---- */

static void the_hart_is_looked_at(void)
{
    csr_write(hgatp, 8ull << 60);
    hart_probe();
    EXPECT(hart_has_hypervisor());
    EXPECT_EQUAL(hart_vmid_bits(), 14); /* QEMU's harts have all */
    EXPECT_EQUAL(hart_has_sstc(), tree_says("sstc"));
    EXPECT_EQUAL(machine_has_aia, tree_says("ssaia"));
    EXPECT_EQUAL(csr_read(hgatp), 0);
    EXPECT_EQUAL(harts[0].trap_resume, 0);
    EXPECT_EQUAL(csr_read(sscratch), 0);
}

static void a_hart_is_set_up_for_guests(void)
{
    bool has_states = tree_says("smstateen");

    csr_write(hcounteren, 7);
    csr_write(henvcfg, UINT64_MAX);
    csr_write(hvip, 1u << IRQ_VS_SOFT);
    csr_write(hgeie, UINT64_MAX);
    if (has_states) {
        csr_write_number(CSR_HSTATEEN0, UINT64_MAX);
        csr_write_number(CSR_HSTATEEN1, UINT64_MAX);
        csr_write_number(CSR_HSTATEEN2, UINT64_MAX);
        csr_write_number(CSR_HSTATEEN3, UINT64_MAX);
    }
    if (machine_has_aia) {
        csr_write_number(CSR_HVIEN, UINT64_MAX);
        csr_write_number(CSR_HVICTL, UINT64_MAX);
        csr_write_number(CSR_HVIPRIO1, UINT64_MAX);
        csr_write_number(CSR_HVIPRIO2, UINT64_MAX);
    }
    hart_setup();
    EXPECT_EQUAL(csr_read(hcounteren), 2); /* time */
    EXPECT_EQUAL(csr_read(henvcfg), hart_has_sstc() ? 1ull << 63 : 0);
    EXPECT_EQUAL(csr_read(hvip), 0);
    EXPECT_EQUAL(csr_read(hgeie), 0);
    EXPECT_EQUAL(csr_read(sie) & 0x222, 0x222);
    if (hart_has_sstc())
        EXPECT_EQUAL(csr_read(stimecmp), UINT64_MAX);
    if (has_states) {
        EXPECT_EQUAL(csr_read_number(CSR_HSTATEEN0), 1ull << 62); /* senvcfg */
        EXPECT_EQUAL(csr_read_number(CSR_HSTATEEN1), 0);
        EXPECT_EQUAL(csr_read_number(CSR_HSTATEEN2), 0);
        EXPECT_EQUAL(csr_read_number(CSR_HSTATEEN3), 0);
    }
    if (machine_has_aia) {
        EXPECT_EQUAL(csr_read_number(CSR_HVIEN), 0);
        EXPECT_EQUAL(csr_read_number(CSR_HVICTL), 0);
        EXPECT_EQUAL(csr_read_number(CSR_HVIPRIO1), 0);
        EXPECT_EQUAL(csr_read_number(CSR_HVIPRIO2), 0);
    }
}

static void the_guests_own_traps_are_handed_to_it(void)
{
    csr_write(hedeleg, 0);
    csr_write(hideleg, 0);
    hart_delegate();
    EXPECT_EQUAL(csr_read(hedeleg), 0xb109);
    EXPECT_EQUAL(csr_read(hideleg) & 0x444, 0x444);
}

/* ---- clock, interrupts, counters ---- */

static uint64_t read_time(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

static void the_clock_is_the_machines(void)
{
    for (unsigned i = 0; i < 2000; i++) {
        uint64_t before = read_time(), now = clock_now(), after = read_time();
        EXPECT(before <= now && now <= after);
    }
}

/* In no more than ten seconds of the machine's own time. */
static bool comes(uint64_t bit)
{
    uint64_t end = read_time() + 100000000;

    while (!(hart_pending() & bit) && read_time() < end)
        ;
    return (hart_pending() & bit) != 0;
}

static void an_alarm_comes_when_it_was_asked_for(void)
{
    uint64_t timer = 1u << IRQ_S_TIMER;

    clock_arm(UINT64_MAX);
    EXPECT(!(hart_pending() & timer));
    uint64_t deadline = clock_now() + 20000;
    clock_arm(deadline);
    EXPECT(!(hart_pending() & timer) || clock_now() >= deadline);
    EXPECT(comes(timer));
    EXPECT(clock_now() >= deadline);
    hart_wait(); /* does not: one is pending */
    clock_arm(UINT64_MAX);
    EXPECT(!(hart_pending() & timer));
}

static void a_soft_interrupt_is_taken_back(void)
{
    csr_set(sip, 1u << IRQ_S_SOFT);
    EXPECT(hart_pending() & 1u << IRQ_S_SOFT);
    hart_soft_clear();
    EXPECT(!(hart_pending() & 1u << IRQ_S_SOFT));
}

static void counters_are_told_apart(void)
{
    uint64_t cycles = csr_read(cycle), retired = csr_read(instret);
    uint64_t then = hart_counter(0xC00);
    EXPECT(then >= cycles && then <= csr_read(cycle));
    then = hart_counter(0xC02);
    EXPECT(then >= retired && then <= csr_read(instret));
}

/* ---- the firmware ---- */

static void the_firmware_answers_what_it_is_asked(void)
{
    struct firmware_result version = firmware_call(0x10, 0, 0, 0, 0);
    EXPECT_EQUAL(version.error, 0);
    EXPECT(version.value >= 1ull << 24 && version.value < 8ull << 24);
    EXPECT_EQUAL(firmware_call(0x10, 3, 0x48534d, 0, 0).value, 1);  /* HSM is there */
    EXPECT_EQUAL(firmware_call(0x10, 3, 0x7000001, 0, 0).value, 0); /* that is not */
    EXPECT_EQUAL(firmware_call(0x7000001, 0, 0, 0, 0).error, -2);   /* nor answers */
    EXPECT(firmware_hart_start(99, 0x80200000, 0) == -3);           /* no such hart */
}

/* ---- the trace's order, in one hart: the record is there when the head is ---- */

static void a_record_is_published_with_the_head(void)
{
    static struct trace_ring ring;
    static struct trace_record record;

    trace_publish(&ring, 0x1234567890, &record);
    EXPECT_EQUAL(ring.head, 0x1234567890);
}

void hart_facts(void)
{
    fact("the hart is looked at", the_hart_is_looked_at);
    fact("a hart is set up for guests", a_hart_is_set_up_for_guests);
    fact("the guest's own traps are handed to it", the_guests_own_traps_are_handed_to_it);
    fact("the clock is the machine's", the_clock_is_the_machines);
    fact("an alarm comes when it was asked for", an_alarm_comes_when_it_was_asked_for);
    fact("a soft interrupt is taken back", a_soft_interrupt_is_taken_back);
    fact("counters are told apart", counters_are_told_apart);
    fact("the firmware answers what it is asked", the_firmware_answers_what_it_is_asked);
    fact("a record is published with the head", a_record_is_published_with_the_head);
}
