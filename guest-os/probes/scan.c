/*
 * Proves that a guest-physical address that holds nothing behaves as on a board: an access fault
 * in the guest, whatever touches it: load, store, AMO, fetch; and that all of its own RAM is there.
 * Scans steps of 2 MiB below 8 GiB, of 1 GiB up to 2^41, all powers of two, the edges of RAM, and
 * `rounds=` random addresses. Reports facts; counters: touches by kind, and addresses scanned.
 */
#include "probe.h"

const char probe_name[] = "scan";

#define MIB (1ull << 20)
#define GIB (1ull << 30)

enum { ADDRESSES, FAULTS, OWN_PAGES, SKIPPED, OTHER_CAUSE };

static bool overlaps(struct range range, uint64_t address, uint64_t bytes)
{
    return address < range.start + range.bytes && range.start < address + bytes;
}

/* Anything that the device tree names may answer, in its page. */
static bool is_device(uint64_t address)
{
    for (unsigned i = 0; i < board.device_count; i++)
        if (overlaps(board.devices[i], address & ~(PAGE_BYTES - 1), PAGE_BYTES))
            return true;
    return false;
}

static void expect_cause(uint64_t cause, struct trap trap, uint64_t address, const char *fact)
{
    counter_add(FAULTS, "faults", 1);
    if (!expect_equal(cause, trap.cause, fact))
        explain("scan: at 0x%x: %s, stval 0x%x\n", address,
                trap.cause == NO_TRAP ? "no trap" : cause_name(trap.cause), trap.tval);
    else
        expect_true(trap.tval == address || trap.tval == 0, trap.tval,
                    "stval of an access fault is the address or 0");
}

static void expect_nothing_at(uint64_t address)
{
    counter_add(ADDRESSES, "addresses", 1);
    if (is_device(address)) {
        counter_add(SKIPPED, "skipped_devices", 1);
        return;
    }
    expect_cause(CAUSE_LOAD_ACCESS, trap_catch(touch_load64, address, 0, 0), address,
                 "a load of nothing is a load access fault");
    expect_cause(CAUSE_LOAD_ACCESS, trap_catch(touch_load8, address, 0, 0), address,
                 "a byte load of nothing is a load access fault");
    expect_cause(CAUSE_STORE_ACCESS, trap_catch(touch_store64, address, 1, 0), address,
                 "a store to nothing is a store access fault");
    expect_cause(CAUSE_FETCH_ACCESS, trap_catch(touch_fetch, address & ~3ull, 0, 0),
                 address & ~3ull, "a fetch of nothing is a fetch access fault");

    struct trap amo = trap_catch(touch_amo, address, 1, 0);

    /* QEMU before 10 reports an AMO on nothing as a load (facts of the machine, not the guest's).
     */
    if (amo.cause == CAUSE_LOAD_ACCESS) {
        counter_add(OTHER_CAUSE, "amo_as_load", 1);
        return;
    }
    expect_cause(CAUSE_STORE_ACCESS, amo, address, "an AMO on nothing is a store access fault");
}

static bool is_memory(uint64_t address)
{
    return overlaps(board.memory, address, 8);
}

static void scan_outside(uint64_t from, uint64_t to, uint64_t step)
{
    for (uint64_t address = from; address < to; address += step)
        if (!is_memory(address))
            expect_nothing_at(address);
}

static void scan_powers(void)
{
    for (unsigned bit = 3; bit < 64; bit++) {
        uint64_t power = 1ull << bit;

        if (!is_memory(power))
            expect_nothing_at(power);
        if (!is_memory(power - 8))
            expect_nothing_at(power - 8);
    }
    expect_nothing_at(~7ull);
}

static void scan_edges(void)
{
    uint64_t end = board.memory.start + board.memory.bytes;

    expect_nothing_at(board.memory.start - 8);
    expect_nothing_at(end);
    expect_nothing_at(end + PAGE_BYTES - 8);
    expect_equal(NO_TRAP, trap_catch(touch_load64, end - 8, 0, 0).cause,
                 "the last bytes of RAM can be read");
    expect_equal(NO_TRAP, trap_catch(touch_load64, board.memory.start, 0, 0).cause,
                 "the first bytes of RAM can be read");

    /* Half in, half out: nothing of it may be stored. */
    trap_catch(touch_store32, end - 4, 0x600dda7a, 0);
    expect_true(trap_catch(touch_store64, end - 4, 0xbad, 0).cause != NO_TRAP, end,
                "a store across the end of RAM faults");
    expect_equal(0x600dda7a, trap_catch(touch_load32, end - 4, 0, 0).value,
                 "a store across the end of RAM stores nothing");
}

/* One word of each page of RAM that holds neither image nor device tree. */
static void scan_own(void)
{
    struct range image = {(uintptr_t)__image_start, (uintptr_t)(__image_end - __image_start)};
    uint64_t step = option_number("own_step", 16 * PAGE_BYTES);

    for (uint64_t at = 0; at < board.memory.bytes; at += step) {
        uint64_t address = board.memory.start + at;

        if (overlaps(image, address, PAGE_BYTES) ||
            overlaps(board.device_tree, address, PAGE_BYTES))
            continue;
        if (!expect_equal(NO_TRAP,
                          trap_catch(touch_store64, address, address ^ 0x5ca1ab1e, 0).cause,
                          "own RAM can be written") ||
            !expect_equal(address ^ 0x5ca1ab1e, trap_catch(touch_load64, address, 0, 0).value,
                          "own RAM keeps what was written"))
            return;
        counter_add(OWN_PAGES, "own_pages", 1);
    }
}

void probe_main(void)
{
    if (!in_a_vm() && !option_number("force", 0))
        probe_unable("a guest's address space: on a bare board devices would answer");
    scan_own();
    scan_edges();
    scan_powers();
    scan_outside(0, 8 * GIB, option_number("step", 2 * MIB));
    scan_outside(0, 1ull << 41, option_number("wide_step", GIB));
    for (uint64_t i = 0; i < option_number("rounds", 1000); i++) {
        uint64_t address = random_next() >> random_below(40) & ~7ull;

        if (!is_memory(address))
            expect_nothing_at(address);
        probe_report.rounds++;
    }
}
