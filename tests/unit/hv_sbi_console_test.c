/* hv/sbi: the calls that read and write guests' memory. */
#include "sbi/sbi.h"

#include "hv/fake_metal.h"
#include "hv/sbi_caller.h"
#include "memory/guest_memory.h"
#include "memory/page.h"
#include "test.h"
#include "trap/cause.h"
#include <string.h>

static void debug_console_writes_what_the_guest_has(void)
{
    static const char text[] = "across a page's end";
    uint64_t gpa = GUEST_RAM + 0x51000 - 7;

    begin();
    guest_memory_write(vm, gpa, text, sizeof text - 1);
    ANSWERS(SBI_SUCCESS, sizeof text - 1, SBI_EXT_DBCN, SBI_DBCN_WRITE, sizeof text - 1, gpa, 0);
    CU_ASSERT_EQUAL(fake_machine.written_bytes, sizeof text - 1);
    CU_ASSERT_EQUAL(memcmp(fake_machine.written, text, sizeof text - 1), 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_DBCN, SBI_DBCN_WRITE_BYTE, 'X' | 0x500);
    CU_ASSERT_EQUAL(fake_machine.written[sizeof text - 1], 'X');
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_DBCN, SBI_DBCN_WRITE, 0, GUEST_RAM, 0);
    machine_end();
}

static void debug_console_reads_what_was_typed(void)
{
    char got[8] = "";

    begin();
    machine_type("abcdef");
    ANSWERS(SBI_SUCCESS, 4, SBI_EXT_DBCN, SBI_DBCN_READ, 4, GUEST_RAM + 0x60ffe, 0);
    ANSWERS(SBI_SUCCESS, 2, SBI_EXT_DBCN, SBI_DBCN_READ, 4, GUEST_RAM + 0x61002, 0);
    ANSWERS(SBI_SUCCESS, 0, SBI_EXT_DBCN, SBI_DBCN_READ, 4, GUEST_RAM, 0);
    guest_memory_read(vm, GUEST_RAM + 0x60ffe, got, 6);
    CU_ASSERT_STRING_EQUAL(got, "abcdef");
    machine_end();
}

/* Each is { bytes, address, its upper half }. */
static const uint64_t hostile[][3] = {
    {1, 0, 0},
    {1, GUEST_RAM - 1, 0},
    {2, GUEST_RAM - 1, 0},
    {1, GUEST_END, 0},
    {2, GUEST_END - 1, 0},
    {UINT64_MAX, GUEST_RAM, 0},
    {UINT64_MAX - GUEST_RAM + 1, GUEST_RAM, 0}, /* ends at 0 */
    {UINT64_MAX - GUEST_RAM + 2, GUEST_RAM, 0},
    {1ull << 63, GUEST_RAM, 0},
    {16, UINT64_MAX - 7, 0},
    {1, UINT64_MAX, 0},
    {1, GUEST_RAM, 1},
    {1, GUEST_RAM, UINT64_MAX},
    {1, 0x80200000ull - GUEST_RAM, 0},
};

static void hostile_buffers_are_refused_and_nothing_is_touched(void)
{
    begin();
    uint64_t resident = vm->report->resident;
    machine_type("secret");
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_DBCN, SBI_DBCN_WRITE, hostile[i][0],
                hostile[i][1], hostile[i][2]);
        ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_DBCN, SBI_DBCN_READ, hostile[i][0], hostile[i][1],
                hostile[i][2]);
    }
    CU_ASSERT_EQUAL(fake_machine.written_bytes, 0);
    for (const char *typed = "secret"; *typed; typed++)
        CU_ASSERT_EQUAL(mux_read(vm), *typed);
    CU_ASSERT_EQUAL(vm->report->resident, resident);
    machine_end();
}

static void the_hypervisors_own_memory_cannot_be_named(void)
{
    begin(); /* its addresses are no guest-physical ones of the VM */
    uint64_t own = (uint64_t)(uintptr_t)caller;
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_DBCN, SBI_DBCN_WRITE, 64, own, 0);
    ANSWERS(SBI_ERR_INVALID_PARAM, 0, SBI_EXT_DBCN, SBI_DBCN_READ, 64, vm->gstage.root, 0);
    machine_end();
}

static void a_long_write_is_taken_in_parts(void)
{
    begin();
    struct sbi_result result = CALL(caller, SBI_EXT_DBCN, SBI_DBCN_WRITE, 1 << 20, GUEST_RAM, 0);
    CU_ASSERT_EQUAL(result.error, SBI_SUCCESS);
    CU_ASSERT_TRUE(result.value > 0 && result.value <= 4096);
    CU_ASSERT_EQUAL(fake_machine.written_bytes, result.value);
    machine_end();
}

static void legacy_console_answers_in_a0_alone(void)
{
    begin();
    machine_type("q");
    ANSWERS(0, 99, SBI_LEGACY_CONSOLE_PUTCHAR, 77, '!', 99);
    ANSWERS('q', 99, SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 99);
    ANSWERS(-1, 99, SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 99);
    CU_ASSERT_EQUAL(fake_machine.written[0], '!');
    machine_end();
}

TEST_SUITE(hv_sbi_console,
           {"the debug console writes what the guest has", debug_console_writes_what_the_guest_has},
           {"the debug console reads what was typed", debug_console_reads_what_was_typed},
           {"hostile buffers are refused and nothing is touched",
            hostile_buffers_are_refused_and_nothing_is_touched},
           {"the hypervisor's own memory cannot be named",
            the_hypervisors_own_memory_cannot_be_named},
           {"a long write is taken in parts", a_long_write_is_taken_in_parts},
           {"the legacy console answers in a0 alone", legacy_console_answers_in_a0_alone});
