/*
 * The guest from hell, all in one: for `ms=` (300) of guest time, or `rounds=` attacks, it does at
 * random what other probes do in order: touches nowhere, forbidden CSRs and instructions,
 * hypercalls with hostile pointers and numbers, timer, IPI and fence storms, tables that lead
 * astray. Proves that it is still there, unharmed, and politely says how it fared. Reports facts;
 * counters: attacks by kind; progress[0] grows with each. Not for bare firmware.
 */
#include "probe.h"

const char probe_name[] = "hostile";

static uint64_t ram_end;
static uint64_t *root;
static uint32_t piece[2] __attribute__((aligned(8)));

#define RET    0x00008067u
#define WINDOW 0x3000000000ull

static void expect_trap(struct trap trap, uint64_t cause, uint64_t other, const char *fact)
{
    expect_true(trap.cause == cause || trap.cause == other, trap.cause, fact);
}

static uint64_t nowhere(void)
{
    uint64_t address = random_next() >> random_below(56);
    bool is_ram = address + 8 > board.memory.start && address < ram_end;

    return (is_ram ? address + board.memory.bytes : address) & ~7ull;
}

static void touch_nowhere(void)
{
    static const touch how[] = {touch_load8, touch_load64, touch_store8, touch_store64,
                                touch_amo,   touch_lr,     touch_fetch,  touch_float_load};
    unsigned which = (unsigned)random_below(sizeof how / sizeof how[0]);
    struct trap trap = trap_catch(how[which], nowhere(), random_next(), 0);

    expect_true(trap.cause == CAUSE_LOAD_ACCESS || trap.cause == CAUSE_STORE_ACCESS ||
                    trap.cause == CAUSE_FETCH_ACCESS,
                trap.cause, "what holds nothing is an access fault");
}

static void execute(uint32_t instruction, const char *fact)
{
    piece[0] = instruction;
    piece[1] = RET;
    fence_i();
    expect_trap(trap_catch(touch_fetch, (uintptr_t)piece, 0, 0), CAUSE_ILLEGAL, CAUSE_ILLEGAL,
                fact);
}

static void forbidden_csr(void)
{
    uint32_t csr = 0x200 | (uint32_t)random_below(0x1000);
    uint32_t function = 1 + (uint32_t)random_below(3);

    execute(csr << 20 | 10 << 15 | function << 12 | 10 << 7 | 0x73,
            "a CSR above supervisor mode is refused");
}

static void forbidden_instruction(void)
{
    static const uint32_t words[] = {0x22a50073, 0x62a50073, 0x60054573, 0x6ea54073,
                                     0x30200073, 0x0000000b, 0xffffffff, 0x7b200073};

    execute(words[random_below(sizeof words / sizeof words[0])],
            "an instruction that no guest may execute is refused");
}

static void hostile_pointer(void)
{
    uint64_t address = random_below(4) ? nowhere() : ram_end - random_below(64);
    uint64_t bytes = 65 + (random_next() >> random_below(64));
    struct sbi_result result;

    switch (random_below(4)) {
    case 0:
        result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, bytes, address, 0);
        break;
    case 1:
        result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, bytes, address, 0);
        break;
    case 2:
        result = sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, address | 1, random_next(), 1);
        break;
    default:
        result = sbi_call(SBI_EXT_HSM, SBI_HSM_HART_START, 0, address, 0);
    }
    expect_true(result.error < 0, (uint64_t)result.error, "a hostile pointer is refused");
}

/* Not one of those that end or suspend the VM, use up its input, or fill the console. */
static void hostile_call(void)
{
    static const uint64_t eids[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFENCE,
                                    SBI_EXT_STA,  SBI_EXT_DBCN, SBI_EXT_PV,  SBI_EXT_HSM};
    uint64_t eid = random_below(2) ? random_next() : eids[random_below(8)];
    struct sbi_result result =
        sbi_call6(eid, 16 + (random_next() >> random_below(60)), random_next(), random_next(),
                  random_next(), random_next(), random_next(), random_next());

    if (eid > 0xf)
        expect_equal((uint64_t)SBI_ERR_NOT_SUPPORTED, (uint64_t)result.error,
                     "a function that is not there is NOT_SUPPORTED");
}

static void hostile_reset(void)
{
    uint64_t type = 3 + random_below(0xeffffffd);

    expect_true(sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, type, random_next(), 0).error < 0, type,
                "a reset of no known type is refused");
}

static void storm(void)
{
    uint64_t count = random_below(50);

    for (uint64_t i = 0; i < count; i++) {
        sbi_call(SBI_EXT_TIME, SBI_TIME_SET_TIMER, random_below(2) ? 0 : time_now(), 0, 0);
        sbi_call(SBI_EXT_IPI, SBI_IPI_SEND_IPI, random_next(), random_below(2) ? ~0ull : 0, 0);
        sbi_call6(SBI_EXT_RFENCE, random_below(9), random_next(), random_below(3) - 1,
                  random_next(), random_next(), random_next(), 0);
    }
    timer_stop();
    csr_clear(sip, IE_SOFTWARE);
}

static void tables_astray(void)
{
    root[WINDOW >> 30 & 511] =
        random_below(2) ? random_next() : paging_leaf(nowhere() & ~0xfffull, 0);
    paging_on(root, random_next() & 0xffff);
    trap_catch(touch_load64, WINDOW + random_below(1 << 30), 0, 0);
    trap_catch(touch_fetch, (WINDOW + random_below(1 << 30)) & ~3ull, 0, 0);
    root[WINDOW >> 30 & 511] = 0;
    paging_off();
}

/* Fills its own memory as fast as it can: its allotment, and nobody else's. */
static void eat_memory(void)
{
    uint64_t image_end = (uintptr_t)__image_end;
    uint64_t room = board.device_tree.start - image_end;

    for (unsigned i = 0; i < 16; i++)
        *(volatile uint64_t *)(uintptr_t)(image_end + (random_below(room - 8) & ~7ull)) = ~0ull;
}

static void reserved_satp(void)
{
    uint64_t mode = 1 + random_below(7);

    csr_write(satp, mode << 60 | random_next() >> 20);
    expect_equal(0, csr_read(satp), "satp takes no reserved mode");
}

static const struct attack {
    const char *name;
    void (*act)(void);
} attacks[] = {
    {"touch_nowhere", touch_nowhere},
    {"forbidden_csr", forbidden_csr},
    {"forbidden_insn", forbidden_instruction},
    {"hostile_pointer", hostile_pointer},
    {"hostile_call", hostile_call},
    {"hostile_reset", hostile_reset},
    {"storm", storm},
    {"tables_astray", tables_astray},
    {"eat_memory", eat_memory},
    {"reserved_satp", reserved_satp},
    {"yield", vcpu_yield},
};

#define ATTACKS (sizeof attacks / sizeof attacks[0])

void probe_main(void)
{
    uint64_t rounds = option_number("rounds", 0);
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 300) * 1000);

    if (!in_a_vm())
        probe_unable("a hypervisor to attack");
    ram_end = board.memory.start + board.memory.bytes;
    root = paging_root();
    say("hostile: attacking, seed %u\n", probe_report.seed);
    for (;;) {
        unsigned which = (unsigned)random_below(ATTACKS);

        attacks[which].act();
        counter_add(which, attacks[which].name, 1);
        probe_report.progress[0] = ++probe_report.rounds;
        if (rounds ? probe_report.rounds >= rounds : time_now() >= end)
            break;
    }
    say("hostile: %u attacks, and this VM is the only one that noticed\n", probe_report.rounds);
}
