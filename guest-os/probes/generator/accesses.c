/*
 * Loads, stores and atomics of all widths: to cells of RAM, some across pages, which hold what was
 * last stored; to nothing and over RAM's end, which are access faults; jumps to nothing.
 */
#include "generator/generator.h"

#define CELL_ROOM (2 * PAGE_BYTES)
#define ROOMS     (CELLS + 1) /* of a vCPU; the last is the text across pages */

enum { ADDRESS = 5, VALUE = 6, RESULT = 7 };

void cells_init(struct worker *w)
{
    uint64_t first = ((uintptr_t)__image_end + CELL_ROOM - 1) / CELL_ROOM * CELL_ROOM;

    for (unsigned i = 0; i < CELLS; i++) {
        uint64_t at = draw_below(w, CELL_ROOM - 8);

        if (i % 4 == 0)
            at = PAGE_BYTES - 1 - draw_below(w, 7);
        w->cell[i].address =
            first + (w->number * ROOMS + i) * CELL_ROOM + (i % 4 == 1 ? at & ~7ull : at);
        w->cell[i].value = 0; /* RAM that nobody has touched is zero */
    }
    w->crossing = (char *)(uintptr_t)(first + (w->number * ROOMS + CELLS) * CELL_ROOM + PAGE_BYTES -
                                      CROSSING / 2);
    if ((uintptr_t)w->crossing + CELL_ROOM > board.device_tree.start)
        probe_unable("more memory: 8M are enough");
}

static unsigned draw_mode(struct worker *w)
{
    return draw_below(w, 3) ? 0 : PIECE_USER;
}

static uint64_t low_bytes(uint64_t value, unsigned bytes)
{
    return bytes == 8 ? value : value & ((1ull << 8 * bytes) - 1);
}

static uint64_t sign_extended(uint64_t value, unsigned bytes)
{
    unsigned spare = 64 - 8 * bytes;

    return (uint64_t)((int64_t)(value << spare) >> spare);
}

static void load_cell(struct worker *w)
{
    struct cell *cell = &w->cell[draw_below(w, CELLS)];
    unsigned how = draw_mode(w), log = (unsigned)draw_below(w, 4), bytes = 1u << log;
    unsigned at = (unsigned)draw_below(w, 9 - bytes);
    bool is_unsigned = log < 3 && draw_below(w, 2);
    struct attempt *attempt = piece_begin(w);
    uint64_t part = low_bytes(cell->value >> 8 * at, bytes);

    attempt->x[ADDRESS] = piece_address(w, how, cell->address + at);
    piece_add(w, LOAD(log | (is_unsigned ? 4 : 0), RESULT, ADDRESS));
    if (expect_true(piece_run(w, how, 1u << RESULT), attempt->cause, "RAM can be loaded"))
        expect_equal(is_unsigned ? part : sign_extended(part, bytes), attempt->x[RESULT],
                     "RAM holds what was last stored, at first zero");
}

static void store_cell(struct worker *w)
{
    struct cell *cell = &w->cell[draw_below(w, CELLS)];
    unsigned how = draw_mode(w), log = (unsigned)draw_below(w, 4), bytes = 1u << log;
    unsigned at = (unsigned)draw_below(w, 9 - bytes);
    struct attempt *attempt = piece_begin(w);
    uint64_t mask = low_bytes(~0ull, bytes) << 8 * at;

    attempt->x[ADDRESS] = piece_address(w, how, cell->address + at);
    piece_add(w, STORE(log, VALUE, ADDRESS));
    if (expect_true(piece_run(w, how, 0), attempt->cause, "RAM can be stored to"))
        cell->value = (cell->value & ~mask) | (attempt->x[VALUE] << 8 * at & mask);
}

/* amoswap, amoadd, amoxor, amoor, amoand, and lr with sc. */
static void atomic_cell(struct worker *w)
{
    struct cell *cell = &w->cell[4 * draw_below(w, CELLS / 4) + 1]; /* the aligned ones */
    unsigned how = draw_mode(w), which = (unsigned)draw_below(w, 6);
    static const unsigned function[] = {1, 0, 4, 8, 12};
    struct attempt *attempt = piece_begin(w);
    uint64_t old = cell->value, value = attempt->x[VALUE];
    const uint64_t made[] = {value, old + value, old ^ value, old | value, old & value, value};

    attempt->x[ADDRESS] = piece_address(w, how, cell->address);
    if (which < 5) {
        piece_add(w, AMO(function[which], 3, RESULT, ADDRESS, VALUE));
    } else {
        piece_add(w, AMO(2, 3, RESULT, ADDRESS, 0));
        piece_add(w, AMO(3, 3, 28, ADDRESS, VALUE));
    }
    if (!expect_true(piece_run(w, how, 1u << RESULT | (which == 5 ? 1u << 28 : 0)), attempt->cause,
                     "atomics work in RAM"))
        return;
    expect_equal(old, attempt->x[RESULT], "an atomic finds what was last stored");
    if (which < 5 || attempt->x[28] == 0) /* sc may fail */
        cell->value = made[which];
}

static bool is_access_fault(uint64_t cause)
{
    return cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS ||
           cause == CAUSE_LOAD_MISALIGN || cause == CAUSE_STORE_MISALIGN;
}

/* Nothing is there: an access fault, by any instruction; and no register changes. */
static void touch_nothing(struct worker *w)
{
    bool over_end = draw_below(w, 3) == 0;
    unsigned log = over_end ? 1 + (unsigned)draw_below(w, 3) : (unsigned)draw_below(w, 4);
    uint64_t address = draw_nowhere(w);
    struct attempt *attempt = piece_begin(w);

    csr_write(satp, 0);
    sfence_vma();
    if (over_end)
        address = ram_end - 1 - draw_below(w, (1u << log) - 1);
    attempt->x[ADDRESS] = address;
    switch (over_end ? draw_below(w, 2) : draw_below(w, 4)) {
    case 0:
        piece_add(w, LOAD(log, RESULT, ADDRESS));
        break;
    case 1:
        piece_add(w, STORE(log, VALUE, ADDRESS));
        break;
    case 2:
        attempt->x[ADDRESS] = address &= ~7ull;
        piece_add(w, AMO(0, 3, RESULT, ADDRESS, VALUE));
        break;
    default:
        attempt->x[ADDRESS] = address &= ~7ull;
        piece_add(w, AMO(2, 3, RESULT, ADDRESS, 0));
    }
    piece_run(w, draw_mode(w), 0);
    expect_true(is_access_fault(attempt->cause), attempt->cause,
                "what holds nothing is an access fault");
    expect_true(attempt->tval >= address && attempt->tval < address + (1u << log) + 8,
                attempt->tval, "stval of an access fault is its address");
}

static void jump_to_nothing(struct worker *w)
{
    struct attempt *attempt = piece_begin(w);
    uint64_t address = draw_nowhere(w) & ~3ull;

    csr_write(satp, 0);
    sfence_vma();
    attempt->x[ADDRESS] = address;
    piece_add(w, JALR(0, ADDRESS));
    piece_run(w, draw_mode(w), 0);
    expect_equal(CAUSE_FETCH_ACCESS, attempt->cause, "a jump to nothing is a fetch access fault");
    expect_equal(address, attempt->epc, "sepc of a fetch fault is where it was to go on");
    expect_equal(address, attempt->tval, "stval of a fetch fault is its address");
}

/* The whole of what is left of RAM, a page here and there: filled at the first touch. */
static void touch_fresh(struct worker *w)
{
    uint64_t first = w->cell[0].address / CELL_ROOM * CELL_ROOM +
                     (board.cpu_count - w->number) * ROOMS * CELL_ROOM;
    uint64_t room = board.device_tree.start - first - 8;
    struct attempt *attempt = piece_begin(w);

    if (first + 8 >= board.device_tree.start)
        return;
    attempt->x[ADDRESS] = first + (draw_below(w, room) & ~7ull);
    piece_add(w, LOAD(3, RESULT, ADDRESS));
    if (expect_true(piece_run(w, 0, 1u << RESULT), attempt->cause, "all of RAM is there"))
        expect_equal(0, attempt->x[RESULT], "RAM that nobody has stored to is zero");
}

const struct operation accesses[] = {
    {"accesses", 8, load_cell},
    {"accesses", 8, store_cell},
    {"accesses", 6, atomic_cell},
    {"faults", 8, touch_nothing},
    {"faults", 3, jump_to_nothing},
    {"accesses", 4, touch_fresh},
    {NULL, 0, NULL},
};
