/* Pieces of code: written by an operation, run with all registers drawn, ended by a trap. */
#include "generator/generator.h"

_Static_assert(offsetof(struct attempt, pc) == ATTEMPT_PC, "generator/layout.h");
_Static_assert(offsetof(struct attempt, status) == ATTEMPT_STATUS, "generator/layout.h");
_Static_assert(offsetof(struct worker, context) == 0, "generator/piece.S");
_Static_assert(offsetof(struct worker, resumed_hart) == WORKER_RESUMED, "generator/layout.h");
_Static_assert(offsetof(struct worker, vcpu) == WORKER_VCPU, "generator/layout.h");

/* The user's view of RAM's first GiB, when paging is on: tables.c. */
#define USER_ALIAS 0x1000000000ull

#define SSTATUS_UXL_64 (2ull << 32) /* some machines let user mode have 32 bits */

static const unsigned kept[16] = {1, 2, 3, 4, 8, 9, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27};

struct attempt *piece_begin(struct worker *w)
{
    w->words = 0;
    w->attempt.x[0] = 0;
    for (unsigned i = 1; i < 32; i++)
        w->attempt.x[i] = draw_data(w);
    return &w->attempt;
}

void piece_add(struct worker *w, uint32_t instruction)
{
    if (w->words + 1 >= PIECE_WORDS)
        probe_abandon("a piece of code is short", w->words);
    w->piece[w->words++] = instruction;
}

uint64_t piece_address(struct worker *w, unsigned how, uint64_t physical)
{
    (void)w;
    if (!(how & PIECE_USER) || !csr_read(satp))
        return physical;
    return physical - (board.memory.start >> 30 << 30) + USER_ALIAS;
}

static uint64_t status_of(unsigned how)
{
    return SSTATUS_UXL_64 | (how & PIECE_USER ? 0 : SSTATUS_SPP) |
           (how & PIECE_INTERRUPTS ? SSTATUS_SPIE : 0) | (how & PIECE_SUM ? SSTATUS_SUM : 0) |
           (how & PIECE_MXR ? SSTATUS_MXR : 0) | (how & PIECE_NO_FLOAT ? 0 : SSTATUS_FS);
}

/* One fact for all of them: which registers have changed, as a mask. */
static void expect_unchanged(struct worker *w, const uint64_t before[32], uint32_t may)
{
    uint64_t changed = 0;

    for (unsigned i = 1; i < 32; i++)
        if (w->attempt.x[i] != before[i] && !(may >> i & 1))
            changed |= 1ull << i;
    expect_equal(0, changed, "only the registers that an instruction names have changed (mask)");
}

bool piece_run(struct worker *w, unsigned how, uint32_t may)
{
    struct attempt *attempt = &w->attempt;
    uint64_t before[32];

    w->piece[w->words] = how & PIECE_USER ? ECALL : EBREAK;
    for (unsigned i = 0; i < 32; i++)
        before[i] = attempt->x[i];
    attempt->pc = piece_address(w, how, (uintptr_t)w->piece);
    attempt->status = status_of(how);
    attempt->cause = NO_TRAP;
    fence_i();
    w->attempting = true;
    generator_enter(attempt, &w->context);
    expect_unchanged(w, before, may);
    note(w, attempt->cause);
    return attempt->cause == (how & PIECE_USER ? CAUSE_USER_ECALL : CAUSE_BREAKPOINT) &&
           attempt->epc == attempt->pc + 4ull * w->words;
}

/* on_exception: the piece ends here, and generator_enter returns. */
static bool piece_ended(struct trap_frame *frame)
{
    struct worker *w = worker_self();

    if (!w->attempting)
        return false;
    w->attempting = false;
    for (unsigned i = 1; i < 32; i++)
        w->attempt.x[i] = frame->x[i];
    w->attempt.cause = frame->scause;
    w->attempt.epc = frame->sepc;
    w->attempt.tval = frame->stval;
    for (unsigned i = 0; i < 16; i++)
        frame->x[kept[i]] = w->context.x[i];
    frame->sepc = w->context.x[0];
    frame->sstatus = SSTATUS_UXL_64 | SSTATUS_SPP | SSTATUS_FS;
    return true;
}

/* A wfi that an interrupt found waiting, or about to, is over. */
static void step_over_wfi(struct worker *w, struct trap_frame *frame)
{
    uint64_t from = w->attempt.pc;

    if (w->attempting && frame->sepc >= from && frame->sepc < from + 4ull * w->words &&
        w->piece[(frame->sepc - from) / 4] == WFI)
        frame->sepc += 4;
}

static void interrupted(struct trap_frame *frame, uint64_t number)
{
    struct worker *w = worker_self();

    w->interrupts[number & 15]++;
    step_over_wfi(w, frame);
    if (number == IRQ_TIMER) {
        expect_true(time_now() >= w->deadline, w->deadline, "no timer interrupt comes early");
        w->deadline = ~0ull;
        timer_stop();
        return;
    }
    if (number == IRQ_SOFTWARE) {
        csr_clear(sip, IE_SOFTWARE);
        return;
    }
    expect_true(false, number, "only software and timer interrupts come");
    csr_write(sie, 0);
}

void piece_init(void)
{
    on_exception = piece_ended;
    on_interrupt = interrupted;
}
