/*
 * Virtual time, read inside a callback. QEMU's own clocks may not be asked there: with -icount they
 * refuse in the middle of a block. What they are made of is read instead: the instructions counted
 * until QEMU last looked, and what the hart has left of its budget. Where the budget stands in
 * QEMU's state of a hart is found by looking for the pair of numbers by which time goes on just as
 * instructions do, over several of QEMU's own looks. Without such a pair there is no time, and no
 * rule of time is judged.
 */
#include <dlfcn.h>
#include <string.h>

#include "watch.h"

#define TICK_NS    100
#define PAUSE      5000 /* instructions from look to look */
#define TURNS      8    /* of QEMU's own count, over which a candidate must fit */
#define CANDIDATES 64
#define LOOK_BYTES 0x1000 /* of QEMU's object of a hart */
#define BEFORE     16     /* what is left of the budget stands that far before the registers */
#define MOST       0x20000

struct candidate {
    size_t at; /* of the budget; its part beyond 16 bits stands behind it */
    int64_t last;
};

static struct candidate candidate[CANDIDATES];
static unsigned candidates, turns;
static uint64_t instructions_then;
static int64_t base_then;
static bool begun, found;

/* Up to QEMU's last look, in ns. */
static bool base_ns(int64_t *ns)
{
    static int64_t (*get)(void);
    static void **current;

    if (!get) {
        *(void **)&get = dlsym(RTLD_DEFAULT, "icount_get");
        current = dlsym(RTLD_DEFAULT, "current_cpu"); /* of this thread */
    }
    if (!get || !current)
        return false;
    void *kept = *current;
    *current = NULL; /* else the hart is asked, and refuses */
    *ns = get();
    *current = kept;
    return true;
}

static bool ns_by(const struct hart_state *hart, size_t at, int64_t base, int64_t *ns)
{
    int64_t budget, extra;
    uint16_t left;

    memcpy(&budget, hart->object + at, sizeof(budget));
    memcpy(&extra, hart->object + at + sizeof(budget), sizeof(extra));
    memcpy(&left, hart->registers - BEFORE, sizeof(left));
    if (budget < 0 || extra < 0)
        return false;
    *ns = base + budget - extra - left;
    return *ns >= base - MOST && *ns <= base + MOST;
}

static void begin_looking(const struct hart_state *hart, int64_t base)
{
    int64_t ns;

    candidates = turns = 0;
    for (size_t at = 0; at + 16 <= LOOK_BYTES && candidates < CANDIDATES; at += 8)
        if (ns_by(hart, at, base, &ns))
            candidate[candidates++] = (struct candidate){at, ns};
    begun = candidates > 0;
}

/* Once a block, of the firmware or the hypervisor on hart 0, until it is found. */
void clock_look(unsigned number)
{
    struct hart_state hart;
    uint64_t went = watch.instructions - instructions_then;
    unsigned kept = 0;
    int64_t base, ns;

    if (found || number != 0 || went < PAUSE || !watch.settle || !read_hart(number, &hart) ||
        !base_ns(&base))
        return;
    instructions_then = watch.instructions;
    turns += base != base_then;
    base_then = base;
    for (unsigned i = 0; begun && i < candidates; i++)
        if (ns_by(&hart, candidate[i].at, base, &ns) && ns - candidate[i].last == (int64_t)went)
            candidate[kept++] = (struct candidate){candidate[i].at, ns};
    candidates = kept;
    found = kept > 0 && turns >= TURNS;
    if (kept == 0) /* also after a trap in the middle of a block, which was counted as whole */
        begin_looking(&hart, base);
}

bool clock_ticks(unsigned number, uint64_t *ticks)
{
    struct hart_state hart;
    int64_t base, ns;

    if (!found || !read_hart(number, &hart) || !base_ns(&base) ||
        !ns_by(&hart, candidate[0].at, base, &ns))
        return false;
    *ticks = (uint64_t)ns / TICK_NS;
    return true;
}
