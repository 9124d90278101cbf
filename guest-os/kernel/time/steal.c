/*
 * Steal time through memory shared with the layer below (SBI 2.0, chapter 16, "Steal-time
 * Accounting Extension"). The writer makes the sequence odd before it changes the record.
 */
#include "time/steal.h"

#include "boot/init.h"
#include "sbi/sbi.h"

/* The record: 64 bytes, aligned to 64. */
struct steal_record {
    uint32_t sequence;
    uint32_t flags;
    uint64_t steal; /* nanoseconds */
    uint8_t preempted;
    uint8_t padding[47];
};
_Static_assert(sizeof(struct steal_record) == 64, "the record's size is the specification's");

static volatile struct steal_record record __attribute__((aligned(64)));
static bool told;

static void steal_init(void)
{
    if (!sbi_probe(SBI_EXT_STA))
        return;
    told = sbi_call(SBI_EXT_STA, SBI_STA_SET_SHMEM, (long)&record, 0, 0).error == SBI_SUCCESS;
}
RIDER_INIT(INIT_TIME, steal_init);

bool steal_is_told(void)
{
    return told;
}

uint64_t steal_nanoseconds(void)
{
    uint32_t sequence;
    uint64_t steal;
    do {
        sequence = record.sequence;
        __asm__ volatile("fence r, r" : : : "memory");
        steal = record.steal;
        __asm__ volatile("fence r, r" : : : "memory");
    } while (sequence & 1 || record.sequence != sequence);
    return steal;
}
