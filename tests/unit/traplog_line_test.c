/* The lines of the trap log, of QEMU 7.2 and 10. */
#include <string.h>

#include "machine/traplog.h"
#include "test.h"

static void reads_lines_of_both_versions(void)
{
    static const char old[] = "riscv_cpu_do_interrupt: hart:1, async:1, cause:0000000000000005, "
                              "epc:0x0000000080400000, tval:0x0000000000000000, desc=s_timer";
    static const char new[] = "riscv_cpu_do_interrupt: hart:3, async:0, cause:0000000000000017, "
                              "epc:0xffffffff80400000, tval:0xdeadbeef, gva:1, "
                              "desc=guest_store_page_fault";
    struct traplog_line line;

    CU_ASSERT_TRUE(traplog_parse_line(old, strlen(old), &line));
    CU_ASSERT_EQUAL(line.kind, TRAPLOG_TRAP);
    CU_ASSERT_EQUAL(line.hart, 1);
    CU_ASSERT_EQUAL(line.scause, TRACE_CAUSE_INTERRUPT | 5);
    CU_ASSERT_EQUAL(line.epc, 0x80400000);
    CU_ASSERT_TRUE(traplog_parse_line(new, strlen(new), &line));
    CU_ASSERT_EQUAL(line.hart, 3);
    CU_ASSERT_EQUAL(line.scause, 23);
    CU_ASSERT_EQUAL(line.epc, 0xffffffff80400000);
    CU_ASSERT_EQUAL(line.tval, 0xdeadbeef);
}

static void passes_over_what_is_not_its_own(void)
{
    struct traplog_line line;

    CU_ASSERT_TRUE(traplog_parse_line("PMP violation", 13, &line));
    CU_ASSERT_EQUAL(line.kind, TRAPLOG_NOTHING);
    CU_ASSERT_TRUE(traplog_parse_line("", 0, &line));
    CU_ASSERT_EQUAL(line.kind, TRAPLOG_NOTHING);
}

static void refuses_lines_that_are_damaged(void)
{
    static const char *const damaged[] = {
        "@",
        "@Q 0 0",
        "@V",
        "@V 0",
        "@V 10 0",
        "@V 0 xyz",
        "@V 0 1 2 3 4 5",
        "riscv_cpu_do_interrupt: hart:0, async:0, cause:000000000000000a, epc:0x80",
        "riscv_cpu_do_interrupt: hart:99, async:0, cause:0a, epc:0x80, tval:0x0, desc=x",
        "riscv_cpu_do_interrupt: hart:0, async:2, cause:0a, epc:0x80, tval:0x0, desc=x",
        "riscv_cpu_do_interrupt: hart:0, async:0, cause:zz, epc:0x80, tval:0x0, desc=x",
    };
    struct traplog_line line;

    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        CU_ASSERT_FALSE(traplog_parse_line(damaged[i], strlen(damaged[i]), &line));
    }
}

TEST_SUITE(traplog_line, {"lines of QEMU 7.2 and 10 are read", reads_lines_of_both_versions},
           {"other messages are passed over", passes_over_what_is_not_its_own},
           {"damaged lines are refused", refuses_lines_that_are_damaged});
