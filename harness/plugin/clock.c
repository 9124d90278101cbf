/*
 * Virtual time, read inside a callback. QEMU's own clocks may not be asked
 * there: with -icount they refuse in the middle of a block. What they are made
 * of is read instead: the instructions counted until QEMU last looked, and what
 * the hart has left of its budget. Where the budget stands in QEMU's state of a
 * hart is found by looking for the pair of numbers by which time goes on just
 * as instructions do, over several of QEMU's own looks. Without such a pair
 * there is no time, and no rule of time is judged.
 */
#include <dlfcn.h>
#include <string.h>

#include "watch.h"

#define TICK_NS    100
#define PAUSE      2000 /* instructions from look to look */
#define LOOKS      400  /* after which the candidates are held against each other */
#define CANDIDATES 512
#define LOOK_BYTES 0x1000 /* of QEMU's object of a hart */
#define BEFORE     16     /* what is left of the budget stands that far before the registers */
#define MOST       0x20000

struct candidate {
    size_t at; /* of the budget; its part beyond 16 bits stands behind it */
    int64_t last;
    uint64_t error; /* in all looks, in ns: how far it did not go on as the
                       instructions did */
};

static struct candidate candidate[CANDIDATES], best;
static unsigned candidates, looks;
static uint64_t instructions_then;
static bool found;

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

    candidates = looks = 0;
    for (size_t at = 0; at + 16 <= LOOK_BYTES && candidates < CANDIDATES; at += 8)
        if (ns_by(hart, at, base, &ns))
            candidate[candidates++] = (struct candidate){at, ns, 0};
}

/*
 * Numbers that stand still go on nearly right, too, as long as QEMU's own looks
 * come at even distances. And a block that was left in its middle was counted
 * as whole, for all alike. So the best is taken, once no other is as good.
 */
static bool choose(const struct hart_state *hart, int64_t base)
{
    unsigned equals = 0;
    int64_t ns;

    for (unsigned i = 0; i < candidates; i++)
        if (i == 0 || candidate[i].error < best.error)
            best = candidate[i];
    for (unsigned i = 0; i < candidates; i++)
        equals += candidate[i].error == best.error && ns_by(hart, candidate[i].at, base, &ns) &&
                  ns != best.last;
    return candidates > 0 && equals == 0;
}

/* Once a block, of the firmware or the hypervisor on hart 0, until it is found.
 */
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
    for (unsigned i = 0; i < candidates; i++) {
        if (!ns_by(&hart, candidate[i].at, base, &ns))
            continue;
        int64_t off = ns - candidate[i].last - (int64_t)went;
        candidate[kept++] = (struct candidate){
            candidate[i].at, ns, candidate[i].error + (uint64_t)(off < 0 ? -off : off)};
    }
    candidates = kept;
    if (kept == 0)
        begin_looking(&hart, base);
    else if (++looks % LOOKS == 0)
        found = choose(&hart, base);
}

bool clock_ticks(unsigned number, uint64_t *ticks)
{
    struct hart_state hart;
    int64_t base, ns;

    if (!found || !read_hart(number, &hart) || !base_ns(&base) || !ns_by(&hart, best.at, base, &ns))
        return false;
    *ticks = (uint64_t)ns / TICK_NS;
    return true;
}
