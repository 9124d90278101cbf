/* Facts about descriptions of VMs, as the option --vm takes them. */
#include <string.h>

#include "bundle/spec.h"
#include "test.h"

static void spec_in_full(void)
{
    struct vm_spec spec;
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("name=a-1,image=x.elf,memory=1G,vcpus=2,initrd=i,"
                                        "weight=3,cap=150,args=run=stress,,4,manual=yes",
                                        &spec, NULL),
                          0);
    CU_ASSERT_STRING_EQUAL(spec.name, "a-1");
    CU_ASSERT_STRING_EQUAL(spec.image, "x.elf");
    CU_ASSERT_STRING_EQUAL(spec.initrd, "i");
    CU_ASSERT_STRING_EQUAL(spec.args, "run=stress,4");
    CU_ASSERT_EQUAL(spec.memory, 1ull << 30);
    CU_ASSERT(spec.vcpus == 2 && spec.weight == 3 && spec.cap == 150 && spec.manual);
    vm_spec_free(&spec);
}

static void spec_quotes(void)
{
    struct vm_spec spec;
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("args=\"a=1, b='2'\",image='x,y'", &spec, NULL), 0);
    CU_ASSERT_STRING_EQUAL(spec.args, "a=1, b='2'");
    CU_ASSERT_STRING_EQUAL(spec.image, "x,y");
    vm_spec_free(&spec);
    CU_ASSERT_EQUAL_FATAL(vm_spec_parse("args=,image=x", &spec, NULL), 0);
    CU_ASSERT_STRING_EQUAL(spec.args, "");
    vm_spec_free(&spec);
}

static void spec_refused(void)
{
    static const struct {
        const char *text, *reason;
    } bad[] = {
        {"", "image=FILE is missing"},
        {"memory=64M", "image=FILE is missing"},
        {"image=x,memory=0", "memory of 0 bytes"},
        {"image=x,memory=4097", "multiple of 4096"},
        {"image=x,memory=2T", "at most 1T"},
        {"image=x,memory=lots", "expected a number"},
        {"image=x,vcpus=0", "vcpus 0: expected 1 to 8"},
        {"image=x,vcpus=9", "vcpus 9: expected 1 to 8"},
        {"image=x,weight=0", "weight 0"},
        {"image=x,weight=10001", "weight 10001"},
        {"image=x,cap=101", "cap 101: expected at most 100"},
        {"image=x,name=", "1 to 23 characters"},
        {"image=x,name=abcdefghijklmnopqrstuvwx", "1 to 23 characters"},
        {"image=x,name=a b", "letters, digits"},
        {"image=x,colour=red", "key \"colour\" is unknown"},
        {"image", "expected KEY=VALUE"},
        {"image=x,,y=3,z", "expected KEY=VALUE"},
        {"image='x", "quote is not closed"},
        {"image='x'y", "comma after the closing quote"},
        {"image=x,manual=maybe", "yes or no"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct vm_spec spec;
        struct error error = {0};
        CU_ASSERT_EQUAL(vm_spec_parse(bad[i].text, &spec, &error), -1);
        if (strstr(error.text, bad[i].reason) == NULL)
            printf("    \"%s\" gave \"%s\"\n", bad[i].text, error.text);
        CU_ASSERT_PTR_NOT_NULL(strstr(error.text, bad[i].reason));
    }
}

static void names_given(void)
{
    struct vm_list list = {0};
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=build/rider.elf", NULL), 0);
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=build/rider.elf", NULL), 0);
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=a b+c.bin", NULL), 0);
    CU_ASSERT_EQUAL(vm_specs_name(list.vm, list.count, NULL), 0);
    CU_ASSERT_STRING_EQUAL(list.vm[0].name, "rider");
    CU_ASSERT_STRING_EQUAL(list.vm[1].name, "rider-2");
    CU_ASSERT_STRING_EQUAL(list.vm[2].name, "a-b-c");
    CU_ASSERT_EQUAL(vm_list_add(&list, "image=x,name=rider", NULL), 0);
    CU_ASSERT_EQUAL(vm_specs_name(list.vm, list.count, NULL), -1);
    vm_list_free(&list);
}

TEST_SUITE(vm_spec, {"a VM description takes every key in any order", spec_in_full},
           {"quotes and doubled commas keep commas in a value", spec_quotes},
           {"a wrong VM description is refused with its reason", spec_refused},
           {"VMs are named after their images, and names differ", names_given});
