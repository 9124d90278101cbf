/* What guests read from their consoles: legal reads pass, each illegal neighbour is named. */
#include "abi/sbi.h"
#include "model/entry.h"
#include "model_fixture.h"
#include "test.h"

#define BUFFER (BUNDLE_GUEST_RAM_BASE + 0x5000)
#define MS     10000ull

static struct model_fixture f;
static struct model_command commands[2];

static void begin(void)
{
    fixture_open(&f);
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
}

static void typed(const char *text)
{
    for (; *text; text++)
        model_console_in(f.model, (uint8_t)*text);
}

/* The guest asks for so many bytes, and the call gives it the text. */
static void reads(uint64_t asked, const char *text)
{
    fixture_call(&f, SBI_EXT_DBCN, SBI_DBCN_READ, asked, BUFFER, 0);
    memcpy(fixture_at(&f, fixture_physical(0, BUFFER)), text, strlen(text));
    f.state.x[10] = SBI_SUCCESS;
    f.state.x[11] = strlen(text);
    fixture_enter(&f);
}

static void reads_legacy(int64_t answer)
{
    fixture_call(&f, SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0);
    f.state.x[10] = (uint64_t)answer;
    fixture_enter(&f);
}

static void expect(const char *rule)
{
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), rule);
    fixture_close(&f);
}

static void any_pieces_in_order(void)
{
    begin();
    reads(8, "");
    reads_legacy(-1);
    typed("hello\xe9");
    reads(3, "hel");
    reads_legacy('l');
    reads(20, "o\xe9");
    f.now += 5 * MS;
    reads(20, "");
    expect("");
}

static void what_nobody_typed(void)
{
    begin();
    reads(8, "x");
    expect("console.input");
    begin();
    typed("hello");
    reads(8, "help");
    expect("console.input");
    begin();
    typed("hello");
    reads(8, "hello");
    reads_legacy('o');
    expect("console.input");
}

static void what_is_missing(void)
{
    begin();
    typed("hello");
    reads(8, "ello");
    expect("console.input-kept");
    begin();
    typed("hello");
    reads(8, "");
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "");
    f.now += 2 * MS;
    reads_legacy(-1);
    expect("console.input-kept");
}

static void more_than_a_uart_holds_may_go(void)
{
    begin();
    typed("0123456789abcdefghij");
    reads(40, "0123456789abcdef");
    typed("KLM");
    reads(40, "jKLM");
    expect("");
    begin();
    typed("0123456789abcdefghij");
    reads(40, "0123456789abcde");
    reads(40, "g");
    expect("console.input-kept");
}

static void the_focus_moves_by_key(void)
{
    begin();
    typed("\1"
          "1other\1"
          "0own");
    reads(20, "own");
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "");
    reads(20, "o");
    expect("console.input");
    begin();
    typed("\1hwhoever\1"
          "0own"); /* where h leads is the hypervisor's affair */
    reads(20, "whoever");
    expect("");
}

static void the_focus_moves_by_order(void)
{
    begin();
    commands[0] = (struct model_command){5 * MS, "console b"};
    f.model->setup.commands = commands;
    f.model->setup.command_count = 1;
    typed("own");
    f.now += 10 * MS;
    typed("other");
    reads(20, "own");
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "");
    reads(20, "other");
    expect("console.input");
}

static void another_life_has_other_input(void)
{
    begin();
    typed("former");
    f.now += 20 * MS;
    model_life_begins(f.model, &f.model->vm[0]);
    fixture_leave(&f, 1ull << 63 | 5, 0);
    f.state = fixture_start(0, 0, FIXTURE_ENTRY, FIXTURE_DTB);
    fixture_enter(&f);
    f.state.pc = BUNDLE_GUEST_RAM_BASE + 0x2000;
    typed("own");
    reads(20, "own");
    CU_ASSERT_STRING_EQUAL(fixture_rule(&f), "");
    reads(20, "f");
    expect("console.input");
}

TEST_SUITE(model_input, {"any pieces in order pass", any_pieces_in_order},
           {"what nobody typed is named", what_nobody_typed},
           {"what is missing is named", what_is_missing},
           {"what is more than a UART holds may be lost", more_than_a_uart_holds_may_go},
           {"the focus moves by Ctrl-A", the_focus_moves_by_key},
           {"the focus moves by the operator's line", the_focus_moves_by_order},
           {"a new life reads nothing of the former", another_life_has_other_input});
