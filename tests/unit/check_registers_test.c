/* Registers of guests at their last exits, and of the hypervisor's own last trap. */
#include "check/registers.h"
#include "test.h"

#define ROOT_A   0x8000000000080100
#define ROOT_A_2 0x8000100000080100 /* the same tables under another VMID */
#define ROOT_B   0x8000000000080200

static void takes(struct register_watch *watch, uint64_t hgatp, uint64_t gp, bool entry)
{
    struct traplog_registers registers = {.hgatp = hgatp, .entry = entry};

    registers.x[3] = gp;
    registers_take(watch, &registers);
}

static void the_last_exit_of_each_vm_is_kept(void)
{
    struct register_watch *watch = registers_new();
    uint64_t value = 0;

    CU_ASSERT_FALSE(registers_last(watch, ROOT_A, 3, &value));
    takes(watch, ROOT_A, 1, false);
    takes(watch, ROOT_B, 2, false);
    takes(watch, ROOT_A, 9, true); /* an entry is no exit */
    CU_ASSERT_TRUE(registers_last(watch, ROOT_A, 3, &value));
    CU_ASSERT_EQUAL(value, 1);
    takes(watch, ROOT_A_2, 3, false);
    CU_ASSERT_TRUE(registers_last(watch, ROOT_A, 3, &value));
    CU_ASSERT_EQUAL(value, 3);
    CU_ASSERT_TRUE(registers_last(watch, ROOT_B, 3, &value));
    CU_ASSERT_EQUAL(value, 2);
    registers_free(watch);
}

static void the_hypervisor_s_own_trap_is_no_guest_s(void)
{
    struct register_watch *watch = registers_new();
    struct traplog_registers host = {.hgatp = ROOT_A, .host = true};
    uint64_t value;

    CU_ASSERT_PTR_NULL(registers_host(watch));
    host.x[1] = 77;
    registers_take(watch, &host);
    CU_ASSERT_PTR_NOT_NULL_FATAL(registers_host(watch));
    CU_ASSERT_EQUAL(registers_host(watch)->x[1], 77);
    CU_ASSERT_FALSE(registers_last(watch, ROOT_A, 1, &value));
    registers_free(watch);
}

static void registers_have_names(void)
{
    CU_ASSERT_EQUAL(register_number("gp"), 3);
    CU_ASSERT_EQUAL(register_number("x3"), -1);
    CU_ASSERT_STRING_EQUAL(register_name(31), "t6");
}

TEST_SUITE(check_registers, {"the last exit of each VM is kept", the_last_exit_of_each_vm_is_kept},
           {"the hypervisor's own trap is no guest's", the_hypervisor_s_own_trap_is_no_guest_s},
           {"registers have names", registers_have_names});
