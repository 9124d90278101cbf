/* hv/console: whose bytes appear on the machine's console, and where what is typed there goes. */
#include "console/console.h"

#include "boot/board.h"
#include "console/mux.h"
#include "hv/console_fixture.h"
#include "hv/fake_metal.h"
#include "trap/cause.h"
#include "vcpu/exit.h"
#include <stdio.h>
#include <string.h>

#define LINE_BYTES    160
#define BACKLOG_BYTES 2048

static void begin(const char *bootargs)
{
    board.bootargs = bootargs;
    machine_begin(3);
    machine_forget_written();
}

static void writes(unsigned vm, const char *text)
{
    mux_write(&vms[vm], text, strlen(text));
}

static void a_line_has_its_vms_name(void)
{
    begin("");
    writes(1, "one\r\ntwo");
    SHOWS("vm1| one\n");
    writes(0, "x");
    writes(2, "\n");
    SHOWS("vm2| \n");
    writes(1, "\n");
    SHOWS("vm1| two\n");
    writes(0, "y\nz");
    SHOWS("vm0| xy\n");
    machine_end();
}

static void a_line_without_an_end_is_cut(void)
{
    char text[LINE_BYTES + 1] = "", shown[LINE_BYTES + 16];

    begin("");
    memset(text, 'a', LINE_BYTES - 1);
    writes(1, text);
    SHOWS("");
    writes(1, "b");
    snprintf(shown, sizeof shown, "vm1| %sb\n", text);
    SHOWS(shown);
    writes(1, text);
    writes(1, "\xc3"); /* a character that the cut would split */
    snprintf(shown, sizeof shown, "vm1| %s\n", text);
    SHOWS(shown);
    writes(1, "\xa9\n");
    SHOWS("vm1| \xc3\xa9\n");
    machine_end();
}

static void only_who_has_the_focus_steers_the_terminal(void)
{
    static const char text[] = "\033[2J\x7f\x9b\x01\x1f z\xc3\n";

    begin("");
    writes(0, text);
    SHOWS("vm0| \033[2J\x7f\x9b\x01\x1f z\xc3\n");
    writes(1, text);
    SHOWS("vm1| ^[[2J^?\\x9b^A^_ z\\xc3\n");
    machine_end();
}

static void what_has_no_end_is_shown_at_the_end(void)
{
    begin("");
    writes(2, "last");
    writes(0, "first");
    mux_flush();
    SHOWS("vm0| first\nvm2| last\n");
    mux_flush();
    SHOWS("");
    writes(1, "of its former life");
    vm_restart(&vms[1], (char[200]){0}, 200);
    SHOWS("vm1| of its former life\n");
    machine_end();
}

static void each_write_is_traced(void)
{
    begin("");
    fake_reset(true);
    writes(1, "abc");
    CU_ASSERT_EQUAL(fake_trace_count, 1);
    struct trace_record record = fake_last_record();
    CU_ASSERT_EQUAL(record.event, TRACE_CONSOLE);
    CU_ASSERT_EQUAL(record.vm, 1);
    CU_ASSERT_EQUAL(record.vcpu, TRACE_NO_VM);
    CU_ASSERT_EQUAL(record.arg, 3);
    CU_ASSERT_EQUAL(record.a | record.b, 0);
    machine_end();
}

/* console=focus */

static void with_focus_the_others_wait(void)
{
    begin("console=focus");
    writes(0, "a\r\n\033[m");
    SHOWS("a\r\n\033[m");
    writes(1, "waits");
    writes(2, "too");
    SHOWS("");
    machine_type("\0011");
    SHOWS("\n[vm1]\nwaits");
    writes(1, "!");
    writes(0, "back");
    SHOWS("!");
    machine_type("\0010");
    SHOWS("\n[vm0]\nback");
    machine_type("\0011");
    SHOWS("\n[vm1]\n");
    vm_restart(&vms[2], (char[200]){0}, 200);
    machine_type("\0012");
    SHOWS("\n[vm2]\n");
    machine_end();
}

static void of_what_waits_the_oldest_goes(void)
{
    static char text[3 * BACKLOG_BYTES], shown[BACKLOG_BYTES + 16];

    begin("console=focus");
    for (unsigned bytes = BACKLOG_BYTES - 1; bytes < 2 * BACKLOG_BYTES + 3; bytes += 700) {
        for (unsigned i = 0; i < bytes; i++)
            text[i] = (char)('a' + (i * 7 + bytes + i / 100) % 26);
        text[bytes] = '\0';
        writes(1, text);
        SHOWS("");
        machine_type("\0011");
        unsigned lost = bytes > BACKLOG_BYTES ? bytes - BACKLOG_BYTES : 0;
        snprintf(shown, sizeof shown, "\n[vm1]\n%s", text + lost);
        SHOWS(shown);
        machine_type("\0010");
        machine_forget_written();
    }
    machine_end();
}

static void another_mode_is_refused(void)
{
    board.bootargs = "console=none";
    CU_ASSERT_TRUE(PANICS(machine_init(INIT_TABLES)));
    CU_ASSERT_STRING_EQUAL(fake_panic_message, "option console=none: all or focus is expected");
    board.bootargs = "";
}

/* The way to the machine */

static void external(void)
{
    harts[0].handlers[exit_index(CAUSE_INTERRUPT | IRQ_S_EXT)](vms[0].vcpu[0]);
}

static void every_byte_that_was_received_is_input(void)
{
    begin("");
    fake_machine.claims = 2;
    fake_machine.received = "a\377";
    external();
    CU_ASSERT_EQUAL(fake_machine.completed, 1u << 1 | 1u << 2);
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 'a');
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 0xff);
    fake_machine.received = "b";
    external(); /* nothing is claimed: not the UART's interrupt */
    CU_ASSERT_EQUAL(mux_read(&vms[0]), -1);
    machine_end();
}

static void the_firmware_writes_until_there_is_a_uart(void)
{
    begin("");
    print("%s %d", "by", 1);
    SHOWS("by 1");
    CU_ASSERT_EQUAL(fake_machine.by_uart, 0);
    machine_init(INIT_CONSOLE);
    CU_ASSERT_EQUAL(fake_machine.uart, 0);
    print("by 2");
    CU_ASSERT_EQUAL(fake_machine.by_uart, 0);
    board.uart = 0x10000000;
    machine_init(INIT_CONSOLE);
    CU_ASSERT_EQUAL(fake_machine.uart, 0x10000000);
    machine_forget_written();
    print("by 3");
    SHOWS("by 3");
    CU_ASSERT_EQUAL(fake_machine.by_uart, 4);
    machine_end();
}

TEST_SUITE(hv_console, {"a line has its VM's name", a_line_has_its_vms_name},
           {"a line without an end is cut", a_line_without_an_end_is_cut},
           {"only who has the focus steers the terminal",
            only_who_has_the_focus_steers_the_terminal},
           {"what has no end is shown at the end", what_has_no_end_is_shown_at_the_end},
           {"each write is traced", each_write_is_traced},
           {"with focus the others wait", with_focus_the_others_wait},
           {"of what waits the oldest goes", of_what_waits_the_oldest_goes},
           {"another mode is refused", another_mode_is_refused},
           {"every byte that was received is input", every_byte_that_was_received_is_input},
           {"the firmware writes until there is a UART",
            the_firmware_writes_until_there_is_a_uart});
