/* hv/vm/faults.c: what is told of a guest that touches what it has not. */
#include "hv/fake_machine.h"
#include "test.h"
#include "trap/cause.h"

static struct vcpu *vcpu;
static struct monitor_vm *report;

static void begin(void)
{
    machine_begin(1);
    vcpu = vms[0].vcpu[0];
    report = vms[0].report;
}

static void misstep(uint64_t cause, uint64_t pc, uint64_t stval)
{
    vcpu->pc = pc;
    vcpu_inject_exception(vcpu, cause, stval);
}

static void an_access_fault_is_told_with_its_address(void)
{
    begin();
    fake_machine.trap_cause = EXC_STORE_GUEST_PAGE_FAULT;
    fake_machine.trap_htval = 0x10000000 >> 2;
    misstep(EXC_STORE_ACCESS, 0x80200010, 0xffffffc010000003);
    CU_ASSERT_EQUAL(report->faults, 1);
    CU_ASSERT_EQUAL(report->fault[0].cause, EXC_STORE_ACCESS);
    CU_ASSERT_EQUAL(report->fault[0].pc, 0x80200010);
    CU_ASSERT_EQUAL(report->fault[0].stval, 0xffffffc010000003);
    CU_ASSERT_EQUAL(report->fault[0].gpa, 0x10000000);
    machine_end();
}

static void the_first_places_are_kept_and_the_last_fault(void)
{
    begin();
    for (unsigned i = 0; i < 10; i++)
        misstep(EXC_INST_ILLEGAL, 0x80200000 + 4 * (i / 2), 0x30200073);
    CU_ASSERT_EQUAL(report->faults, 10);
    for (unsigned i = 0; i < MONITOR_FAULTS; i++)
        CU_ASSERT_EQUAL(report->fault[i].pc, 0x80200000 + 4 * i);
    CU_ASSERT_EQUAL(report->last_fault.pc, 0x80200010);
    CU_ASSERT_EQUAL(report->last_fault_repeated, 2);
    CU_ASSERT_EQUAL(report->last_fault.gpa, UINT64_MAX);
    machine_end();
}

static void a_loop_is_counted(void)
{
    begin();
    misstep(EXC_LOAD_ACCESS, 0x80200000, 0x10000005);
    for (unsigned i = 0; i < 1000; i++)
        misstep(EXC_INST_ACCESS, 0, 0);
    CU_ASSERT_EQUAL(report->last_fault_repeated, 1000);
    misstep(EXC_BREAKPOINT, 0x80200000, 0); /* the guest's own affair */
    CU_ASSERT_EQUAL(report->faults, 1001);
    machine_end();
}

TEST_SUITE(hv_faults,
           {"an access fault is told with its address", an_access_fault_is_told_with_its_address},
           {"the first places are kept, and the last fault",
            the_first_places_are_kept_and_the_last_fault},
           {"a loop is counted", a_loop_is_counted});
