/*
 * Proves that no software interrupt is lost, forged or sent astray: a token goes round all vCPUs,
 * each asleep in WFI until the IPI of the one before; then IPIs by mask reach just those named, and
 * masks that name nobody are INVALID_PARAM. Needs two vCPUs; with one, only itself. Reports facts;
 * counters: hand-overs, their ticks; progress[vcpu] counts wakes.
 */
#include "probe.h"

const char probe_name[] = "ipi";

enum { HANDOVERS, HANDOVER_TICKS, WAKES_WITHOUT };

static volatile uint32_t token;
static volatile uint32_t finished;
static volatile uint32_t received[PROBE_MAX_VCPUS];
static volatile uint32_t listening, stop_listening;
static uint32_t rounds;
static unsigned vcpus;

static struct sbi_result send(uint64_t mask, uint64_t base)
{
    return sbi_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, mask, base, 0);
}

/* Asleep until a software interrupt is pending; takes it. */
static void await_ipi(uint64_t self)
{
    uint64_t patience = time_now() + ticks_of_microseconds(2000000);

    timer_arm(patience);
    while (!(csr_read(sip) & IE_SOFTWARE)) {
        if (time_now() >= patience)
            probe_abandon("no IPI is lost: vCPU in found", self);
        wait_for_interrupt();
        counter_add(WAKES_WITHOUT, "wakes_without_ipi", !(csr_read(sip) & IE_SOFTWARE));
    }
    csr_clear(sip, IE_SOFTWARE);
    probe_report.progress[self]++;
}

/* One IPI, one turn: nobody looks at the token before the IPI came, so none can coalesce. */
static void pass_token(uint64_t self)
{
    csr_set(sie, IE_SOFTWARE | IE_TIMER);
    for (uint32_t round = 0; round < rounds; round++) {
        if (self || round)
            await_ipi(self);
        expect_equal(self, token % vcpus, "an IPI comes when it is this vCPU's turn");
        token++;
        expect_equal(SBI_SUCCESS, (uint64_t)send(1, (self + 1) % vcpus).error,
                     "an IPI to a vCPU of this VM is sent");
    }
    if (!self)
        await_ipi(self);
    timer_stop();
    csr_clear(sie, IE_SOFTWARE | IE_TIMER);
}

static void pass_token_second(struct vcpu *self)
{
    pass_token(self->hart_id);
    __atomic_add_fetch(&finished, 1, __ATOMIC_RELEASE);
}

/* Counts what comes, without sleeping for long, until told to stop. */
static void listen(struct vcpu *self)
{
    csr_clear(sip, IE_SOFTWARE);
    __atomic_add_fetch(&listening, 1, __ATOMIC_RELEASE);
    while (!stop_listening) {
        if (csr_read(sip) & IE_SOFTWARE) {
            csr_clear(sip, IE_SOFTWARE);
            __atomic_add_fetch(&received[self->hart_id], 1, __ATOMIC_RELEASE);
        }
        vcpu_yield();
    }
}

static void expect_handovers(void)
{
    uint64_t began;

    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, pass_token_second, 0), "a vCPU starts");
    for (unsigned i = 1; i < vcpus; i++)
        vcpu_await_begun(i);
    began = time_now();
    pass_token(0);
    counter_set(HANDOVER_TICKS, "handover_ticks", time_now() - began);
    counter_set(HANDOVERS, "handovers", rounds * vcpus);
    wait_at_least(&finished, vcpus - 1, 2000, "the token's end reaches all");
    expect_equal(rounds * vcpus, token, "the token was handed over as often as it should");
    probe_report.rounds = rounds;
}

static void expect_mask(uint64_t mask, uint64_t base, uint64_t reached)
{
    uint32_t before[PROBE_MAX_VCPUS];

    for (unsigned i = 0; i < vcpus; i++)
        before[i] = received[i];
    expect_equal(SBI_SUCCESS, (uint64_t)send(mask, base).error, "IPIs by mask are sent");
    for (unsigned i = 1; i < vcpus; i++)
        if (reached >> i & 1)
            wait_at_least(&received[i], before[i] + 1, 1000, "an IPI by mask arrives");
    for (unsigned i = 0; i < 4 * vcpus; i++)
        vcpu_yield();
    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(reached >> i & 1, received[i] - before[i],
                     "an IPI by mask reaches just those that it names");
    expect_equal(reached & 1, csr_read(sip) >> IRQ_SOFTWARE & 1,
                 "an IPI by mask reaches vCPU 0 just when it names it");
    csr_clear(sip, IE_SOFTWARE);
}

static void expect_masks(void)
{
    uint64_t all = (1ull << vcpus) - 1;

    for (unsigned i = 1; i < vcpus; i++)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(i, listen, 0), "a vCPU starts again");
    wait_at_least(&listening, vcpus - 1, 1000, "all vCPUs listen");
    for (unsigned i = 0; i < 20; i++) {
        uint64_t mask = random_next() & all;

        if (mask)
            expect_mask(mask, 0, mask);
    }
    expect_mask(1, vcpus - 1, 1ull << (vcpus - 1));
    expect_mask(0, ~0ull, all);
    stop_listening = 1;
}

static void expect_refused(void)
{
    expect_equal((uint64_t)SBI_ERR_INVALID_PARAM, (uint64_t)send(1, vcpus + 200).error,
                 "an IPI to a vCPU that is not there is INVALID_PARAM");
    expect_equal((uint64_t)SBI_ERR_INVALID_PARAM, (uint64_t)send(1, ~0ull - 1).error,
                 "an IPI to the last but one number is INVALID_PARAM");
    if (in_a_vm())
        expect_equal((uint64_t)SBI_ERR_INVALID_PARAM, (uint64_t)send(1ull << vcpus, 0).error,
                     "a mask with one vCPU too many is INVALID_PARAM");
    if (in_a_vm() && vcpus > 1)
        expect_equal((uint64_t)SBI_ERR_INVALID_PARAM,
                     (uint64_t)send(1ull << (vcpus - 1) | 1, 1).error,
                     "a mask from 1 with one vCPU too many is INVALID_PARAM");
}

void probe_main(void)
{
    vcpus = board.cpu_count < PROBE_MAX_VCPUS ? board.cpu_count : PROBE_MAX_VCPUS;
    counter_set(WAKES_WITHOUT, "wakes_without_ipi", 0);
    expect_refused();
    expect_equal(SBI_SUCCESS, (uint64_t)send(1, 0).error, "an IPI to oneself is sent");
    expect_true(csr_read(sip) & IE_SOFTWARE, csr_read(sip), "an IPI to oneself is pending");
    csr_clear(sip, IE_SOFTWARE);
    expect_equal(0, csr_read(sip) & IE_SOFTWARE, "a software interrupt can be cleared");
    if (vcpus < 2)
        return;
    rounds = (uint32_t)option_number("rounds", 200);
    expect_handovers();
    for (unsigned i = 1; i < vcpus; i++)
        while (sbi_call(SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, i, 0, 0).value != SBI_HSM_STOPPED)
            vcpu_yield();
    expect_masks();
}
