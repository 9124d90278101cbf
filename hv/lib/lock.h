/*
 * Locks: for what harts share. One is held for some dozens of instructions, never over a loop
 * through memory and never while anything is waited for; who has it is known.
 *
 * It is a ticket lock: harts get it in the order in which they came. Each lock has a rank, and a
 * hart takes locks in the order of their ranks only, so that no two can wait for each other. A
 * lock taken twice, in another order, or released by one that does not hold it, is a bug of the
 * hypervisor: it panics.
 *
 * On a machine of one hart there is nobody to be kept out, and a lock costs a look.
 */
#ifndef HV_LIB_LOCK_H
#define HV_LIB_LOCK_H

#include <stdbool.h>
#include <stdint.h>

struct hart;

/* In the order in which one hart may take them. Of one rank it holds one lock at a time. */
enum lock_rank {
    LOCK_RANK_HYPERVISOR, /* all that is not a guest's */
    LOCK_RANK_VMS,        /* the life of VMs */
    LOCK_RANK_GSTAGE,     /* a VM's second stage */
    LOCK_RANK_QUEUE,      /* the run queue */
    LOCK_RANK_FRAMES,     /* page frames */
    LOCK_RANK_CONSOLE,    /* the console: anything may have something to say */
    LOCK_RANKS
};

struct lock {
    uint32_t next;    /* atomic: the ticket that the next hart to come draws */
    uint32_t serving; /* atomic: whose turn it is */
    const struct hart *owner;
    enum lock_rank rank;
    const char *name;
};

#define LOCK_INIT(name_, rank_)                                                                    \
    {                                                                                              \
        .rank = (rank_), .name = (name_)                                                           \
    }

/* May there be more than one hart? Set once, before the others come. */
extern bool locks_matter;

void lock_take_contended(struct lock *lock);
void lock_release_contended(struct lock *lock);

static inline void lock_take(struct lock *lock)
{
    if (__builtin_expect(locks_matter, 0))
        lock_take_contended(lock);
}

static inline void lock_release(struct lock *lock)
{
    if (__builtin_expect(locks_matter, 0))
        lock_release_contended(lock);
}

/* Does this hart hold it? For those who ask that it is held. True where locks do not matter. */
bool lock_is_held(const struct lock *lock);

#endif
