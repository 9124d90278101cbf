/*
 * Proves that time, cycle and instret can be read or are refused as an illegal instruction, that
 * time never goes back and agrees over vCPUs, and that user mode is refused where scounteren says
 * so. Reports facts; counters: largest step of time seen (ticks), and which counters are readable.
 */
#include "probe.h"

const char probe_name[] = "clocks";

static volatile uint64_t other_time;
static volatile uint32_t other_rounds;

/* Code pieces of one CSR read; ra is the caller's. */
#define READ_PIECE(name, csr)                                                                      \
    __asm__(".text\n.balign 4\n" #name ": csrr a0, " #csr "\n ret\n");                             \
    extern uint64_t name(uint64_t, uint64_t, uint64_t)

READ_PIECE(read_time, time);
READ_PIECE(read_cycle, cycle);
READ_PIECE(read_instret, instret);
READ_PIECE(read_hpm3, hpmcounter3);
__asm__(".text\n.balign 4\nread_instret_high: li t6, 0\n csrr t6, instret\n mv a0, t6\n ret\n");
extern uint64_t read_instret_high(uint64_t, uint64_t, uint64_t);
__asm__(".text\n.balign 4\nuser_time: csrr a0, time\n ecall\n");
__asm__(".text\n.balign 4\nuser_cycle: csrr a0, cycle\n ecall\n");
extern char user_time[], user_cycle[];

static void expect_monotone(touch reader, unsigned counter, const char *name)
{
    struct trap first = trap_catch(reader, 0, 0, 0);
    uint64_t last = first.value;

    counter_set(counter, name, first.cause == NO_TRAP);
    if (first.cause != NO_TRAP) {
        expect_equal(CAUSE_ILLEGAL, first.cause, "a counter is readable or an illegal instruction");
        return;
    }
    for (unsigned i = 0; i < 1000; i++) {
        struct trap again = trap_catch(reader, 0, 0, 0);

        if (!expect_equal(NO_TRAP, again.cause, "a counter that was readable stays so"))
            return;
        if (!expect_true(again.value >= last, last - again.value, "a counter never goes back"))
            return;
        last = again.value;
    }
}

static void follow_time(struct vcpu *self)
{
    for (uint64_t i = 0; i < option_number("rounds", 1000); i++) {
        uint64_t seen = __atomic_load_n(&other_time, __ATOMIC_ACQUIRE);

        if (!expect_true(time_now() >= seen, seen, "time agrees over vCPUs"))
            return;
        self->argument = time_now();
        other_rounds++;
        vcpu_yield();
    }
}

static void expect_agreement(void)
{
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(1, follow_time, 0), "vCPU 1 starts");
    vcpu_await_begun(1);
    while (vcpu_areas[1].vcpu.running) {
        uint64_t seen = __atomic_load_n(&vcpu_areas[1].vcpu.argument, __ATOMIC_ACQUIRE);

        if (!expect_true(time_now() >= seen, seen, "time agrees over vCPUs"))
            break;
        __atomic_store_n(&other_time, time_now(), __ATOMIC_RELEASE);
        vcpu_yield();
    }
    counter_set(6, "agreement_rounds", other_rounds);
}

static void expect_user_time(void)
{
    csr_write(scounteren, 7);
    expect_equal(CAUSE_USER_ECALL, trap_catch(touch_user, (uintptr_t)user_time, 0, 0).cause,
                 "user mode reads time when scounteren.TM is 1");
    csr_write(scounteren, 0);
    /* Not time: QEMU 7.2 lets user mode read it whatever scounteren says. */
    expect_equal(CAUSE_ILLEGAL, trap_catch(touch_user, (uintptr_t)user_cycle, 0, 0).cause,
                 "user mode is refused cycle when scounteren.CY is 0");
}

/* The read where an emulator finds it hard to see: on an address that is only a multiple of 2, and
 * in a page that may be executed but not read. */
static void expect_hard_to_see(void)
{
    static uint16_t piece[4] __attribute__((aligned(8))) = {0, 0x2573, 0xc020, 0x8082};
    uint64_t window = 0x40000000;
    uint64_t *root = paging_root();

    fence_i();
    expect_equal(NO_TRAP, trap_catch(touch_fetch, (uintptr_t)&piece[1], 0, 0).cause,
                 "instret is readable by an instruction at a multiple of 2");
    *paging_entry(root, window, 0) =
        paging_leaf((uintptr_t)read_instret & ~(PAGE_BYTES - 1), PTE_X | PTE_A);
    paging_on(root, 4);

    struct trap trap = trap_catch(touch_fetch, window + (uintptr_t)read_instret % PAGE_BYTES, 0, 0);

    paging_off();
    expect_equal(NO_TRAP, trap.cause, "instret is readable from an execute-only page");
    expect_true(trap.value != 0, trap.value, "and shows that instructions were executed");
}

static void note_largest_step(void)
{
    uint64_t last = time_now();
    uint64_t largest = 0;

    for (unsigned i = 0; i < 100000; i++) {
        uint64_t now = time_now();

        if (now - last > largest)
            largest = now - last;
        last = now;
    }
    counter_set(5, "largest_step_ticks", largest);
}

void probe_main(void)
{
    expect_monotone(read_time, 0, "time_readable");
    expect_equal(1, probe_report.counters[0], "time is readable in supervisor mode");
    expect_monotone(read_cycle, 1, "cycle_readable");
    expect_monotone(read_instret, 2, "instret_readable");
    expect_monotone(read_instret_high, 2, "instret_readable");
    if (probe_report.counters[2])
        expect_true(trap_catch(read_instret_high, 0, 0, 0).value != 0, 0,
                    "instret is read into the register that the instruction names");
    expect_monotone(read_hpm3, 3, "hpmcounter3_readable");
    expect_user_time();
    if (probe_report.counters[2])
        expect_hard_to_see();
    note_largest_step();
    if (board.cpu_count > 1)
        expect_agreement();
}
