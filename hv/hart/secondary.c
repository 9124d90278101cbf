/*
 * The harts beside the boot hart: each gets a stack with a guard page below it, an emergency stack
 * and a ring for its records, then the firmware is asked to start it. It comes when it comes:
 * nobody waits, and one that does not is told of.
 */
#include "hart/secondary.h"
#include "boot/board.h"
#include "boot/init.h"
#include "console/command.h"
#include "console/console.h"
#include "hart/hart.h"
#include "lib/lock.h"
#include "lib/string.h"
#include "time/timer.h"
#include "trace/trace.h"
#include "trap/cause.h"
#include "vcpu/exit.h"

#define PAGE            4096ull
#define STACK_BYTES     (4 * PAGE)
#define EMERGENCY_BYTES (2 * PAGE)
#define COME_MS         100 /* a hart that takes longer is told of */

/*   +-------+-----------+-------+---------------+   of each hart, from low to high addresses;
 *   | guard | emergency | guard | stack         |   the guards are not mapped
 *   +-------+-----------+-------+---------------+   */
#define STACKS_BYTES (PAGE + EMERGENCY_BYTES + PAGE + STACK_BYTES)

static uint64_t stacks; /* of all harts but the boot hart */

static void give_stacks(struct hart *hart, uint64_t base)
{
    hart->emergency_stack = base + PAGE + EMERGENCY_BYTES;
    hart->stack_bottom = base + PAGE + EMERGENCY_BYTES + PAGE;
    hart->stack_top = base + STACKS_BYTES;
}

/* One whose harts differ is a board whose VMs could not move. */
static bool is_alike(const struct board_hart *hart)
{
    return strcmp(hart->isa, board.hart[0].isa) == 0;
}

/* The harts that are to come, behind the boot hart, and what each needs before page frames are. */
static void harts_prepare(void)
{
    for (unsigned i = 1; i < board.hart_count; i++) {
        if (!is_alike(&board.hart[i])) {
            print("hart %lu is left alone: it is \"%s\", and hart %lu is \"%s\"\n",
                  board.hart[i].id, board.hart[i].isa, harts[0].id, board.hart[0].isa);
            continue;
        }
        harts[hart_count].id = board.hart[i].id;
        harts[hart_count].index = hart_count;
        trace_ring_reserve(hart_count++);
    }
    if (board.harts_beyond)
        print("%u harts are left alone: there is room for %d\n", board.harts_beyond, HART_MAX);
    if (hart_count == 1)
        return;
    locks_matter = true;
    stacks = board_reserve((hart_count - 1) * STACKS_BYTES, "stacks");
    for (unsigned i = 1; i < hart_count; i++)
        give_stacks(&harts[i], stacks + (i - 1) * STACKS_BYTES);
}

HV_INIT(INIT_MEMORY, harts_prepare);

static void guard_stacks(void)
{
    for (unsigned i = 1; i < hart_count; i++) {
        mapping_guard(harts[i].stack_bottom - PAGE);
        mapping_guard(harts[i].emergency_stack - EMERGENCY_BYTES - PAGE);
    }
}

HV_INIT(INIT_FRAMES, guard_stacks);

static struct timer roll_call;

static void call_roll(struct timer *timer)
{
    (void)timer;
    for (unsigned i = 1; i < hart_count; i++)
        if (__atomic_load_n(&harts[i].state, __ATOMIC_ACQUIRE) == HART_STARTED)
            print(
                "hart %lu was started and has not come in %d ms: the machine runs on without it\n",
                harts[i].id, COME_MS);
}

static void start(struct hart *hart)
{
    __atomic_store_n(&hart->state, HART_STARTED, __ATOMIC_RELEASE);
    int64_t error = firmware_hart_start(hart->id, (uint64_t)secondary_entry, (uint64_t)hart);
    if (error == 0)
        return;
    hart->state = HART_ABSENT;
    print("hart %lu cannot be started, SBI error %ld: the machine runs on without it\n", hart->id,
          error);
}

static void harts_start(void)
{
    for (unsigned i = 1; i < hart_count; i++)
        start(&harts[i]);
    if (hart_count == 1)
        return;
    timer_init(&roll_call, call_roll);
    timer_arm(&roll_call, clock_now() + board.timebase_hz / 1000 * COME_MS);
}

HV_INIT(INIT_HARTS, harts_start);

static void harts_list(unsigned count, char **words)
{
    static const char *const states[] = {"cannot be started", "was started and has not come",
                                         "online", "stopped"};

    (void)count, (void)words;
    for (unsigned i = 0; i < hart_count; i++)
        print("  hart %lu %s\n", harts[i].id,
              states[__atomic_load_n(&harts[i].state, __ATOMIC_ACQUIRE)]);
}

HV_COMMAND("harts", "", "the harts of the machine", harts_list);

static _Noreturn void sleep_between_interrupts(const struct hart *hart)
{
    for (;;) {
        hart_wait();
        uint64_t pending = hart_pending();
        for (unsigned irq = 0; irq < 16; irq++)
            if (pending & 1u << irq)
                hart->handlers[exit_index(CAUSE_INTERRUPT | irq)](NULL);
    }
}

_Noreturn void secondary_main(void)
{
    struct hart *hart = this_hart();

    mapping_use();
    init_run(INIT_HART);
    __atomic_store_n(&hart->state, HART_ONLINE, __ATOMIC_RELEASE);
    trace(TRACE_HART_ONLINE, TRACE_NO_VM, TRACE_NO_VM, hart->index, 0, 0);
    init_run(INIT_TURNS); /* does not return, if guests run on several harts */
    sleep_between_interrupts(hart);
}
