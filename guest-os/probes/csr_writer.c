/*
 * Half of a leak detector: keeps patterns in the supervisor CSRs, lets other VMs run in between,
 * and proves that it always finds its own back. csr_reader, in another VM at the same time, proves
 * that it never sees them. Options seed=, ms=. Reports facts.
 */
#include "probe.h"

const char probe_name[] = "csr_writer";

#define EXPECT_KEPT(csr, value)                                                                    \
    expect_equal(value, csr_read(csr), "the CSR " #csr " is still this VM's")

/* What the implementation keeps of a value is for it to choose; what it kept, it must keep. */
#define WRITE(csr, value)                                                                          \
    ({                                                                                             \
        csr_write(csr, value);                                                                     \
        csr_read(csr);                                                                             \
    })

static void round(void)
{
    uint64_t epc = WRITE(sepc, random_next());
    uint64_t cause = WRITE(scause, random_next() & (CAUSE_INTERRUPT | 15));
    uint64_t tval = WRITE(stval, random_next());
    uint64_t counters = WRITE(scounteren, random_next() | 2);
    uint64_t software = random_below(2) << IRQ_SOFTWARE;
    uint64_t status;

    csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SUM | SSTATUS_MXR);
    csr_set(sstatus, random_next() & (SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SUM | SSTATUS_MXR));
    status = csr_read(sstatus);
    csr_clear(sip, IE_SOFTWARE);
    csr_set(sip, software);
    csr_write(sie, random_next()); /* interrupts are off in sstatus; give_way sets what it needs */
    give_way();
    csr_write(sie, 0);
    EXPECT_KEPT(sepc, epc);
    EXPECT_KEPT(scause, cause);
    EXPECT_KEPT(stval, tval);
    EXPECT_KEPT(scounteren, counters);
    EXPECT_KEPT(sstatus, status);
    EXPECT_KEPT(sscratch, (uintptr_t)vcpu_self());
    EXPECT_KEPT(stvec, (uintptr_t)trap_vector);
    expect_equal(software, csr_read(sip) & IE_SOFTWARE,
                 "a pending software interrupt is still this VM's");
    csr_clear(sip, IE_SOFTWARE);
}

void probe_main(void)
{
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 200) * 1000);
    uint64_t *root = paging_root();

    while (time_now() < end) {
        uint64_t space = random_below(0x10000);

        paging_on(root, space);

        uint64_t before = csr_read(satp);

        round();
        EXPECT_KEPT(satp, before);
        paging_off();
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
}
