/* A panic on one hart stops all, and shows where each was. */
#include "boot/board.h"
#include "console/console.h"
#include "hart/hart.h"
#include "hart/request.h"
#include "lib/lock.h"
#include "trap/panic.h"
#include "vcpu/vcpu.h"

/* A hart that has not stopped by then is in the hypervisor, and stays there. */
#define ANSWER_US 1000

static bool has_come(const struct hart *hart)
{
    return __atomic_load_n(&hart->state, __ATOMIC_ACQUIRE) >= HART_ONLINE;
}

static bool has_stopped(const struct hart *hart)
{
    return __atomic_load_n(&hart->state, __ATOMIC_ACQUIRE) == HART_STOPPED;
}

static bool all_have_stopped(void)
{
    for (unsigned i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart() && has_come(&harts[i]) && !has_stopped(&harts[i]))
            return false;
    return true;
}

static void print_where(const struct hart *hart)
{
    const struct vcpu *vcpu = hart->current;
    const struct lock *awaits = hart->awaits;

    print("panic: hart %lu", hart->id);
    if (hart == this_hart())
        print(", this one");
    if (vcpu)
        print(": the turn of vCPU %u of VM %u, pc 0x%lx", vcpu->index, vcpu->vm_id, vcpu->pc);
    else
        print(": nobody's turn");
    if (hart != this_hart() && !has_stopped(hart))
        print(", in the hypervisor");
    if (awaits)
        print(", waits for lock \"%s\"", awaits->name);
    print("\n");
}

/* Asleep while it waits, or a machine that plays all harts on one processor would not go on. */
static void stop_all(void)
{
    uint64_t end = clock_now() + board.timebase_hz / 1000000 * ANSWER_US;

    for (unsigned i = 0; i < hart_count; i++)
        if (&harts[i] != this_hart() && has_come(&harts[i]))
            hart_request(&harts[i], ENTRY_STOP);
    while (!all_have_stopped() && clock_now() < end)
        hart_wait_until(clock_now() + board.timebase_hz / 100000);
}

static void panic_harts(void)
{
    if (hart_count == 1)
        return;
    stop_all();
    for (unsigned i = 0; i < hart_count; i++)
        if (has_come(&harts[i]) || &harts[i] == this_hart())
            print_where(&harts[i]);
}

HV_PANIC(panic_harts);
