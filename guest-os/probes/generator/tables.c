/*
 * Tables of its own, Sv39, Sv48 and Sv57, and what they allow to whom. All map the first GiB of RAM
 * to itself, and once more for user mode; a window of 512 pages is mapped as drawn.
 *
 *     Sv57 root [0] -> Sv48 root [0] -> Sv39 root [2]    RAM, supervisor's
 *                                                 [64]   RAM, user's
 *                                                 [192] -> [0] -> window
 */
#include "generator/generator.h"

#define USER_SLOT   64
#define WINDOW_SLOT 192
#define WINDOW      ((uint64_t)WINDOW_SLOT << 30)
#define MODE_BARE   0ull
#define MODE_SV39   8ull

enum { ADDRESS = 5, VALUE = 6, RESULT = 7 };

static const uint64_t *middle[PROBE_MAX_VCPUS]; /* of the window: entries of 2 MiB */

void tables_init(struct worker *w)
{
    uint64_t ram = board.memory.start >> 30 << 30;

    w->root[0] = paging_root();
    w->root[0][USER_SLOT] = paging_leaf(ram, PTE_RWX | PTE_U);
    w->window = paging_entry(w->root[0], WINDOW, 0);
    middle[w->number] = paging_entry(w->root[0], WINDOW, 1);
    for (unsigned i = 1; i < 3; i++) {
        w->root[i] = page_new();
        w->root[i][0] = paging_leaf((uintptr_t)w->root[i - 1], 0);
    }
}

/* Fences one address or all, of one ASID or all: by itself, or through the SBI. */
static void fence(struct worker *w, uint64_t address)
{
    uint64_t asid = csr_read(satp) >> 44 & 0xffff;

    switch (draw_below(w, 5)) {
    case 0:
        sfence_vma();
        break;
    case 1:
        __asm__ volatile("sfence.vma %0, x0" ::"r"(address) : "memory");
        break;
    case 2:
        __asm__ volatile("sfence.vma %0, %1" ::"r"(address), "r"(asid) : "memory");
        break;
    case 3:
        call(w, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA, 1, w->number, address & ~0xfffull,
             PAGE_BYTES << draw_below(w, 8), draw_data(w));
        break;
    default:
        call(w, SBI_EXT_RFENCE, SBI_RFENCE_SFENCE_VMA_ASID, 1, w->number, address & ~0xfffull,
             PAGE_BYTES, asid);
    }
}

static void choose(struct worker *w, uint64_t mode)
{
    uint64_t value = mode << 60 | draw_below(w, 1 << 16) << 44;

    if (mode)
        value |= (uintptr_t)w->root[mode - MODE_SV39] >> 12;
    sfence_vma();
    csr_write(satp, mode ? value : 0);
    sfence_vma();
    expect_true(csr_read(satp) >> 60 == mode || mode > MODE_SV39, csr_read(satp),
                "satp takes bare and Sv39");
}

static void switch_mode(struct worker *w)
{
    static const uint64_t modes[] = {MODE_BARE, MODE_SV39, MODE_SV39, MODE_SV39 + 1, MODE_SV39 + 2};

    choose(w, modes[draw_below(w, sizeof modes / sizeof modes[0])]);
}

static void reserved_mode(struct worker *w)
{
    uint64_t before = csr_read(satp);

    csr_write(satp, (1 + draw_below(w, 7)) << 60 | draw_number(w) >> 20);
    expect_equal(before, csr_read(satp), "satp takes no reserved mode");
}

static void need_tables(struct worker *w)
{
    if (!csr_read(satp))
        choose(w, MODE_SV39);
}

/* May this mode do it? Privileged specification, "Virtual Address Translation Process". */
static bool allows(uint64_t entry, unsigned how, bool stores)
{
    bool user = how & PIECE_USER, readable = entry & PTE_R || (how & PIECE_MXR && entry & PTE_X);

    if (!(entry & PTE_V) || (entry & (PTE_R | PTE_W)) == PTE_W || !(entry & PTE_RWX & 0xe))
        return false;
    if (user ? !(entry & PTE_U) : entry & PTE_U && !(how & PIECE_SUM))
        return false;
    return stores ? (entry & PTE_W) != 0 : readable;
}

static void access_window(struct worker *w, uint64_t entry, struct cell *cell, uint64_t address,
                          bool is_ram)
{
    bool stores = draw_below(w, 2);
    unsigned how = (draw_below(w, 2) ? PIECE_USER : 0) | (draw_below(w, 2) ? PIECE_SUM : 0) |
                   (draw_below(w, 2) ? PIECE_MXR : 0);
    struct attempt *attempt = piece_begin(w);

    attempt->x[ADDRESS] = address;
    piece_add(w, stores ? STORE(3, VALUE, ADDRESS) : LOAD(3, RESULT, ADDRESS));

    bool done = piece_run(w, how, stores ? 0 : 1u << RESULT);

    if (!allows(entry, how, stores)) {
        expect_equal(stores ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE, attempt->cause,
                     "what a table does not allow is a page fault");
        expect_equal(address, attempt->tval, "stval of a page fault is its address");
        return;
    }
    if (!is_ram) {
        expect_true(attempt->cause == CAUSE_LOAD_ACCESS || attempt->cause == CAUSE_STORE_ACCESS,
                    attempt->cause, "a table that leads nowhere gives access faults");
        expect_equal(address, attempt->tval, "stval of an access fault is the virtual address");
        return;
    }
    if (!expect_true(done, attempt->cause, "what a table allows goes through"))
        return;
    if (stores)
        cell->value = attempt->x[VALUE];
    else
        expect_equal(cell->value, attempt->x[RESULT], "a table leads where it says");
}

/* A page of the window: changed, fenced, used. */
static void map_page(struct worker *w)
{
    struct cell *cell = &w->cell[4 * draw_below(w, CELLS / 4) + 1];
    uint64_t page = draw_below(w, 512), address = WINDOW + page * PAGE_BYTES;
    bool is_ram = draw_below(w, 4) != 0;
    uint64_t target = is_ram ? cell->address : draw_nowhere(w) & 0xffffffffffffff;
    uint64_t bits = draw_below(w, 4) ? PTE_RW | (draw_below(w, 2) ? PTE_U : 0)
                                     : PTE_A | PTE_D | (draw_below(w, 32) & 0x1e);
    uint64_t entry = paging_leaf(target & ~(PAGE_BYTES - 1), bits);

    need_tables(w);
    if (!(bits & (PTE_R | PTE_W | PTE_X)))
        entry &= ~PTE_V; /* a pointer at the last level is a page fault as well */
    w->window[page] = entry;
    fence(w, address);
    for (uint64_t i = 1 + draw_below(w, 3); i; i--)
        access_window(w, entry, cell, address + cell->address % PAGE_BYTES, is_ram);
}

/* Addresses that no table can have, entries that no walk may take. */
static void lead_astray(struct worker *w)
{
    struct attempt *attempt;
    uint64_t slot = 1 + draw_below(w, 8); /* of 2 MiB each; the window itself is the first */
    uint64_t *large = (uint64_t *)(uintptr_t)&middle[w->number][slot];
    uint64_t address = WINDOW + (slot << 21) + 8 * draw_below(w, 1 << 18);

    need_tables(w);
    *large = draw_below(w, 2) ? paging_leaf((uintptr_t)w->cell[0].address | PAGE_BYTES, PTE_RW)
                              : draw_number(w) << 54 | paging_leaf(ram_end, PTE_W);
    if (draw_below(w, 4) == 0)
        address = 1ull << 62 | draw_number(w) >> 2;
    fence(w, address);
    attempt = piece_begin(w);
    attempt->x[ADDRESS] = address & ~7ull;
    piece_add(w, LOAD(3, RESULT, ADDRESS));
    piece_run(w, 0, 0);
    expect_equal(CAUSE_LOAD_PAGE, attempt->cause, "a table that leads astray is a page fault");
    *large = 0;
    fence(w, address);
    sfence_vma();
}

/* A table in nowhere, or one that is its own entry: the walk ends. */
static void walk_nowhere(struct worker *w)
{
    uint64_t *large = (uint64_t *)(uintptr_t)middle[w->number] + 9;
    struct attempt *attempt;
    bool self = draw_below(w, 2);
    uint64_t table = self ? (uintptr_t)middle[w->number] : draw_nowhere(w) & 0xffffffffff000;

    need_tables(w);
    *large = paging_leaf(table & ~(PAGE_BYTES - 1), 0);
    sfence_vma();
    attempt = piece_begin(w);
    attempt->x[ADDRESS] = WINDOW + (9ull << 21) + (self ? 9 * PAGE_BYTES : 0);
    piece_add(w, LOAD(3, RESULT, ADDRESS));
    piece_run(w, 0, 0);
    expect_equal(self ? CAUSE_LOAD_PAGE : CAUSE_LOAD_ACCESS, attempt->cause,
                 "a walk through nowhere is an access fault, one in a circle a page fault");
    *large = 0;
    sfence_vma();
}

const struct operation tables[] = {
    {"tables", 6, switch_mode}, {"tables", 2, reserved_mode}, {"tables", 12, map_page},
    {"tables", 3, lead_astray}, {"tables", 2, walk_nowhere},  {NULL, 0, NULL},
};
