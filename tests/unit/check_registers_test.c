/* "registers preserved" on entries and exits made by hand: one vCPU, and several of one VM. */
#include <stdio.h>
#include <string.h>

#include "abi/sbi.h"
#include "check/registers.h"
#include "test.h"

#define ROOT_A    0x8000000000080100
#define ROOT_A_2  0x8000100000080100 /* the same tables under another VMID */
#define ECALL     10
#define LOAD      21
#define TIMER     0x80000005u
#define GUEST_RAM 0x80200000

/* Registers that are a vCPU's own: all of them begin with `who`. */
static struct traplog_registers of(unsigned who, unsigned hart, uint64_t pc)
{
    struct traplog_registers registers = {.hart = hart, .pc = pc, .hgatp = ROOT_A};

    for (unsigned i = 1; i < 32; i++)
        registers.x[i] = who * 0x1000 + i;
    return registers;
}

static void exits(struct register_watch *watch, struct traplog_registers registers, uint32_t cause)
{
    registers.trap = (struct traplog_trap){.scause = cause, .epc = registers.pc};
    registers_take(watch, &registers);
}

static void enters(struct register_watch *watch, struct traplog_registers registers)
{
    registers.entry = true;
    registers_take(watch, &registers);
}

static void expect(struct register_watch *watch, bool holds, const char *diagnosis)
{
    struct finding finding = {0};

    registers_finding(watch, &finding);
    CU_ASSERT_EQUAL(finding.holds, holds);
    CU_ASSERT_STRING_EQUAL(finding.diagnosis, diagnosis);
    registers_free(watch);
}

static void a_register_that_changes_is_found(void)
{
    struct register_watch *watch = registers_new();
    struct traplog_registers lost = of(1, 0, GUEST_RAM + 0x104);

    enters(watch, of(1, 0, GUEST_RAM));
    exits(watch, of(1, 0, GUEST_RAM + 0x100), ECALL);
    lost.x[10] = lost.x[11] = 0; /* the answer */
    enters(watch, lost);
    exits(watch, lost, TIMER);
    lost.x[8]++;
    enters(watch, lost);
    expect(watch, false, "register lost across exit: s0");
}

static void another_vmid_is_the_same_vm(void)
{
    struct register_watch *watch = registers_new();
    struct traplog_registers lost = of(1, 0, GUEST_RAM + 0x100);

    enters(watch, of(1, 0, GUEST_RAM));
    exits(watch, lost, TIMER);
    lost.hgatp = ROOT_A_2;
    enters(watch, lost);
    exits(watch, lost, TIMER);
    lost.hgatp = ROOT_A;
    lost.x[31] = 0;
    enters(watch, lost);
    expect(watch, false, "register lost across exit: t6");
}

/* vCPU 1 is started by vCPU 0; then they run in turn on hart 0, and at once on harts 0 and 1. */
static struct register_watch *two_vcpus(void)
{
    struct register_watch *watch = registers_new();
    struct traplog_registers call = of(1, 0, GUEST_RAM + 0x100), begin = of(2, 0, 0x80300000);

    enters(watch, of(1, 0, GUEST_RAM));
    call.x[10] = 1, call.x[11] = 0x80300000, call.x[12] = 77;
    call.x[16] = SBI_HSM_HART_START, call.x[17] = SBI_EXT_HSM;
    exits(watch, call, ECALL);
    call.pc += 4, call.x[10] = 0, call.x[11] = 0;
    enters(watch, call);
    exits(watch, call, TIMER);
    begin.x[10] = 1, begin.x[11] = 77;
    enters(watch, begin);
    exits(watch, of(2, 0, 0x80300040), TIMER);
    enters(watch, call);
    exits(watch, of(1, 0, GUEST_RAM + 0x200), TIMER);
    enters(watch, of(2, 0, 0x80300040));
    enters(watch, of(1, 1, GUEST_RAM + 0x200));
    exits(watch, of(2, 0, 0x80300050), TIMER);
    exits(watch, of(1, 1, GUEST_RAM + 0x300), LOAD);
    return watch;
}

static void vcpus_of_one_vm_are_told_apart(void)
{
    struct register_watch *watch = two_vcpus();
    struct traplog_registers loaded = of(1, 0, GUEST_RAM + 0x304);

    loaded.x[5] = 4711; /* what was loaded */
    enters(watch, loaded);
    enters(watch, of(2, 1, 0x80300050));
    expect(watch, true, "");
}

static void a_register_lost_among_several_vcpus_is_found(void)
{
    struct register_watch *watch = two_vcpus();
    struct traplog_registers lost = of(2, 1, 0x80300050);

    enters(watch, of(1, 0, GUEST_RAM + 0x304));
    lost.x[3] = 0;
    enters(watch, lost);
    expect(watch, false, "register lost across exit: gp");
}

static void a_vcpu_may_not_go_on_twice_from_one_trap(void)
{
    struct register_watch *watch = two_vcpus();

    enters(watch, of(2, 0, 0x80300050));
    enters(watch, of(2, 1, 0x80300050));
    expect(watch, false, "register lost across exit: sp");
}

static void a_vm_that_begins_again_has_lost_nothing(void)
{
    struct register_watch *watch = registers_new();

    enters(watch, of(1, 0, GUEST_RAM));
    exits(watch, of(1, 0, GUEST_RAM + 0x100), ECALL);
    enters(watch, of(3, 0, GUEST_RAM));
    exits(watch, of(3, 0, GUEST_RAM + 0x80), TIMER);
    enters(watch, of(3, 0, GUEST_RAM + 0x80));
    expect(watch, true, "");
}

static void a_suspend_that_loses_registers_may(void)
{
    struct register_watch *watch = registers_new();
    struct traplog_registers call = of(1, 0, GUEST_RAM + 0x100), begin = of(0, 0, 0x80400000);

    enters(watch, of(1, 0, GUEST_RAM));
    call.x[10] = 0x80000000, call.x[11] = 0x80400000, call.x[12] = 5;
    call.x[16] = SBI_HSM_HART_SUSPEND, call.x[17] = SBI_EXT_HSM;
    exits(watch, call, ECALL);
    begin.x[10] = 0, begin.x[11] = 5;
    enters(watch, begin);
    expect(watch, true, "");
}

TEST_SUITE(check_registers, {"a register that changes is found", a_register_that_changes_is_found},
           {"another VMID is the same VM", another_vmid_is_the_same_vm},
           {"vCPUs of one VM are told apart", vcpus_of_one_vm_are_told_apart},
           {"a register lost among several vCPUs is found",
            a_register_lost_among_several_vcpus_is_found},
           {"a vCPU may not go on twice from one trap", a_vcpu_may_not_go_on_twice_from_one_trap},
           {"a VM that begins again has lost nothing", a_vm_that_begins_again_has_lost_nothing},
           {"a suspend that loses registers may", a_suspend_that_loses_registers_may});
