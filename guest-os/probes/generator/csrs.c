/*
 * CSRs by number: read, written, set and cleared, from supervisor and user mode. What supervisor
 * mode has keeps what was written to it across an exit; what lies above is an illegal instruction.
 */
#include "generator/generator.h"

#define SUPERVISOR 1

enum { RESULT = 5, VALUE = 6, KEPT = 7, AGAIN = 28 };

/* csrrw, csrrs, csrrc and their immediate forms. */
static uint32_t draw_access(struct worker *w, unsigned csr)
{
    static const uint32_t functions[] = {1, 2, 3, 5, 6, 7};

    return CSR(functions[draw_below(w, 6)], RESULT, csr, VALUE);
}

/* Above supervisor mode; from user mode, supervisor's own too. */
static void forbidden(struct worker *w)
{
    bool user = draw_below(w, 2);
    unsigned level = user ? 1 + (unsigned)draw_below(w, 3) : 2 + (unsigned)draw_below(w, 2);
    unsigned csr = (unsigned)draw_below(w, 4) << 10 | level << 8 | (unsigned)draw_below(w, 256);
    struct attempt *attempt = piece_begin(w);
    uint32_t instruction = draw_access(w, csr);

    piece_add(w, instruction);
    piece_run(w, user ? PIECE_USER : 0, 0);
    expect_equal(CAUSE_ILLEGAL, attempt->cause, "a CSR above its mode is refused");
    expect_true(attempt->tval == 0 || attempt->tval == (uint64_t)instruction, attempt->tval,
                "stval of an illegal instruction is the instruction or 0");
    expect_equal(attempt->pc, attempt->epc, "sepc of an illegal instruction is its place");
}

/* Written, read back behind an exit, and put back as it was: nothing comes in between. */
static void kept(struct worker *w)
{
    static const struct {
        uint16_t csr;
        uint64_t holds; /* the bits that any value keeps */
    } with[] = {
        {0x140, ~0ull},            /* sscratch */
        {0x141, ~3ull},            /* sepc */
        {0x142, 0xf | 1ull << 63}, /* scause: the codes that are defined */
        {0x143, ~0ull},            /* stval */
        {0x105, ~3ull},            /* stvec */
        {0x104, IE_SOFTWARE | IE_TIMER},
        {0x106, 7},    /* scounteren */
        {0x003, 0xff}, /* fcsr */
        {0x001, 0x1f},
        {0x002, 7},
    };
    unsigned which = (unsigned)draw_below(w, sizeof with / sizeof with[0]);
    unsigned csr = with[which].csr;
    struct attempt *attempt = piece_begin(w);

    if (csr == 0x104) /* QEMU 7.2 takes bit n + 1 of sie for bit n as well */
        attempt->x[VALUE] &= IE_SOFTWARE | IE_TIMER | IE_EXTERNAL;
    if (csr == 0x142)
        attempt->x[VALUE] = draw_below(w, 2) << 63 | draw_below(w, 8);
    if (csr == 0x105)
        attempt->x[VALUE] &= ~3ull;
    if (csr == 0x141) /* its low bits read as zero, or not; virtual addresses of any size */
        attempt->x[VALUE] = draw_data(w) & 0x3ffffffffcull;
    if (csr == 0x143 || csr == 0x105)
        attempt->x[VALUE] &= 0x3ffffffffcull;
    attempt->x[REGISTER_A0 + 7] = SBI_EXT_BASE;
    attempt->x[REGISTER_A0 + 6] = draw_below(w, 3);
    piece_add(w, CSR(1, RESULT, csr, VALUE));
    if (draw_below(w, 2))
        piece_add(w, ECALL);
    piece_add(w, CSR(2, KEPT, csr, 0));
    piece_add(w, CSR(1, AGAIN, csr, RESULT));
    if (!expect_true(piece_run(w, 0,
                               1u << RESULT | 1u << KEPT | 1u << AGAIN | 1u << REGISTER_A0 |
                                   1u << REGISTER_A1),
                     attempt->cause, "supervisor mode's CSRs can be used"))
        return;
    if (!expect_equal(attempt->x[VALUE] & with[which].holds, attempt->x[KEPT] & with[which].holds,
                      "a CSR keeps what was written to it"))
        explain("generator: CSR 0x%x\n", (uint64_t)csr);
    expect_equal(attempt->x[KEPT], attempt->x[AGAIN], "a CSR reads the same twice");
}

/* Counters answer or are refused; none goes back; none can be written. */
static void counter(struct worker *w)
{
    unsigned csr = 0xc00 + (unsigned)(draw_below(w, 3) ? draw_below(w, 3) : draw_below(w, 32));
    unsigned how = draw_below(w, 2) ? PIECE_USER : 0;
    bool writes = draw_below(w, 4) == 0;
    struct attempt *attempt = piece_begin(w);

    csr_write(scounteren, draw_number(w));
    piece_add(w, writes ? CSR(1, RESULT, csr, VALUE) : CSR(2, RESULT, csr, 0));
    piece_add(w, CSR(2, KEPT, csr, 0));
    if (!piece_run(w, how, 1u << RESULT | 1u << KEPT)) {
        expect_equal(CAUSE_ILLEGAL, attempt->cause, "a counter answers or is refused");
        expect_true(writes || csr != 0xc01 || how, csr, "supervisor mode reads time");
        return;
    }
    expect_true(!writes, csr, "a counter is not written");
    expect_true(attempt->x[KEPT] >= attempt->x[RESULT], attempt->x[KEPT], "no counter goes back");
}

/* Any number, written as it was read; what is left out would end this guest's own work. */
static void any(struct worker *w)
{
    unsigned csr = (unsigned)draw_below(w, 4096);
    struct attempt *attempt = piece_begin(w);

    if (csr == 0x100 || csr == 0x144 || csr == CSR_STIMECMP)
        return;
    piece_add(w, CSR(2, RESULT, csr, 0));
    if (csr >> 10 != 3 && draw_below(w, 2))
        piece_add(w, CSR(1, KEPT, csr, RESULT));
    if (piece_run(w, 0, 1u << RESULT | 1u << KEPT))
        expect_true((csr >> 8 & 3) <= SUPERVISOR, csr, "a CSR above supervisor mode is refused");
    else
        expect_equal(CAUSE_ILLEGAL, attempt->cause, "a CSR answers or is refused");
}

/* sstatus takes any value; the piece goes on under it. */
static void status(struct worker *w)
{
    struct attempt *attempt = piece_begin(w);

    csr_write(sie, 0);
    attempt->x[VALUE] = draw_number(w);
    attempt->x[REGISTER_A0 + 7] = SBI_EXT_BASE;
    attempt->x[REGISTER_A0 + 6] = draw_below(w, 3);
    piece_add(w, CSR(1, RESULT, 0x100, VALUE));
    piece_add(w, CSR(2, KEPT, 0x100, 0));
    piece_add(w, ECALL);
    piece_add(w, CSR(2, AGAIN, 0x100, 0));
    expect_true(
        piece_run(w, 0,
                  1u << RESULT | 1u << KEPT | 1u << AGAIN | 1u << REGISTER_A0 | 1u << REGISTER_A1),
        attempt->cause, "sstatus takes any value");
    expect_equal(attempt->x[KEPT], attempt->x[AGAIN], "a call leaves sstatus as it was");
}

/* Reserved, hypervisor's and machine's instructions. */
static void instruction(struct worker *w)
{
    static const uint32_t words[] = {
        0x22a50073, 0x62a50073, 0x60054573, 0x6ea54073, 0x30200073, 0x0000000b, 0xffffffff,
        0x7b200073, 0x00000000, 0x62000073, 0x22000073, 0x6c05c573, 0xfe00707f,
    };
    uint32_t word = words[draw_below(w, sizeof words / sizeof words[0])];
    struct attempt *attempt = piece_begin(w);

    piece_add(w, word);
    piece_run(w, draw_below(w, 2) ? PIECE_USER : 0, 0);
    expect_equal(CAUSE_ILLEGAL, attempt->cause, "what no guest may execute is refused");
    expect_equal(attempt->pc, attempt->epc, "sepc of an illegal instruction is its place");
}

const struct operation csrs[] = {
    {"csrs", 6, forbidden}, {"csrs", 10, kept},  {"csrs", 6, counter},
    {"csrs", 6, any},       {"csrs", 4, status}, {"instructions", 4, instruction},
    {NULL, 0, NULL},
};
