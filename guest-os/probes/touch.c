/*
 * Proves demand fill: `pages=` (256) pages, `stride=` (4096) bytes apart, each touched for the
 * first time in the order order=up|down|random by a load, store, AMO or FP load, are zero and stay
 * this VM's; touched again they cost nothing. For a judge that counts mappings. Options offset= (4
 * MiB above the image); virtual=yes: with paging on, through addresses that are not those of RAM,
 * and one touch of what is no RAM. Reports facts; counters: pages touched; progress[0] grows with
 * each.
 */
#include "probe.h"

const char probe_name[] = "touch";

enum { FIRST, AGAIN };

#define MAX_PAGES 8192
#define WINDOW    0x3000000000ull /* virtual: the GiB at RAM's base, once more */
#define HOLE      0x20000000ull   /* into it: behind RAM */

static uint16_t order[MAX_PAGES];

static void draw_order(uint64_t pages)
{
    for (uint64_t i = 0; i < pages; i++)
        order[i] = (uint16_t)(option_is("order", "down") ? pages - 1 - i : i);
    for (uint64_t i = pages - 1; i && option_is("order", "random"); i--) {
        uint64_t other = random_below(i + 1);
        uint16_t held = order[i];

        order[i] = order[other];
        order[other] = held;
    }
}

static void touch_first(uint64_t address)
{
    static const touch how[] = {touch_load64, touch_store64, touch_amo, touch_load8,
                                touch_store8, touch_load16,  touch_lr};
    unsigned which = (unsigned)random_below(sizeof how / sizeof how[0]);
    struct trap trap = trap_catch(how[which], address + random_below(512) * 8, 0, 0);

    counter_add(FIRST, "first_touches", 1);
    expect_equal(NO_TRAP, trap.cause, "own RAM can be touched");
    if (how[which] != touch_store64 && how[which] != touch_store8)
        expect_equal(0, trap.value, "own RAM is zero at first touch");
    probe_report.progress[0]++;
}

/* RAM through a window; how far it is from RAM. A fault has two addresses then. */
static uint64_t open_window(void)
{
    uint64_t *root = paging_root();

    *paging_entry(root, WINDOW, 2) = paging_leaf(board.memory.start, PTE_RW);
    paging_on(root, 0);
    struct trap trap = trap_catch(touch_load64, WINDOW + HOLE, 0, 0);
    expect_equal(CAUSE_LOAD_ACCESS, trap.cause, "a load of nothing is a load access fault");
    expect_equal(WINDOW + HOLE, trap.tval, "stval is the address that was loaded from");
    return WINDOW - board.memory.start;
}

void probe_main(void)
{
    uint64_t stride = option_number("stride", PAGE_BYTES);
    uint64_t pages = option_number("pages", 256);
    uint64_t base = ((uintptr_t)__image_end + option_number("offset", 4 << 20)) & ~(PAGE_BYTES - 1);

    if (pages > MAX_PAGES || base + pages * stride > board.device_tree.start)
        probe_unable("room for that many pages");
    draw_order(pages);
    if (option_is("virtual", "yes"))
        base += open_window();
    for (uint64_t i = 0; i < pages; i++)
        touch_first(base + order[i] * stride);
    for (uint64_t i = 0; i < pages; i++) {
        expect_equal(NO_TRAP, trap_catch(touch_store64, base + i * stride, i, 0).cause,
                     "own RAM can be touched again");
        counter_add(AGAIN, "touched_again", 1);
    }
    for (uint64_t i = 0; i < pages; i++)
        expect_equal(i, *(volatile uint64_t *)(uintptr_t)(base + i * stride),
                     "own RAM keeps what was written");
    probe_report.rounds = pages;
}
