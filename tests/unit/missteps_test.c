/* What is said of a VM that touched what it has not, looped in faults, or never called. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "monitor/missteps.h"
#include "test.h"

#define NOWHERE UINT64_MAX

static bool says(const struct monitor_vm *vm, const char *expected)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *stream = open_memstream(&text, &bytes);
    missteps_print(stream, vm, NULL);
    fclose(stream);
    bool same = strcmp(text, expected) == 0;
    if (!same)
        fprintf(stderr, "said: %s", text);
    free(text);
    return same;
}

static void devices_of_the_board(void)
{
    static const struct {
        uint64_t address;
        const char *name;
    } cases[] = {
        {0x10000000, "the UART"},
        {0x10000005, "the UART"},
        {0xc201004, "the PLIC or APLIC"},
        {0x2004000, "the CLINT"},
        {0x10001000, "a virtio-mmio slot"},
        {0x10008000, "a virtio-mmio slot"},
        {0x101000, "the RTC"},
        {0x100000, "the test finisher"},
        {0x20000000, "the flash"},
        {0x30000000, "the PCIe configuration space"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CU_ASSERT_STRING_EQUAL(board_device(cases[i].address), cases[i].name);
    CU_ASSERT_PTR_NULL(board_device(0));
    CU_ASSERT_PTR_NULL(board_device(0x80000000));
    CU_ASSERT_PTR_NULL(board_device(UINT64_MAX));
}

static void a_guest_for_the_uart(void)
{
    struct monitor_vm vm = {
        .name = "uart",
        .state = VM_STATE_RUNNING,
        .faults = 30,
        .fault = {{5, 0x80200040, 0xffffffff10000005, 0x10000000}},
        .last_fault = {1, 0, 0, 0},
        .last_fault_repeated = 29,
    };
    CU_ASSERT_TRUE(says(&vm,
                        "uart: was given EXC_LOAD_ACCESS at 0x10000005, where a virt board has "
                        "the UART, pc 0x80200040\n"
                        "uart: loops in faults, 29 times EXC_INST_ACCESS at 0x0, pc 0x0\n"
                        "uart: never called the hypervisor: its console and its end are SBI "
                        "calls\n"));
    vm.exits[10] = 1;
    vm.last_fault_repeated = 15;
    CU_ASSERT_TRUE(says(&vm,
                        "uart: was given EXC_LOAD_ACCESS at 0x10000005, where a virt board has "
                        "the UART, pc 0x80200040\n"));
}

static void a_kernel_for_machine_mode(void)
{
    struct monitor_vm vm = {
        .name = "m",
        .state = VM_STATE_RUNNING,
        .faults = 1,
        .fault = {{2, 0x80000000, 0x30001073, NOWHERE}},
        .exits = {[10] = 1},
    };
    CU_ASSERT_TRUE(says(&vm, "m: was given EXC_INST_ILLEGAL at pc 0x80000000, instruction "
                             "0x30001073, which wants machine mode\n"));
}

static void a_vm_that_ended_well_is_left_in_peace(void)
{
    struct monitor_vm vm = {.name = "a",
                            .state = VM_STATE_ENDED,
                            .end = VM_END_EXIT,
                            .faults = 1,
                            .fault = {{5, 1, 2, 3}}};
    CU_ASSERT_TRUE(says(&vm, ""));
    vm.state = VM_STATE_FREE;
    vm.end = VM_END_NONE;
    CU_ASSERT_TRUE(says(&vm, ""));
}

TEST_SUITE(missteps, {"devices of the board are known by their addresses", devices_of_the_board},
           {"a guest for the UART", a_guest_for_the_uart},
           {"a kernel for machine mode", a_kernel_for_machine_mode},
           {"a VM that ended well is left in peace", a_vm_that_ended_well_is_left_in_peace});
