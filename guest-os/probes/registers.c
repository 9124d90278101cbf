/*
 * Proves that a guest's state survives every kind of exit: all 31 general registers, f0 … f31,
 * fcsr and the supervisor CSRs hold random patterns while the guest makes an SBI call, sleeps in
 * WFI, touches memory for the first time with random registers, is preempted, reads an emulated
 * CSR, yields, or is given a fault of its own. Options seed=, rounds= (per kind), preempt_us=.
 * Reports facts; counters: rounds by kind.
 */
#include "probe.h"

const char probe_name[] = "registers";

/* registers.S draws this page. */
struct state {
    uint64_t x[2][32];
    uint64_t f[2][32];
    uint64_t csr[2][16];
    uint64_t saved[32];
    uint64_t scratch[32];
};

enum { IN, OUT };
enum { SSTATUS, SIE, STVEC, SSCRATCH, SEPC, SCAUSE, STVAL, SATP, SCOUNTEREN, SENVCFG, FCSR, CSRS };

static const char *const csr_names[CSRS] = {"sstatus",    "sie",     "stvec", "sscratch",
                                            "sepc",       "scause",  "stval", "satp",
                                            "scounteren", "senvcfg", "fcsr"};

enum kind {
    NOTHING,
    ECALL,
    WFI,
    LOAD_FILL,
    STORE_FILL,
    FLOAT_FILL,
    AMO_FILL,
    PREEMPT,
    CYCLE,
    YIELD,
    ILLEGAL,
    ACCESS_FAULT,
    KINDS
};

static const char *const kind_names[KINDS] = {
    "nothing",  "ecall",   "wfi",          "load_fill", "store_fill", "float_fill",
    "amo_fill", "preempt", "counter_read", "yield",     "illegal",    "access_fault"};

#define NOP                   0x00000013u
#define ECALL_WORD            0x00000073u
#define WFI_WORD              0x10500073u
#define LD(rd, rs1)           (3u << 12 | (rs1) << 15 | (rd) << 7 | 0x03)
#define SD(rs2, rs1)          ((rs2) << 20 | (rs1) << 15 | 3u << 12 | 0x23)
#define FLD(rd, rs1)          (3u << 12 | (rs1) << 15 | (rd) << 7 | 0x07)
#define AMOADD(rd, rs1, rs2)  ((rs2) << 20 | (rs1) << 15 | 3u << 12 | (rd) << 7 | 0x2f)
#define CSRR(rd, csr)         ((uint32_t)(csr) << 20 | 2u << 12 | (rd) << 7 | 0x73)
#define BLTU_BACK_4(rs1, rs2) (0xfe000ee3u | (rs2) << 20 | (rs1) << 15 | 6u << 12)

#define INSTRET_CSR       0xc02 /* emulated, or refused with an illegal instruction */
#define RANDOM_REGISTER() (1 + (uint32_t)random_below(31))

extern char registers_slot[], skip_vector[];
void registers_round(void);
_Noreturn void registers_stir(void);
uint64_t read_instret(uint64_t, uint64_t, uint64_t);

static struct state *state;
static uint64_t fresh_page;
static bool counter_traps; /* the read of instret is refused */

/* Registers that the operation itself may change, as bits, and what one must then hold. */
struct operation {
    uint32_t words[4];
    uint32_t changed;
    uint32_t changed_float;
    bool traps_in_guest;
};

/* Does the operation end in a trap of the guest's own, which changes what traps change? */
static bool traps_in_guest(enum kind kind)
{
    return kind == ILLEGAL || kind == ACCESS_FAULT || (kind == CYCLE && counter_traps);
}

static uint64_t next_fresh_page(void)
{
    uint64_t page = fresh_page;

    if (page + PAGE_BYTES > board.device_tree.start)
        probe_abandon("there is memory for all rounds: give the VM more", page);
    fresh_page += PAGE_BYTES;
    return page + random_below(PAGE_BYTES / 8) * 8;
}

static void make_fill(struct operation *operation, enum kind kind)
{
    uint32_t address = RANDOM_REGISTER();
    uint32_t data = RANDOM_REGISTER();

    state->x[IN][address] = next_fresh_page();
    operation->changed = 1u << data;
    switch (kind) {
    case LOAD_FILL:
        operation->words[0] = LD(data, address);
        break;
    case STORE_FILL:
        operation->words[0] = SD(data, address);
        operation->changed = 0;
        break;
    case FLOAT_FILL:
        operation->words[0] = FLD(data, address);
        operation->changed = 0;
        operation->changed_float = 1u << data;
        break;
    default:
        operation->words[0] = AMOADD(data, address, RANDOM_REGISTER());
    }
}

static void make_preempt(struct operation *operation)
{
    uint32_t now = RANDOM_REGISTER();
    uint32_t deadline = now == 31 ? 1 : now + 1;
    uint64_t span = ticks_of_microseconds(option_number("preempt_us", 25000));

    state->x[IN][deadline] = time_now() + span;
    operation->words[0] = CSRR(now, 0xc01);
    operation->words[1] = BLTU_BACK_4(now, deadline);
    operation->changed = 1u << now;
}

static void make_call(struct operation *operation, uint64_t eid, uint64_t fid)
{
    state->x[IN][17] = eid;
    state->x[IN][16] = fid;
    operation->words[0] = ECALL_WORD;
    operation->changed = 1u << 10 | 1u << 11;
}

static struct operation make_operation(enum kind kind)
{
    struct operation operation = {.words = {NOP, NOP, NOP, NOP}};
    uint32_t some = RANDOM_REGISTER();

    if (kind == ECALL)
        make_call(&operation, SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION);
    if (kind == YIELD)
        make_call(&operation, SBI_EXT_PV, SBI_PV_YIELD);
    if (kind >= LOAD_FILL && kind <= AMO_FILL)
        make_fill(&operation, kind);
    if (kind == PREEMPT)
        make_preempt(&operation);
    if (kind == WFI)
        operation.words[0] = WFI_WORD;
    if (kind == CYCLE) {
        operation.words[0] = CSRR(some, INSTRET_CSR);
        operation.changed = 1u << some;
    }
    if (kind == ILLEGAL)
        operation.words[0] = 0x0000000b;
    if (kind == ACCESS_FAULT) {
        state->x[IN][some] = board.memory.start + board.memory.bytes + (random_next() & 0xfffff8);
        operation.words[0] = LD(RANDOM_REGISTER(), some);
    }
    operation.traps_in_guest = traps_in_guest(kind);
    return operation;
}

static void fill_patterns(enum kind kind)
{
    for (unsigned i = 0; i < 32; i++) {
        state->x[IN][i] = random_next();
        state->f[IN][i] = random_next();
        state->x[OUT][i] = state->f[OUT][i] = 0;
    }
    for (unsigned i = 0; i < CSRS; i++)
        state->csr[IN][i] = random_next();
    state->csr[IN][SSTATUS] =
        (random_next() & (SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR)) | SSTATUS_FS;
    state->csr[IN][STVEC] &= ~3ull;
    state->csr[IN][SCAUSE] &= CAUSE_INTERRUPT | 15;
    state->csr[IN][SCOUNTEREN] |= 2;
    state->csr[IN][FCSR] &= 0x7f;
    state->csr[IN][SATP] = csr_read(satp);
    if (kind == WFI)
        state->csr[IN][SIE] |= IE_TIMER;
    if (traps_in_guest(kind)) {
        state->csr[IN][STVEC] = (uintptr_t)skip_vector;
        state->csr[IN][SSTATUS] |= SSTATUS_SPP;
    }
}

static void expect_same(enum kind kind, unsigned index, uint64_t in, uint64_t out, const char *what)
{
    if (!expect_equal(in, out, what))
        explain("registers: %s: register %u\n", kind_names[kind], (uint64_t)index);
}

static void expect_csrs(enum kind kind, bool trapped)
{
    for (unsigned i = 0; i < CSRS; i++) {
        if (trapped && (i == SSTATUS || i == SEPC || i == SCAUSE || i == STVAL))
            continue;
        if (!expect_equal(state->csr[IN][i], state->csr[OUT][i], "a supervisor CSR survives"))
            explain("registers: %s: %s\n", kind_names[kind], csr_names[i]);
    }
}

/* What the runtime itself keeps in these CSRs must be there again afterwards. */
static void run_round(void)
{
    uint64_t status = csr_read(sstatus);
    uint64_t enabled = csr_read(sie);
    uint64_t scratch = csr_read(sscratch);

    csr_clear(sstatus, SSTATUS_SIE);
    fence_i();
    registers_round();
    csr_write(stvec, (uintptr_t)trap_vector);
    csr_write(sscratch, scratch);
    csr_write(sie, enabled);
    csr_write(sstatus, status);
}

static void round_of(enum kind kind)
{
    fill_patterns(kind);

    struct operation operation = make_operation(kind);
    uint32_t *slot = (uint32_t *)registers_slot;

    for (unsigned i = 0; i < 4; i++)
        slot[i] = operation.words[i];
    if (kind == WFI)
        timer_arm(time_now() + ticks_of_microseconds(20 + random_below(200)));
    run_round();
    if (kind == WFI)
        timer_stop();

    for (unsigned i = 1; i < 32; i++)
        if (!(operation.changed >> i & 1))
            expect_same(kind, i, state->x[IN][i], state->x[OUT][i], "a general register survives");
    for (unsigned i = 0; i < 32; i++)
        if (!(operation.changed_float >> i & 1))
            expect_same(kind, i, state->f[IN][i], state->f[OUT][i], "an FP register survives");
    expect_csrs(kind, operation.traps_in_guest);
    counter_add(kind, kind_names[kind], 1);
    probe_report.rounds++;
}

/* vCPU 1, if there is one, runs in between with other things in all of its registers. */
static void stir(struct vcpu *self)
{
    (void)self;
    registers_stir();
}

void probe_main(void)
{
    uint64_t rounds = option_number("rounds", 50);
    uint64_t *root = paging_root();

    counter_traps = trap_catch(read_instret, 0, 0, 0).cause != NO_TRAP;
    if (board.cpu_count > 1)
        expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(1, stir, 0), "vCPU 1 starts");

    state = (struct state *)page_new();
    *paging_entry(root, 0, 0) = paging_leaf((uintptr_t)state, PTE_RW);
    fresh_page = (uintptr_t)__image_end + (2 << 20);
    paging_on(root, random_below(0x10000));
    for (enum kind kind = 0; kind < KINDS; kind++) {
        uint64_t count = kind == PREEMPT ? (rounds + 9) / 10 : rounds;

        if (kind == YIELD && !sbi_has(SBI_EXT_PV))
            continue;
        for (uint64_t i = 0; i < count; i++)
            round_of(kind);
    }
    paging_off();
}
