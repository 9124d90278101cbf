/* hv/sbi: the calls that start and end things. */
#include "sbi/sbi.h"

#include "hv/fake_metal.h"
#include "hv/sbi_caller.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "test.h"
#include "trap/cause.h"
#include <string.h>

static void a_hart_is_started_once(void)
{
    begin();
    struct vcpu *target = vm->vcpu[1];
    ANSWERS(SBI_SUCCESS, SBI_HSM_STOPPED, SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_RAM + 0x100, 42);
    ANSWERS(SBI_SUCCESS, SBI_HSM_STARTED, SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 1);
    CU_ASSERT_EQUAL(target->pc, GUEST_RAM + 0x100);
    CU_ASSERT_EQUAL(target->x[REG_A0], 1);
    CU_ASSERT_EQUAL(target->x[REG_A1], 42);
    CU_ASSERT_TRUE(target->entity.queued);
    ANSWERS(SBI_ERR_ALREADY_AVAILABLE, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_RAM, 0);
    ANSWERS(SBI_ERR_ALREADY_AVAILABLE, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 0, GUEST_RAM, 0);
    machine_end();
}

static void harts_and_addresses_that_cannot_be_are_refused(void)
{
    begin();
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 3, GUEST_RAM, 0);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_HSM, SBI_HSM_HART_START, UINT64_MAX, GUEST_RAM, 0);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_HSM, SBI_HSM_HART_GET_STATUS, 3);
    ANSWERS(SBI_ERR_INVALID_ADDRESS, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_RAM + 1, 0);
    ANSWERS(SBI_ERR_INVALID_ADDRESS, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_END, 0);
    ANSWERS(SBI_ERR_INVALID_ADDRESS, 0, SBI_EXT_HSM, SBI_HSM_HART_START, 1, 0, 0);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 7, GUEST_RAM, 0);
    ANSWERS(SBI_ERR_INVALID_ADDRESS, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 1u << 31, 0, 0);
    CU_ASSERT_EQUAL(vm->vcpu[1]->state, VCPU_STOPPED);
    CU_ASSERT_EQUAL(caller->state, VCPU_RUNNABLE);
    machine_end();
}

static void a_suspended_hart_is_woken_by_an_interrupt_that_it_enabled(void)
{
    begin();
    fake_machine.loaded.enabled = 1 << IRQ_VS_SOFT;
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0, 0, 0);
    CU_ASSERT_EQUAL(caller->state, VCPU_SUSPENDED);
    CU_ASSERT_FALSE(caller->entity.queued);
    vcpu_interrupt_set(caller, IRQ_VS_TIMER, TRACE_WAKEUP_TIMER);
    CU_ASSERT_EQUAL(caller->state, VCPU_SUSPENDED);
    vcpu_interrupt_set(caller, IRQ_VS_SOFT, TRACE_WAKEUP_IPI);
    CU_ASSERT_EQUAL(caller->state, VCPU_RUNNABLE);
    CU_ASSERT_TRUE(caller->entity.queued);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0, 0, 0); /* it is still pending */
    CU_ASSERT_EQUAL(caller->state, VCPU_RUNNABLE);
    machine_end();
}

/* Arguments of type uint32_t: 0xff… above them is their sign, or nothing. */
static void what_stands_above_32_bits_says_nothing(void)
{
    static const uint64_t above[] = {0, 1ull << 32, 0xff00000000, 0xffffffff00000000};

    for (unsigned i = 0; i < sizeof above / sizeof above[0]; i++) {
        begin();
        fake_machine.loaded.enabled = fake_machine.loaded.pending = 1 << IRQ_VS_SOFT;
        ANSWERS(SBI_SUCCESS, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, above[i], 0, 0);
        ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, above[i] | 1, 0, 0);
        ANSWERS(0, 7, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, above[i] | 1u << 31, GUEST_RAM, 7);
        CU_ASSERT_EQUAL(caller->pc, GUEST_RAM);
        ANSWERS(SBI_SUCCESS, 0, SBI_EXT_STA, SBI_STA_SET_SHMEM, GUEST_RAM, 0, above[i]);
        ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_STA, SBI_STA_SET_SHMEM, GUEST_RAM, 0,
                above[i] | 1);
        ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_SRST, SBI_SRST_RESET, above[i] | 3, 0);
        CALL(caller, SBI_EXT_SRST, SBI_SRST_RESET, above[i], above[i] | 1);
        CU_ASSERT_EQUAL(vm->report->end, VM_END_SHUTDOWN);
        CU_ASSERT_EQUAL(vm->report->end_code, SBI_SRST_REASON_FAILURE);
        machine_end();
    }
}

static void a_hart_that_stops_runs_no_more(void)
{
    begin();
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_RAM, 0);
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_STOP, 0);
    CU_ASSERT_EQUAL(caller->state, VCPU_STOPPED);
    CU_ASSERT_FALSE(caller->entity.queued);
    CU_ASSERT_EQUAL(vm->started, 1 << 1);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_RUNNING);
    machine_end();
}

static void a_vm_whose_last_hart_stops_has_ended(void)
{
    begin();
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_START, 1, GUEST_RAM, 0);
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_STOP, 0);
    caller = vm->vcpu[1];
    machine_enter(caller);
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_SUSPEND, 0, 0, 0);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_RUNNING); /* an interrupt can wake it */
    vcpu_wake(caller, TRACE_WAKEUP_IPI);
    fake_reset(true);
    CALL(caller, SBI_EXT_HSM, SBI_HSM_HART_STOP, 0);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_ENDED);
    CU_ASSERT_EQUAL(vm->report->end, VM_END_STOPPED);
    CU_ASSERT_EQUAL(vm->report->end_code, 0);
    CU_ASSERT_EQUAL(fake_last_record().event, TRACE_VM_EXIT);
    CU_ASSERT_EQUAL(fake_last_record().arg, VM_END_STOPPED);
    machine_end();
}

static void a_vm_ends_as_its_guest_asks_and_alone(void)
{
    begin();
    CALL(caller, SBI_EXT_PV, SBI_PV_EXIT, 42);
    CU_ASSERT_EQUAL(vm->report->state, VM_STATE_ENDED);
    CU_ASSERT_EQUAL(vm->report->end, VM_END_EXIT);
    CU_ASSERT_EQUAL(vm->report->end_code, 42);
    CU_ASSERT_EQUAL(vms[0].report->state, VM_STATE_RUNNING);
    caller = vms[1].vcpu[0];
    machine_enter(caller);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_SRST, SBI_SRST_RESET, 3, 0);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_SRST, SBI_SRST_RESET, 0, 2);
    CU_ASSERT_EQUAL(vms[1].report->state, VM_STATE_RUNNING);
    CALL(caller, SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN, SBI_SRST_REASON_FAILURE);
    CU_ASSERT_EQUAL(vms[1].report->end, VM_END_SHUTDOWN);
    CU_ASSERT_EQUAL(vms[1].report->end_code, SBI_SRST_REASON_FAILURE);
    caller = vms[0].vcpu[0];
    machine_enter(caller);
    CALL(caller, SBI_LEGACY_SHUTDOWN, 0, 0);
    CU_ASSERT_EQUAL(vms[0].report->end, VM_END_SHUTDOWN);
    machine_end();
}

static void features_say_what_there_is(void)
{
    begin();
    ANSWERS(SBI_SUCCESS, 1ull << 32 | PV_FEATURE_EXIT | PV_FEATURE_YIELD, SBI_EXT_PV,
            SBI_PV_FEATURES, 0);
    harts[0].before_entry = 0;
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_PV, SBI_PV_YIELD, 0);
    CU_ASSERT_EQUAL(harts[0].before_entry, ENTRY_CHOOSE);
    machine_end();
}

static void lives_and_deaths_leave_no_page_missing(void)
{
    char why[200];

    begin();
    uint64_t resident = vm->report->resident;
    vm_end(vm, VM_END_KILLED, 0);
    vm_destroy(vm);
    uint64_t free_pages = page_count(OWNER_FREE);
    for (unsigned i = 0; i < 100; i++) {
        CU_ASSERT_TRUE_FATAL(vm_restart(vm, why, sizeof why));
        CU_ASSERT_EQUAL(vm->report->resident, resident);
        vm_end(vm, VM_END_KILLED, 0);
        vm_destroy(vm);
        CU_ASSERT_EQUAL(page_count(OWNER_FREE), free_pages);
    }
    machine_end();
}

TEST_SUITE(hv_sbi_life, {"a hart is started once", a_hart_is_started_once},
           {"harts and addresses that cannot be are refused",
            harts_and_addresses_that_cannot_be_are_refused},
           {"a suspended hart is woken by an interrupt that it enabled",
            a_suspended_hart_is_woken_by_an_interrupt_that_it_enabled},
           {"what stands above 32 bits says nothing", what_stands_above_32_bits_says_nothing},
           {"a hart that stops runs no more", a_hart_that_stops_runs_no_more},
           {"a VM whose last hart stops has ended", a_vm_whose_last_hart_stops_has_ended},
           {"a VM ends as its guest asks, and alone", a_vm_ends_as_its_guest_asks_and_alone},
           {"features say what there is", features_say_what_there_is},
           {"a hundred lives and deaths leave no page missing",
            lives_and_deaths_leave_no_page_missing});
