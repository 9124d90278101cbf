/* hv/vm/bundle.c: each thing that can be wrong with a bundle is found and named. */
#include "vm/bundle.h"

#include "hv/bundle_refused.h"
#include "hv/fake_metal.h"

static void good_bundles_are_taken(void)
{
    for (unsigned vms = 1; vms <= BUNDLE_MAX_VMS - 6; vms++) {
        maker_begin(&maker, vms);
        CU_ASSERT_TRUE(opens(vms << 20));
        CU_ASSERT_EQUAL(bundle.header->vm_count, vms);
        CU_ASSERT_PTR_EQUAL(bundle.vm, maker_vm(&maker, 0));
        CU_ASSERT_PTR_EQUAL(bundle.bytes, maker.bytes);
    }
}

/* As many as there may be, which share their files. */
static void a_bundle_may_be_full(void)
{
    maker_begin(&maker, 1);
    const struct bundle_vm first = *maker_vm(&maker, 0);
    maker_header(&maker)->vm_count = BUNDLE_MAX_VMS;
    for (unsigned i = 1; i < BUNDLE_MAX_VMS; i++) {
        *maker_vm(&maker, i) = first;
        snprintf(maker_vm(&maker, i)->name, BUNDLE_NAME_BYTES, "vm%u", i);
    }
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
    CU_ASSERT_EQUAL(bundle.header->vm_count, BUNDLE_MAX_VMS);
}

static void what_is_optional_may_be_absent(void)
{
    maker_begin(&maker, 1);
    struct bundle_vm *vm = maker_vm(&maker, 0);
    vm->initrd = (struct bundle_section){0};
    vm->cap = 0;
    vm->entry = BASE + vm->image.bytes - 2;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
}

static void vms_may_share_their_files(void)
{
    maker_begin(&maker, 3);
    maker_vm(&maker, 1)->image = maker_vm(&maker, 0)->image;
    maker_vm(&maker, 2)->dtb = maker_vm(&maker, 0)->dtb;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
}

static void the_header_is_checked(void)
{
    maker_begin(&maker, 2);
    maker_header(&maker)->magic[3] = 'X';
    REFUSED("bundle: begins with 53 47 42 58, not with \"SGBUNDLE\"");
    maker_begin(&maker, 2);
    maker_header(&maker)->version = 2;
    REFUSED("bundle: version 2, expected 1");
    maker_begin(&maker, 0);
    REFUSED("bundle: 0 VMs, expected 1 to 16");
    maker_begin(&maker, 2);
    maker_header(&maker)->vm_count = 17;
    REFUSED("bundle: 17 VMs, expected 1 to 16");
    maker_begin(&maker, 2);
    maker_header(&maker)->total_bytes = MAKER_BYTES + 1;
    REFUSED("bundle: cut short: %d bytes of 0x%x are there", MAKER_BYTES, MAKER_BYTES + 1);
    maker_begin(&maker, 2);
    maker_header(&maker)->total_bytes = 367;
    REFUSED("bundle: 0x16f bytes, but its table of 2 VMs ends at 0x170");
    maker_begin(&maker, 2);
    maker_header(&maker)->total_bytes = 368; /* the table, and nothing behind it */
    REFUSED("VM 0 \"vm0\": image of 0x%lx bytes at offset 0x%lx, the bundle ends at 0x170",
            (unsigned long)maker_vm(&maker, 0)->image.bytes,
            (unsigned long)maker_vm(&maker, 0)->image.offset);
}

static void a_bundle_that_is_cut_short_is_refused_at_any_length(void)
{
    maker_begin(&maker, 2);
    uint64_t total = maker_header(&maker)->total_bytes;
    for (size_t room = 0; room < total; room += room < 512 ? 1 : 511)
        CU_ASSERT_FALSE(bundle_open(&bundle, maker.bytes, room, NO_LIMIT, why, sizeof why));
    CU_ASSERT_TRUE(bundle_open(&bundle, maker.bytes, total, NO_LIMIT, why, sizeof why));
    CU_ASSERT_FALSE(bundle_open(&bundle, maker.bytes + 4, total, NO_LIMIT, why, sizeof why));
}

static void names_are_checked(void)
{
    maker_begin(&maker, 2);
    maker_vm(&maker, 1)->name[0] = '\0';
    REFUSED("VM 1: name of 0 bytes, expected 1 to 23");
    memset(maker_vm(&maker, 1)->name, 'a', BUNDLE_NAME_BYTES);
    REFUSED("VM 1: name of 24 bytes, expected 1 to 23");
    strcpy(maker_vm(&maker, 1)->name, "a b");
    REFUSED("VM 1: byte 0x20 in its name, expected A-Z a-z 0-9 _ -");
    strcpy(maker_vm(&maker, 1)->name, "\x1b[2J");
    REFUSED("VM 1: byte 0x1b in its name, expected A-Z a-z 0-9 _ -");
    strcpy(maker_vm(&maker, 1)->name, "vm0");
    REFUSED("VM 1 \"vm0\": VM 0 has the same name");
}

static void vcpus_weight_cap_and_flags_are_checked(void)
{
    maker_begin(&maker, 1);
    struct bundle_vm *vm = maker_vm(&maker, 0), good = *vm;
    vm->vcpus = 0;
    REFUSED("VM 0 \"vm0\": 0 vCPUs, expected 1 to 8");
    vm->vcpus = 9;
    REFUSED("VM 0 \"vm0\": 9 vCPUs, expected 1 to 8");
    *vm = good;
    vm->weight = 0;
    REFUSED("VM 0 \"vm0\": weight 0, expected 1 to 10000");
    vm->weight = 10001;
    REFUSED("VM 0 \"vm0\": weight 10001, expected 1 to 10000");
    *vm = good;
    vm->cap = 101;
    REFUSED("VM 0 \"vm0\": cap of 101 %%, at most 100 %% for 1 vCPUs");
    *vm = good;
    vm->flags = 2;
    REFUSED("VM 0 \"vm0\": flags 0x2, only 0x1 is known");
}

static void memory_is_checked(void)
{
    static const uint64_t odd[] = {0, 1, 4095, (1 << 20) + 1};

    maker_begin(&maker, 1);
    struct bundle_vm *vm = maker_vm(&maker, 0);
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        vm->memory = odd[i];
        REFUSED("VM 0 \"vm0\": memory of 0x%lx bytes, expected a multiple of 4096", odd[i]);
    }
    vm->memory = GPA_LIMIT - BASE + 4096;
    REFUSED("VM 0 \"vm0\": memory of 0x1ff80001000 bytes, at most 0x1ff80000000 can be addressed");
    vm->memory = ~4095ull;
    REFUSED("VM 0 \"vm0\": memory of 0xfffffffffffff000 bytes, at most 0x1ff80000000 can be "
            "addressed");
    vm->memory = GPA_LIMIT - BASE;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
}

static void all_memory_together_is_checked_but_not_of_manual_vms(void)
{
    maker_begin(&maker, 3);
    CU_ASSERT_TRUE(opens(3 << 20));
    CU_ASSERT_FALSE(opens((3 << 20) - 1));
    CU_ASSERT_STRING_EQUAL(why,
                           "VM 2 \"vm2\": memory of 0x100000 bytes, 0xfffff of 0x2fffff are left");
    maker_vm(&maker, 1)->flags = BUNDLE_VM_MANUAL;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(2 << 20));
    for (unsigned i = 0; i < 3; i++) /* a sum that wraps around */
        maker_vm(&maker, i)->memory = GPA_LIMIT - BASE;
    maker_seal(&maker);
    CU_ASSERT_FALSE(opens(GPA_LIMIT));
}

static void reserved_fields_are_zero(void)
{
    for (unsigned i = 0; i < 9; i++) {
        maker_begin(&maker, 1);
        maker_header(&maker)->reserved[i] = 0x80 << i;
        REFUSED("bundle: reserved word %u of its header is 0x%x, expected 0", i, 0x80 << i);
    }
    maker_begin(&maker, 2);
    struct bundle_vm *vm = maker_vm(&maker, 1), good = *vm;
    vm->image.reserved = 1;
    REFUSED("VM 1 \"vm1\": reserved word of its image is 0x1, expected 0");
    *vm = good;
    vm->dtb.reserved = 1u << 31;
    REFUSED("VM 1 \"vm1\": reserved word of its device tree is 0x80000000, expected 0");
    *vm = good;
    vm->initrd = (struct bundle_section){.reserved = 2};
    REFUSED("VM 1 \"vm1\": reserved word of its initrd is 0x2, expected 0");
    *vm = good;
    vm->name[BUNDLE_NAME_BYTES - 1] = 'x';
    REFUSED("VM 1 \"vm1\": byte 0x78 behind its name, expected 0");
}

static void every_flipped_bit_is_found(void)
{
    maker_begin(&maker, 2);
    const struct bundle_vm *vm = maker_vm(&maker, 0);
    size_t table_bits = (sizeof(struct bundle_header) + 2 * sizeof *vm) * 8;

    for (size_t bit = 0; bit < table_bits; bit++) {
        maker.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        CU_ASSERT_FALSE(opens(NO_LIMIT));
        maker.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (unsigned i = 0; i < vm->image.bytes; i += 97) {
        maker.bytes[vm->image.offset + i] ^= 4;
        CU_ASSERT_FALSE(opens(NO_LIMIT));
        CU_ASSERT_PTR_NOT_NULL(strstr(why, "VM 0 \"vm0\": CRC-32 of its image is 0x"));
        maker.bytes[vm->image.offset + i] ^= 4;
    }
    CU_ASSERT_TRUE(opens(NO_LIMIT));
}

TEST_SUITE(hv_bundle, {"good bundles are taken", good_bundles_are_taken},
           {"a bundle may be full", a_bundle_may_be_full},
           {"what is optional may be absent", what_is_optional_may_be_absent},
           {"VMs may share their files", vms_may_share_their_files},
           {"the header is checked", the_header_is_checked},
           {"a bundle that is cut short is refused at any length",
            a_bundle_that_is_cut_short_is_refused_at_any_length},
           {"names are checked", names_are_checked},
           {"vCPUs, weight, cap and flags are checked", vcpus_weight_cap_and_flags_are_checked},
           {"memory is checked", memory_is_checked},
           {"all memory together is checked, but not of manual VMs",
            all_memory_together_is_checked_but_not_of_manual_vms},
           {"reserved fields are zero", reserved_fields_are_zero},
           {"every flipped bit is found", every_flipped_bit_is_found});
