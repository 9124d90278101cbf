/* Code that changes itself, in one's own mode or as data of another page of tables; FP. */
#include "generator/generator.h"

enum { ADDRESS = 5, VALUE = 6, RESULT = 7 };

/* A piece that writes one of its own instructions, and fences. */
static void change_self(struct worker *w)
{
    unsigned how = draw_below(w, 2) ? PIECE_USER : 0;
    uint32_t value = (uint32_t)draw_below(w, 2048);
    struct attempt *attempt = piece_begin(w);

    attempt->x[ADDRESS] = piece_address(w, how, (uintptr_t)&w->piece[2]);
    attempt->x[VALUE] = ADDI(RESULT, 0, value);
    piece_add(w, STORE(2, VALUE, ADDRESS));
    piece_add(w, FENCE_I);
    piece_add(w, ADDI(RESULT, 0, value ^ 1));
    if (expect_true(piece_run(w, how, 1u << RESULT), attempt->cause, "code may change itself"))
        expect_equal(value, attempt->x[RESULT], "after fence.i the new instruction is executed");
}

/* Each word was another instruction a piece before. */
static void arithmetic(struct worker *w)
{
    struct attempt *attempt = piece_begin(w);
    uint64_t sum = attempt->x[RESULT];

    for (uint64_t i = draw_below(w, PIECE_WORDS - 2); i; i--) {
        uint32_t value = (uint32_t)draw_below(w, 2048);

        piece_add(w, ADDI(RESULT, RESULT, value));
        sum += value;
    }
    if (expect_true(piece_run(w, draw_below(w, 2) ? PIECE_INTERRUPTS : 0, 1u << RESULT),
                    attempt->cause, "code runs to its end"))
        expect_equal(sum, attempt->x[RESULT], "code computes what it says");
}

/* Compressed instructions, with one of four bytes across a boundary of four. */
static void compressed(struct worker *w)
{
    struct attempt *attempt = piece_begin(w);
    uint64_t before = attempt->x[RESULT];
    uint32_t addi = ADDI(RESULT, RESULT, 100);

    piece_add(w, 0x0001u | addi << 16);       /* c.nop */
    piece_add(w, addi >> 16 | 0x0385u << 16); /* c.addi x7, 1 */
    if (piece_run(w, 0, 1u << RESULT))
        expect_equal(before + 101, attempt->x[RESULT], "compressed instructions are executed");
    else
        expect_equal(CAUSE_ILLEGAL, attempt->cause, "compressed instructions run or are refused");
}

const struct operation code[] = {
    {"code", 5, change_self},
    {"code", 4, arithmetic},
    {"code", 3, compressed},
    {NULL, 0, NULL},
};

/* ---- FP: what the 32 registers hold is known over all other operations ---- */

static void float_fill(struct worker *w)
{
    for (unsigned i = 0; i < 32; i++)
        w->f[i] = draw_data(w);
    float_load_all(w->f);
    w->has_f = true;
}

static void float_check(struct worker *w)
{
    uint64_t now[32], changed = 0;

    if (!w->has_f)
        return;
    float_store_all(now);
    for (unsigned i = 0; i < 32; i++)
        changed |= (uint64_t)(now[i] != w->f[i]) << i;
    expect_equal(0, changed, "FP registers hold what was put there (mask of those that do not)");
    if (changed)
        float_fill(w);
}

static void float_change(struct worker *w)
{
    float_check(w);
    float_fill(w);
}

/* An instruction, with an exit before it or behind it. */
static void float_compute(struct worker *w)
{
    static const uint32_t operations[] = {
        0x02007053, 0x0a007053, 0x12007053, 0x1a007053, 0x5a007053, /* fadd.d … fsqrt.d */
        0x22000053, 0x2a000053, 0x00007053, 0x10007053, /* fsgnj.d, fmin.d, fadd.s … */
    };
    uint32_t word = operations[draw_below(w, sizeof operations / sizeof operations[0])];
    unsigned rd = (unsigned)draw_below(w, 32);
    uint64_t now[32];
    bool call_first = draw_below(w, 2);

    float_check(w);
    if (!w->has_f)
        float_fill(w);

    struct attempt *attempt = piece_begin(w);

    attempt->x[REGISTER_A0 + 7] = SBI_EXT_BASE;
    attempt->x[REGISTER_A0 + 6] = 0;
    csr_write(fcsr, 0);
    if (word >> 25 != 0x2d)
        word |= (uint32_t)draw_below(w, 32) << 20;
    word |= rd << 7 | (uint32_t)draw_below(w, 32) << 15;
    if (call_first)
        piece_add(w, ECALL);
    piece_add(w, word);
    piece_add(w, ECALL);
    expect_true(piece_run(w, 0, 1u << REGISTER_A0 | 1u << REGISTER_A1), attempt->cause,
                "FP instructions are executed");
    float_store_all(now);
    w->f[rd] = now[rd];
    float_check(w);
}

/* With FS off FP is refused, and lost is nothing. */
static void float_off(struct worker *w)
{
    struct attempt *attempt = piece_begin(w);

    piece_add(w, 0x02007053u);
    piece_run(w, PIECE_NO_FLOAT | (draw_below(w, 2) ? PIECE_USER : 0), 0);
    expect_equal(CAUSE_ILLEGAL, attempt->cause, "FP is refused while sstatus.FS is off");
    float_check(w);
}

const struct operation floats[] = {
    {"floats", 6, float_check},
    {"floats", 4, float_change},
    {"floats", 8, float_compute},
    {"floats", 3, float_off},
    {NULL, 0, NULL},
};
