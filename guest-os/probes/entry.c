/*
 * Proves what a vCPU finds at its first instruction (SBI spec, chapter 9, hart start): a0 is the
 * hart id, a1 the device tree or the opaque value, satp and sstatus.SIE are 0; under Stagecoach
 * every other register, CSR and FP register is 0 as well, so nothing of another VM is seen.
 * Reports facts; counters: registers that were not zero.
 */
#include "probe.h"

const char probe_name[] = "entry";

static void expect_registers_zero(void)
{
    uint64_t dirty = 0;

    for (unsigned i = 1; i < 32; i++)
        if (i != 10 && i != 11 && entry_state.x[i]) {
            explain("entry: x%u holds 0x%x\n", i, entry_state.x[i]);
            dirty++;
        }
    counter_set(0, "general_not_zero", dirty);
    expect_equal(0, dirty, "general registers but a0 and a1 are zero at the entry");
    dirty = 0;
    for (unsigned i = 0; i < 32; i++)
        if (entry_state.f[i]) {
            explain("entry: f%u holds 0x%x\n", i, entry_state.f[i]);
            dirty++;
        }
    counter_set(1, "float_not_zero", dirty);
    expect_equal(0, dirty, "FP registers are zero at the entry");
    expect_equal(0, entry_state.fcsr, "fcsr is zero at the entry");
}

static void expect_csrs_zero(void)
{
    expect_equal(0, entry_state.stvec, "stvec is zero at the entry");
    expect_equal(0, entry_state.sscratch, "sscratch is zero at the entry");
    expect_equal(0, entry_state.sepc, "sepc is zero at the entry");
    expect_equal(0, entry_state.scause, "scause is zero at the entry");
    expect_equal(0, entry_state.sie, "sie is zero at the entry");
    expect_equal(0, entry_state.sip, "nothing is pending at the entry");
    expect_true((entry_state.sstatus & SSTATUS_FS) != 0, entry_state.sstatus,
                "sstatus.FS is not Off at the entry");
}

/* vCPU 1's own door keeps nothing but what it was given. */
static void note_second(struct vcpu *self)
{
    counter_set(2, "second_hart_id", self->hart_id);
    counter_set(3, "second_satp", csr_read(satp));
    counter_set(4, "second_sie_bit", csr_read(sstatus) & SSTATUS_SIE);
}

static void expect_second_vcpu(void)
{
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(1, note_second, 0), "vCPU 1 starts");
    vcpu_await_done(1, 1000);
    expect_equal(1, probe_report.counters[2], "a0 of vCPU 1 is its hart id");
    expect_equal(0, probe_report.counters[3], "satp of vCPU 1 is 0");
    expect_equal(0, probe_report.counters[4], "interrupts of vCPU 1 are off");
}

void probe_main(void)
{
    bool in_vm = in_a_vm();

    expect_equal(0, entry_state.satp, "satp is 0 at the entry");
    expect_equal(0, entry_state.sstatus & SSTATUS_SIE, "interrupts are off at the entry");
    expect_true(board.device_tree.bytes != 0, entry_state.x[11],
                "a1 points to a device tree at the entry");
    expect_true(board.memory.bytes != 0, board.memory.bytes, "the device tree tells of memory");
    expect_true(board.timebase_hz != 0, board.timebase_hz, "the device tree tells the timebase");
    expect_true(board.device_tree.start >= board.memory.start &&
                    board.device_tree.start + board.device_tree.bytes <=
                        board.memory.start + board.memory.bytes,
                board.device_tree.start, "the device tree lies in RAM");
    if (!in_vm)
        return;
    expect_equal(0, entry_state.x[10], "a0 is 0 on the boot vCPU");
    expect_equal(0x80000000, board.memory.start, "RAM begins at 0x80000000");
    expect_registers_zero();
    expect_csrs_zero();
    if (board.cpu_count > 1)
        expect_second_vcpu();
}
