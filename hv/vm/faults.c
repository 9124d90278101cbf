/*
 * What a guest is given for touching what it has not: the first such faults, and one that comes
 * again and again, are published in the monitor. Without a word of them a guest that wants a
 * device, or that loops in its faults, runs silently to the end of the time.
 */
#include "abi/monitor.h"
#include "metal/metal.h"
#include "trap/cause.h"
#include "vm/vm.h"

#define NOWHERE UINT64_MAX

/* Is it about what the guest has not, rather than an exception of its own that is handed back? */
static bool is_misstep(uint64_t cause)
{
    return cause == EXC_INST_ACCESS || cause == EXC_LOAD_ACCESS || cause == EXC_STORE_ACCESS ||
           cause == EXC_INST_ILLEGAL;
}

/* Where the access led that the exit is about; NOWHERE: it was none, or ended before. */
static uint64_t address_of_exit(void)
{
    uint64_t cause = trap_cause();
    bool is_guest_page_fault = cause == EXC_INST_GUEST_PAGE_FAULT ||
                               cause == EXC_LOAD_GUEST_PAGE_FAULT ||
                               cause == EXC_STORE_GUEST_PAGE_FAULT;

    return is_guest_page_fault ? trap_htval() << 2 : NOWHERE;
}

static bool is_same(const struct monitor_fault *a, const struct monitor_fault *b)
{
    return a->cause == b->cause && a->pc == b->pc && a->stval == b->stval;
}

/* Keeps it among the first ones, if there is room and it is at another place than they. */
static void keep(struct monitor_vm *report, const struct monitor_fault *fault)
{
    for (unsigned i = 0; i < MONITOR_FAULTS; i++) {
        struct monitor_fault *kept = &report->fault[i];
        if (kept->cause == 0) { /* which is no misstep's: free */
            *kept = *fault;
            return;
        }
        if (kept->pc == fault->pc && kept->cause == fault->cause)
            return;
    }
}

void vm_note_fault(const struct vcpu *vcpu, uint64_t cause, uint64_t stval)
{
    struct monitor_vm *report = vcpu->vm->report;
    struct monitor_fault fault = {cause, vcpu->pc, stval, NOWHERE};

    if (!is_misstep(cause))
        return;
    fault.gpa = address_of_exit();
    report->faults++;
    keep(report, &fault);
    if (is_same(&fault, &report->last_fault))
        report->last_fault_repeated++;
    else
        report->last_fault_repeated = 1;
    report->last_fault = fault;
}
