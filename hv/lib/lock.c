/* Ticket locks of the machine's harts; contract: lib/lock.h. */
#include "lib/lock.h"
#include "boot/board.h"
#include "hart/hart.h"
#include "trap/panic.h"

/* A hart that waits must not keep the others from running where one processor plays them all: it
 * has a deadline again and again, at which they get their turn. */
#define SPIN_US 2

bool locks_matter;

static void check_order(const struct hart *hart, const struct lock *lock)
{
    if (lock->owner == hart)
        panic("lock \"%s\": hart %lu takes it twice", lock->name, hart->id);
    if (hart->locks_held >> lock->rank)
        panic("lock \"%s\" of rank %d: hart %lu takes it and holds locks of ranks 0x%x", lock->name,
              lock->rank, hart->id, hart->locks_held);
}

static __attribute__((noinline)) void await(struct hart *hart, const struct lock *lock,
                                            uint32_t ticket)
{
    uint64_t until = 0;

    __atomic_store_n(&hart->awaits, lock, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket) {
        hart_relax();
        if (clock_now() < until)
            continue;
        until = clock_now() + board.timebase_hz / 1000000 * SPIN_US;
        clock_arm(until);
    }
    __atomic_store_n(&hart->awaits, NULL, __ATOMIC_RELAXED);
    clock_arm(hart->clock); /* as time/timer.c has it */
}

void lock_take_contended(struct lock *lock)
{
    struct hart *hart = this_hart();

    check_order(hart, lock);
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
    if (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
        await(hart, lock, ticket);
    __atomic_store_n(&lock->owner, hart, __ATOMIC_RELAXED);
    hart->locks_held |= 1u << lock->rank;
}

void lock_release_contended(struct lock *lock)
{
    struct hart *hart = this_hart();

    if (lock->owner != hart)
        panic("lock \"%s\": hart %lu releases it and does not hold it", lock->name, hart->id);
    hart->locks_held &= ~(1u << lock->rank);
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

bool lock_is_held(const struct lock *lock)
{
    return !locks_matter || lock->owner == this_hart();
}
