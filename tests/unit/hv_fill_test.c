/* hv/memory/guest_memory.c, filling, and what a hart must be told of it before the guest goes on.
 */
#include "memory/guest_memory.h"

#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "memory/page.h"
#include "test.h"

#define FRESH (GUEST_RAM + 0x70000) /* where nothing of the VM's image is */

static struct vm *vm;

static void begin(void)
{
    machine_begin(1);
    vm = &vms[0];
    gstage_load(&vm->gstage);
    fake_reset(false);
    fake_machine.fence_i = 0;
}

static void a_filled_page_is_fenced_in_both_ways(void)
{
    begin();
    CU_ASSERT_TRUE(guest_memory_fill(vm, FRESH));
    CU_ASSERT_EQUAL(fake_fences.page + fake_fences.vmid, 1);
    CU_ASSERT_EQUAL(fake_fences.last_vmid, vm->gstage.vmid);
    CU_ASSERT_EQUAL(fake_machine.fence_i, 1);
    machine_end();
}

/* The hart has cached that it was not. Whether a table above was missing then, nobody knows. */
static void a_page_that_is_there_already_is_fenced_with_all_of_the_vm(void)
{
    begin();
    guest_memory_fill(vm, FRESH);
    fake_reset(false);
    CU_ASSERT_TRUE(guest_memory_fill(vm, FRESH + 8));
    CU_ASSERT_EQUAL(fake_fences.vmid, 1);
    CU_ASSERT_EQUAL(fake_fences.last_vmid, vm->gstage.vmid);
    machine_end();
}

static void what_is_not_ram_is_not_fenced(void)
{
    begin();
    CU_ASSERT_FALSE(guest_memory_fill(vm, GUEST_END));
    CU_ASSERT_EQUAL(fake_fences.page + fake_fences.vmid + fake_fences.all, 0);
    machine_end();
}

static void a_vcpu_starts_on_code_that_the_hart_sees(void)
{
    begin();
    vcpu_stop(vm->vcpu[0]);
    fake_machine.fence_i = 0;
    vcpu_start(vm->vcpu[0], GUEST_RAM, 0);
    CU_ASSERT_EQUAL(fake_machine.fence_i, 1);
    machine_end();
}

TEST_SUITE(hv_fill, {"a filled page is fenced in both ways", a_filled_page_is_fenced_in_both_ways},
           {"a page that is there already is fenced, with all of the VM",
            a_page_that_is_there_already_is_fenced_with_all_of_the_vm},
           {"what is not RAM is not fenced", what_is_not_ram_is_not_fenced},
           {"a vCPU starts on code that the hart sees", a_vcpu_starts_on_code_that_the_hart_sees});
