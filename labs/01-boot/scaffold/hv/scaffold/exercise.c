/*
 * Scaffold of lab 1, until there are guests: provokes traps and looks at what comes back from
 * them. The option exercise= of the bootargs chooses how it ends: all (in good order, the
 * default), fault (a trap that nobody expects) or overflow (of the stack).
 */
#include "abi/monitor.h"
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "console/console.h"
#include "hart/hart.h"
#include "lib/string.h"
#include "trap/panic.h"
#include "trap/trap.h"

#define ROUNDS 32
#define CAUSES 5
#define REG_SP 2
#define REG_TP 4

void exercise_registers(const uint64_t before[32], uint64_t after[32]);
void exercise_cause(unsigned kind);
extern char exercise_registers_resume[], exercise_cause_resume[];
_Noreturn void exercise_overflow(void);

/* Read from outside by its name. */
struct {
    uint64_t rounds; /* of registers, finished */
    uint64_t lost;   /* registers that came back with another value, in all rounds */
    uint64_t first;  /* number of the first of them */
    uint64_t causes; /* provoked, and come back from */
    uint64_t ended;  /* 1: at the end of everything */
} exercise_report;

struct monitor monitor; /* published as always, with no VM in it */

/* SplitMix64: a different pattern for every register and round. */
static uint64_t pattern(uint64_t seed)
{
    uint64_t z = seed * 0x9e3779b97f4a7c15ull;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

/* sp at the edges of the stack, where a frame has no room below it, or would lie beyond the end. */
static uint64_t edge(uint64_t round, uint64_t other)
{
    const struct hart *hart = this_hart();
    const uint64_t edges[] = {hart->stack_bottom, hart->stack_bottom - 8,
                              hart->stack_bottom + sizeof(struct trap_frame) - 16,
                              hart->stack_bottom + sizeof(struct trap_frame) / 2,
                              hart->stack_top + 16};

    return round < sizeof(edges) / sizeof(edges[0]) ? edges[round] : other;
}

static void registers_round(uint64_t seed, uint64_t round)
{
    uint64_t before[32], after[32] = {0};

    for (unsigned i = 0; i < 32; i++)
        before[i] = pattern((seed * ROUNDS + round) * 32 + i + 1);
    before[REG_SP] = edge(round, before[REG_SP]);
    this_hart()->trap_resume = (uint64_t)exercise_registers_resume;
    exercise_registers(before, after);
    for (unsigned i = 1; i < 32; i++) {
        if (i == REG_TP || after[i] == before[i])
            continue;
        if (exercise_report.lost++ == 0) {
            exercise_report.first = i;
            print("exercise: x%u came back as 0x%lx, it was 0x%lx\n", i, after[i], before[i]);
        }
    }
    exercise_report.rounds++;
}

static void exercise(void)
{
    char end[16] = "all";
    uint64_t seed = option_number("seed", 1);

    memcpy(monitor.magic, MONITOR_MAGIC, sizeof(monitor.magic));
    monitor.version = MONITOR_VERSION;
    monitor.timebase_hz = board.timebase_hz;
    monitor.ram_base = board.ram.base;
    monitor.ram_bytes = board.ram.bytes;
    option_text("exercise", end, sizeof(end));
    for (unsigned kind = 0; kind < CAUSES; kind++) {
        this_hart()->trap_resume = (uint64_t)exercise_cause_resume;
        exercise_cause(kind);
        exercise_report.causes++;
    }
    for (uint64_t round = 0; round < ROUNDS; round++)
        registers_round(seed, round);
    print("exercise: %lu traps, %lu rounds, %lu registers lost\n", exercise_report.causes,
          exercise_report.rounds, exercise_report.lost);
    if (exercise_report.lost)
        panic("%lu registers did not survive a trap, x%lu first", exercise_report.lost,
              exercise_report.first);
    if (strcmp(end, "all") != 0 && this_hart()->trap_resume)
        panic("trap_resume is still 0x%lx behind the trap that it was set for: it is for one trap",
              this_hart()->trap_resume);
    exercise_report.ended = 1;
    if (strcmp(end, "overflow") == 0)
        exercise_overflow();
    if (strcmp(end, "fault") == 0)
        exercise_cause(CAUSES - 1);
    monitor.finished = 1;
    machine_stop(false);
}

HV_INIT(INIT_RUN, exercise);
HV_OPTION("exercise");
HV_OPTION("seed");
HV_OPTION("console"); /* of a later lab; coach gives it on a terminal */
