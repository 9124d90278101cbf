/*
 * What each VM's weight entitles it to, published beside what it received: at any time its part
 * among the VMs that live then, at most its cap. Counted whenever a VM begins or ends, so that it
 * is right over many lives.
 */
#include "abi/monitor.h"
#include "metal/metal.h"
#include "vm/vm.h"

static bool lives(const struct monitor_vm *report)
{
    return report->state == VM_STATE_RUNNING || report->state == VM_STATE_PAUSED;
}

/* Ticks of `ticks` to which a weight among `weights` entitles, at most the cap. */
static uint64_t part(const struct monitor_vm *report, uint64_t ticks, uint64_t weights)
{
    uint64_t by_weight = ticks * report->weight / weights, by_cap = ticks * report->cap / 100;

    return report->cap && by_cap < by_weight ? by_cap : by_weight;
}

void vm_count_claims(void)
{
    uint64_t now = clock_now(), ticks = now - monitor.claims_until, weights = 0;

    for (unsigned i = 0; i < monitor.vm_count; i++)
        weights += lives(&monitor.vm[i]) ? monitor.vm[i].weight : 0;
    for (unsigned i = 0; i < monitor.vm_count && weights; i++)
        if (lives(&monitor.vm[i]))
            monitor.vm[i].claim_ticks += part(&monitor.vm[i], ticks, weights);
    if (weights)
        monitor.claimed_ticks += ticks;
    monitor.claims_until = now;
}
