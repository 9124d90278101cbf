/* hv/vm/bundle.c: where the files of a VM lie, in the bundle and in the guest. */
#include "vm/bundle.h"

#include "hv/bundle_refused.h"
#include "hv/fake_metal.h"

static void sections_lie_in_the_bundle(void)
{
    maker_begin(&maker, 1);
    struct bundle_vm *vm = maker_vm(&maker, 0);
    uint64_t total = maker_header(&maker)->total_bytes;
    vm->image.offset += 8;
    REFUSED("VM 0 \"vm0\": image at offset 0x1008, expected a multiple of 4096");
    vm->image.offset = 0;
    REFUSED("VM 0 \"vm0\": image at offset 0x0, expected a multiple of 4096");
    vm->image.offset = ~4095ull; /* with its bytes it wraps around */
    REFUSED("VM 0 \"vm0\": image of 0x1388 bytes at offset 0xfffffffffffff000, the bundle ends at "
            "0x%lx",
            total);
    vm->image.offset = total - 4096;
    REFUSED("VM 0 \"vm0\": image of 0x1388 bytes at offset 0x%lx, the bundle ends at 0x%lx",
            total - 4096, total);
    vm->image.bytes = UINT64_MAX;
    REFUSED("VM 0 \"vm0\": image of 0xffffffffffffffff bytes at offset 0x%lx, the bundle ends at "
            "0x%lx",
            total - 4096, total);
}

static void sections_lie_in_the_guests_memory(void)
{
    static const uint64_t places[] = {0, BASE - 8, BASE + (1 << 20), BASE + (1 << 20) - 4999,
                                      ~0ull};

    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        maker_begin(&maker, 1);
        maker_vm(&maker, 0)->initrd.gpa = places[i];
        REFUSED("VM 0 \"vm0\": initrd of 0x1388 bytes at 0x%lx, its memory is 0x80000000 to "
                "0x80100000",
                places[i]);
    }
    maker_begin(&maker, 1);
    maker_vm(&maker, 0)->initrd.gpa = BASE + (1 << 20) - 5000;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
}

static void sections_do_not_overlap_in_the_guest(void)
{
    maker_begin(&maker, 1);
    struct bundle_vm *vm = maker_vm(&maker, 0);
    vm->dtb.gpa = BASE + 4999;
    REFUSED("VM 0 \"vm0\": device tree at 0x80001387 overlaps image at 0x80000000");
    vm->dtb.gpa = BASE + 5000;
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
    vm->image.gpa = vm->entry = BASE + 0x4000; /* behind it */
    maker_seal(&maker);
    CU_ASSERT_TRUE(opens(NO_LIMIT));
    vm->initrd.gpa = vm->dtb.gpa;
    REFUSED("VM 0 \"vm0\": initrd at 0x80001388 overlaps device tree at 0x80001388");
}

static void image_and_device_tree_are_required(void)
{
    maker_begin(&maker, 1);
    maker_vm(&maker, 0)->dtb.bytes = 0;
    REFUSED("VM 0 \"vm0\": has no device tree");
    maker_vm(&maker, 0)->image.bytes = 0;
    REFUSED("VM 0 \"vm0\": has no image");
}

static void the_device_tree_is_aligned(void)
{
    maker_begin(&maker, 1);
    maker_vm(&maker, 0)->dtb.gpa += 4;
    REFUSED("VM 0 \"vm0\": device tree at 0x80002004, expected a multiple of 8");
}

static void the_entry_lies_in_the_image(void)
{
    static const uint64_t wrong[] = {0, BASE - 2, BASE + 5000, UINT64_MAX - 1};

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        maker_begin(&maker, 1);
        maker_vm(&maker, 0)->entry = wrong[i];
        REFUSED("VM 0 \"vm0\": entry 0x%lx, its image is 0x80000000 to 0x80001388", wrong[i]);
    }
    maker_vm(&maker, 0)->entry = BASE + 1;
    REFUSED("VM 0 \"vm0\": entry 0x80000001 is odd, no instruction can be there");
}

TEST_SUITE(hv_bundle_section, {"sections lie in the bundle", sections_lie_in_the_bundle},
           {"sections lie in the guest's memory", sections_lie_in_the_guests_memory},
           {"sections do not overlap in the guest", sections_do_not_overlap_in_the_guest},
           {"image and device tree are required", image_and_device_tree_are_required},
           {"the device tree is aligned", the_device_tree_is_aligned},
           {"the entry lies in the image", the_entry_lies_in_the_image});
