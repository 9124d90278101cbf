/* The console's rules: what VMs wrote, by hand, against what a machine showed. */
#include "model/console.h"

#include <string.h>

#include "model/rule.h"
#include "test.h"

static uint8_t record[4096];
static size_t record_bytes;

static void begin(void)
{
    record_bytes = 0;
}

static void wrote(int vm, const char *text)
{
    struct model_written written = {vm, (uint32_t)strlen(text)};

    memcpy(record + record_bytes, &written, sizeof(written));
    record_bytes += sizeof(written);
    memcpy(record + record_bytes, text, strlen(text));
    record_bytes += strlen(text);
}

/* The rule that is broken when this was shown; "": none. */
static const char *broken(const char *shown, uint64_t owed, bool finished)
{
    struct model_console_breach breach;

    model_console_judge(record, record_bytes, (const uint8_t *)shown, strlen(shown), owed, finished,
                        &breach);
    return breach.rule ? breach.rule->name : "";
}

#define ALL UINT64_MAX

static void any_form_of_lines(void)
{
    begin();
    wrote(0, "hello\n");
    wrote(1, "wor");
    wrote(1, "ld\n");
    CU_ASSERT_STRING_EQUAL(broken("a| hello\nb| world\n", ALL, true), "");
    CU_ASSERT_STRING_EQUAL(broken("hewolrllo\r\nd\r\n", ALL, true), "");
}

static void a_byte_that_is_missing(void)
{
    begin();
    wrote(0, "hello\n");
    CU_ASSERT_STRING_EQUAL(broken("a| helo\n", ALL, true), "console.order");
    CU_ASSERT_STRING_EQUAL(broken("", ALL, true), "console.order");
}

static void the_wrong_order(void)
{
    begin();
    wrote(0, "first\nsecond\n");
    CU_ASSERT_STRING_EQUAL(broken("second\nfirst\n", ALL, true), "console.order");
}

static void a_line_without_its_end(void)
{
    begin();
    wrote(0, "one\ntw");
    CU_ASSERT_STRING_EQUAL(broken("one\n", ALL, true), "console.order");
    CU_ASSERT_STRING_EQUAL(broken("one\n", ALL, false), "");
    CU_ASSERT_STRING_EQUAL(broken("on", ALL, false), "console.order");
}

static void what_is_not_shown(void)
{
    begin();
    wrote(0, "seen\n");
    wrote(1, "hidden\n");
    CU_ASSERT_STRING_EQUAL(broken("seen\n", 1, true), "");
    CU_ASSERT_STRING_EQUAL(broken("seen\n", ALL, true), "console.order");
}

static void what_is_not_printable(void)
{
    begin();
    wrote(0, "a\x1b[31m\xc1z\n");
    CU_ASSERT_STRING_EQUAL(broken("a^[[31m\\xc1z\n", ALL, true), "");
    CU_ASSERT_STRING_EQUAL(broken("a[31mz\n", ALL, true), "");
    CU_ASSERT_STRING_EQUAL(broken("a[31m\n", ALL, true), "console.order");
}

static void what_is_shown_twice(void)
{
    begin();
    wrote(0, "x\xc1y\n");
    CU_ASSERT_STRING_EQUAL(broken("x\xc1y\n", ALL, true), "");
    CU_ASSERT_STRING_EQUAL(broken("x\xc1\xc1y\n", ALL, true), "console.once");
    CU_ASSERT_STRING_EQUAL(broken("x\xc1y\n\xc2", ALL, true), "console.once");
}

static void a_record_that_is_cut(void)
{
    begin();
    wrote(0, "whole\n");
    wrote(0, "cut\n");
    record_bytes -= 2;
    CU_ASSERT_STRING_EQUAL(broken("whole\n", ALL, true), "");
}

TEST_SUITE(model_console, {"any form of lines passes", any_form_of_lines},
           {"a byte that is missing is named", a_byte_that_is_missing},
           {"so is the wrong order", the_wrong_order},
           {"a line without its end is owed only at the machine's end", a_line_without_its_end},
           {"who is not shown is owed nothing", what_is_not_shown},
           {"what is not printable may be spelled out", what_is_not_printable},
           {"a byte of a guest's own that comes twice, or of none, is named", what_is_shown_twice},
           {"a record that is cut ends there", a_record_that_is_cut});
