/* hv/memory/vmid.c: no two VMs have the same VMID between two flushes. */
#include "memory/gstage.h"

#include "hv/fake_metal.h"
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

/* Enters VMs at random and holds each VMID against those that were used since the last flush. */
static void enter_at_random(unsigned vmid_bits, unsigned vms)
{
    struct gstage gstage[VMS] = {0};
    int holder[1 << 14];
    unsigned flushes;
    struct random random = {vmid_bits + 11};

    fake_reset(false);
    vmid_init(vmid_bits);
    CU_ASSERT_EQUAL(fake_fences.all, 1);
    flushes = 0;
    for (unsigned step = 0; step < 5000; step++) {
        unsigned vm = (unsigned)random_below(&random, vms);
        uint64_t vmid = vmid_of(gstage_hgatp(&gstage[vm]));
        if (flushes != fake_fences.all)
            for (unsigned i = 0; i < 1u << vmid_bits; i++)
                holder[i] = -1;
        flushes = fake_fences.all;
        CU_ASSERT_TRUE_FATAL(vmid < 1u << vmid_bits);
        CU_ASSERT_TRUE(holder[vmid] == -1 || holder[vmid] == (int)vm);
        holder[vmid] = (int)vm;
    }
}

static void no_two_vms_share_a_vmid_between_flushes(void)
{
    for (unsigned bits = 0; bits <= 14; bits++)
        enter_at_random(bits, VMS);
}

static void as_many_vms_as_vmids_need_one_flush(void)
{
    enter_at_random(3, 8);
    CU_ASSERT_EQUAL(fake_fences.all, 1);
    enter_at_random(14, VMS);
    CU_ASSERT_EQUAL(fake_fences.all, 1);
}

static void one_more_needs_a_flush_now_and_then(void)
{
    enter_at_random(3, 9);
    CU_ASSERT_TRUE(fake_fences.all > 1);
    CU_ASSERT_TRUE(fake_fences.all < 5000 / 8);
}

TEST_SUITE(hv_vmid, {"hgatp has mode, VMID and root", hgatp_has_mode_vmid_and_root},
           {"no two VMs share a VMID between flushes", no_two_vms_share_a_vmid_between_flushes},
           {"as many VMs as VMIDs need one flush", as_many_vms_as_vmids_need_one_flush},
           {"one more needs a flush now and then", one_more_needs_a_flush_now_and_then});
