/*
 * The observer's stops by the debugger, for checks that name addresses. Under icount each stop
 * lets QEMU's virtual clock leap to the next timer (docs/observation.md), so first entries and
 * checkpoints are held by the plugin instead. Breakpoints are virtual: a guest that runs code at
 * the same address stops too; the hypervisor's instruction does not lie there, and it goes on.
 */
#include <string.h>

#include "machine/observer_parts.h"

#define SIGNAL_WATCHDOG 14

bool observer_gdb_start(struct observer *observer)
{
    const struct observer_options *options = observer->options;
    struct gdb *gdb = &observer->gdb;

    if (!gdb_open(gdb, observer->seen->qemu.gdb_fd, 10000))
        return false;
    observer->gdb_open = true;
    if (!gdb_step_keeps_interrupts(gdb))
        return false;
    for (size_t i = 0; i < options->breakpoint_count; i++) {
        if (!gdb_breakpoint(gdb, options->breakpoints[i]))
            return false;
    }
    return gdb_continue(gdb);
}

/* Whether what the hart is about to run at pc is the hypervisor's own code. */
static bool is_hypervisor(struct observer *observer, uint64_t pc)
{
    uint32_t seen = 0;
    const void *own = ram_at(&observer->seen->ram, pc, sizeof(seen));

    return own && gdb_memory(&observer->gdb, false, pc, &seen, sizeof(seen)) &&
           memcmp(own, &seen, sizeof(seen)) == 0;
}

static void on_breakpoint(struct observer *observer, uint64_t pc)
{
    uint64_t hgatp = 0;

    if (!is_hypervisor(observer, pc))
        return;
    gdb_read(&observer->gdb, "hgatp", &hgatp);
    observer_call(observer, OBSERVER_BREAKPOINT, &observer->gdb, observer->gdb.hart, pc, hgatp);
}

void observer_gdb_stop(struct observer *observer)
{
    struct gdb *gdb = &observer->gdb;
    enum gdb_stop stop = gdb_wait(gdb, 0);
    uint64_t pc;

    if (stop == GDB_EXITED)
        observer->gdb_open = false; /* how it ended, its process tells */
    if (stop == GDB_BROKEN)
        observer_end(observer, OBSERVER_DIED, "%s", gdb->error);
    if (stop != GDB_STOPPED)
        return;
    if (gdb->signal == SIGNAL_WATCHDOG) {
        observer_end(observer, OBSERVER_LIMIT, "still ran at its deadline");
        return;
    }
    bool good = gdb_read(gdb, "pc", &pc);
    if (good)
        on_breakpoint(observer, pc);
    if (good && !observer->done)
        good = gdb_step(gdb) != GDB_BROKEN; /* over the breakpoint */
    if (!observer->done && (!good || !gdb_continue(gdb)))
        observer_end(observer, OBSERVER_DIED, "%s", gdb->error);
}
