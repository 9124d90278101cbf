/* hv/memory/vmid.c: no VM meets in the TLB what another left there. */
#include "memory/gstage.h"

#include "hv/fake_metal.h"
#include "metal/metal.h"
#include "test.h"

#define VMS 40

static uint64_t vmid_of(uint64_t hgatp)
{
    return hgatp >> 44 & 0x3fff;
}

static void hgatp_has_mode_vmid_and_root(void)
{
    struct gstage gstage = {.root = 0x87654000};

    vmid_init(14);
    uint64_t hgatp = gstage_hgatp(&gstage);
    CU_ASSERT_EQUAL(hgatp >> 60, 8);
    CU_ASSERT_EQUAL(hgatp >> 58 & 3, 0);
    CU_ASSERT_EQUAL(hgatp & 0xfffffffffff, 0x87654);
    CU_ASSERT_EQUAL(vmid_of(hgatp), gstage.vmid);
    CU_ASSERT_EQUAL(gstage_hgatp(&gstage), hgatp);
}

/* Enters VMs at random, on a hart whose TLB remembers all until it is told otherwise: the VM that
 * is entered finds there what is its own. Now and then no guest is loaded, and hgatp is 0. */
static void enter_at_random(unsigned vmid_bits, unsigned vms)
{
    struct gstage gstage[VMS] = {0};
    struct random random = {vmid_bits + 11};

    fake_reset(false);
    vmid_init(vmid_bits);
    for (unsigned vm = 0; vm < vms; vm++)
        gstage[vm].root = (vm + 1) << 14;
    for (unsigned step = 0; step < 5000; step++) {
        unsigned vm = (unsigned)random_below(&random, vms);
        gstage_load(&gstage[vm]);
        uint64_t vmid = vmid_of(fake_tlb.hgatp);
        CU_ASSERT_EQUAL(fake_tlb.hgatp, gstage[vm].hgatp);
        CU_ASSERT_TRUE_FATAL(vmid < 1u << vmid_bits);
        CU_ASSERT_EQUAL(fake_tlb.second[vmid], fake_tlb.hgatp);
        CU_ASSERT_EQUAL(fake_tlb.first[vmid], fake_tlb.hgatp);
        if (random_below(&random, 16) == 0)
            second_stage_load(0);
    }
}

static void a_vm_finds_nothing_of_another_in_the_tlb(void)
{
    for (unsigned bits = 0; bits <= 14; bits++)
        enter_at_random(bits, VMS);
}

/* hgatp is 0 while no guest is loaded: mode Bare, VMID 0. */
static void the_vmid_of_no_guest_is_lent_to_none(void)
{
    for (unsigned bits = 1; bits <= 14; bits++) {
        enter_at_random(bits, VMS);
        CU_ASSERT_TRUE(fake_tlb.second[0] == 0);
    }
}

static void as_many_vms_as_vmids_need_one_fence_each(void)
{
    enter_at_random(3, 7);
    CU_ASSERT_EQUAL(fake_fences.vmid, 7);
    enter_at_random(14, VMS);
    CU_ASSERT_EQUAL(fake_fences.vmid, VMS);
}

static void one_more_needs_a_new_generation_now_and_then(void)
{
    enter_at_random(3, 8);
    CU_ASSERT_TRUE(fake_fences.vmid > 8);
    CU_ASSERT_TRUE(fake_fences.vmid < 2500);
}

TEST_SUITE(hv_vmid, {"hgatp has mode, VMID and root", hgatp_has_mode_vmid_and_root},
           {"a VM finds nothing of another in the TLB", a_vm_finds_nothing_of_another_in_the_tlb},
           {"the VMID of no guest is lent to none", the_vmid_of_no_guest_is_lent_to_none},
           {"as many VMs as VMIDs need one fence each", as_many_vms_as_vmids_need_one_fence_each},
           {"one more needs a new generation now and then",
            one_more_needs_a_new_generation_now_and_then});
