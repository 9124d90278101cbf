/* SBI calls with valid, boundary and junk arguments; each answer is one that SBI 2.0 allows. */
#include "generator/generator.h"

struct sbi_result call(struct worker *w, uint64_t eid, uint64_t fid, uint64_t a0, uint64_t a1,
                       uint64_t a2, uint64_t a3, uint64_t a4)
{
    struct attempt *attempt = piece_begin(w);
    const uint64_t given[8] = {a0, a1, a2, a3, a4, attempt->x[15], fid, eid};

    for (unsigned i = 0; i < 8; i++)
        attempt->x[REGISTER_A0 + i] = given[i];
    piece_add(w, ECALL);
    expect_true(piece_run(w, 0, 1u << REGISTER_A0 | (eid > 15 ? 1u << REGISTER_A1 : 0)),
                attempt->cause, "a call returns behind its ecall");
    return (struct sbi_result){(int64_t)attempt->x[REGISTER_A0], attempt->x[REGISTER_A1]};
}

void expect_error(struct worker *w, struct sbi_result result, uint32_t may, const char *fact)
{
    if (!expect_true(result.error <= 0 && result.error > -32 && may >> -result.error & 1,
                     (uint64_t)result.error, fact))
        explain("generator: a7 0x%x, a6 0x%x, a2 0x%x, a3 0x%x, a4 0x%x\n", w->attempt.x[17],
                w->attempt.x[16], w->attempt.x[12], w->attempt.x[13], w->attempt.x[14]);
    note(w, (uint64_t)result.error);
}

static bool known(struct worker *w, uint64_t eid)
{
    return call(w, SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, eid, draw_data(w), 0, 0, 0).value != 0;
}

static void base(struct worker *w)
{
    uint64_t fid = draw_below(w, 4) ? draw_below(w, 7) : draw_number(w);
    uint64_t argument = fid == SBI_BASE_PROBE_EXTENSION ? SBI_EXT_BASE : draw_data(w);
    struct sbi_result result = call(w, SBI_EXT_BASE, fid, argument, draw_data(w), 0, 0, 0);

    expect_error(w, result, fid <= SBI_BASE_GET_MIMPID ? SUCCESS : NOT_SUPPORTED,
                 "the Base extension answers what it has, and nothing else");
    if (fid == SBI_BASE_PROBE_EXTENSION)
        expect_true(result.value != 0, result.value, "the Base extension knows itself");
}

/* An extension that is not there, by itself or because of a bit too many. */
static void unknown(struct worker *w)
{
    static const uint64_t near[] = {
        SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFENCE, SBI_EXT_HSM, SBI_EXT_SRST,
        SBI_EXT_DBCN, SBI_EXT_STA,  SBI_EXT_PV,  0x53555350,     0x504d55,    0x4e41434c,
    };
    uint64_t eid = draw_number(w);

    if (draw_below(w, 2))
        eid = near[draw_below(w, sizeof near / sizeof near[0])] ^ 1ull << draw_below(w, 64);
    if (eid < 16 || known(w, eid))
        return;
    expect_error(w,
                 call(w, eid, draw_number(w), draw_data(w), draw_data(w), draw_data(w),
                      draw_data(w), draw_data(w)),
                 NOT_SUPPORTED, "an extension that is not there is NOT_SUPPORTED");
}

static void unknown_function(struct worker *w)
{
    static const struct {
        uint64_t eid, functions;
    } with[] = {{SBI_EXT_TIME, 1}, {SBI_EXT_IPI, 1},  {SBI_EXT_RFENCE, 7}, {SBI_EXT_HSM, 4},
                {SBI_EXT_SRST, 1}, {SBI_EXT_DBCN, 3}, {SBI_EXT_STA, 1},    {SBI_EXT_PV, 16}};
    unsigned which = (unsigned)draw_below(w, sizeof with / sizeof with[0]);
    uint64_t fid = draw_number(w);

    if (fid < with[which].functions)
        fid |= 1ull << (8 + draw_below(w, 56));
    expect_error(w,
                 call(w, with[which].eid, fid, draw_number(w), draw_number(w), draw_number(w),
                      draw_number(w), draw_number(w)),
                 NOT_SUPPORTED, "a function that is not there is NOT_SUPPORTED");
}

/* Harts by mask and base. Returns what SBI may answer; *self: the caller is among them. */
static uint32_t draw_harts(struct worker *w, uint64_t *mask, uint64_t *base_hart, bool *self)
{
    uint64_t everybody = (1ull << board.cpu_count) - 1;
    uint64_t kind = draw_below(w, 4);

    *mask = kind ? draw_number(w) & everybody : draw_number(w);
    *base_hart = kind == 1 ? ~0ull : kind == 2 ? draw_below(w, board.cpu_count) : 0;
    if (!kind)
        *base_hart = draw_number(w);
    *self = false;
    if (*base_hart == ~0ull) {
        *self = true;
        return SUCCESS;
    }
    if (!*mask)
        return SUCCESS | INVALID;
    if (*base_hart >= board.cpu_count || *mask & ~(everybody >> *base_hart))
        return INVALID;
    *self = *base_hart <= w->number && *mask >> (w->number - *base_hart) & 1;
    return SUCCESS;
}

static void ipi(struct worker *w)
{
    uint64_t mask, base_hart;
    bool self;
    uint32_t may = draw_harts(w, &mask, &base_hart, &self);

    csr_write(sie, 0);
    expect_error(
        w, call(w, SBI_EXT_IPI, SBI_IPI_SEND_IPI, mask, base_hart, draw_data(w), draw_data(w), 0),
        may, "an IPI goes to harts that are there");
    if (self)
        expect_equal(IE_SOFTWARE, csr_read(sip) & IE_SOFTWARE,
                     "an IPI to oneself is pending when the call returns");
    if (draw_below(w, 2))
        csr_clear(sip, IE_SOFTWARE);
}

static void rfence(struct worker *w)
{
    uint64_t mask, base_hart, fid = draw_below(w, 3);
    bool self;
    uint32_t may = draw_harts(w, &mask, &base_hart, &self);

    expect_error(w,
                 call(w, SBI_EXT_RFENCE, fid, mask, base_hart, draw_number(w), draw_number(w),
                      draw_number(w)),
                 fid == SBI_RFENCE_FENCE_I ? may : may | NO_ADDRESS,
                 "a remote fence goes to harts that are there");
}

/* Suspends of no known type, starts of those that run, states of anybody. */
static void hsm(struct worker *w)
{
    uint64_t hart = draw_below(w, 2) ? draw_below(w, board.cpu_count) : draw_number(w);
    bool exists = hart < board.cpu_count;
    struct sbi_result result;

    switch (draw_below(w, 3)) {
    case 0:
        result = call(w, SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, hart, draw_data(w), 0, 0, 0);
        expect_error(w, result, exists ? SUCCESS : INVALID, "every hart has a state, others none");
        if (hart == w->number)
            expect_equal(SBI_HSM_STARTED, result.value, "who asks for its own state runs");
        break;
    case 1:
        if (exists && hart != w->number)
            break; /* it may have stopped itself */
        expect_error(
            w, call(w, SBI_EXT_HSM, SBI_HSM_HART_START, hart, draw_number(w), draw_data(w), 0, 0),
            exists ? MAY(SBI_ERR_ALREADY_AVAILABLE) | NO_ADDRESS : INVALID | NO_ADDRESS,
            "who runs, or is not there, is not started");
        break;
    default:
        expect_error(
            w,
            call(w, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND,
                 1 + draw_below(w, 0x7fffffff) + (draw_below(w, 2) << 31) + (draw_data(w) << 32),
                 draw_number(w), draw_data(w), 0, 0),
            INVALID | NOT_SUPPORTED | NO_ADDRESS, "a suspend of no known type is refused");
    }
}

static void reset(struct worker *w)
{
    expect_error(w,
                 call(w, SBI_EXT_SRST, SBI_SRST_RESET,
                      3 + draw_below(w, 0xeffffffd) + (draw_data(w) << 32), draw_number(w),
                      draw_data(w), draw_data(w), 0),
                 INVALID | NOT_SUPPORTED, "a reset of no known type is refused");
}

static void paravirtual(struct worker *w)
{
    if (sbi_has(SBI_EXT_PV))
        expect_error(w,
                     call(w, SBI_EXT_PV, draw_below(w, 2) ? SBI_PV_YIELD : SBI_PV_FEATURES,
                          draw_data(w), draw_data(w), 0, 0, 0),
                     SUCCESS, "features and yield succeed");
}

const struct operation calls[] = {
    {"calls", 6, base},  {"calls", 6, unknown},     {"calls", 6, unknown_function},
    {"calls", 6, ipi},   {"calls", 6, rfence},      {"calls", 6, hsm},
    {"calls", 3, reset}, {"calls", 4, paravirtual}, {NULL, 0, NULL},
};
