/* hv/console/shell.c: the line that an operator types, its words, and what is said of wrong ones.
 */
#include "console/mux.h"
#include "hv/operator_fixture.h"
#include <stdio.h>
#include <string.h>

/* The line that is being typed */

static void the_shell_says_how_to_go_on(void)
{
    machine_begin(1);
    machine_forget_written();
    machine_type("\001h");
    SHOWS("\n[hypervisor: help lists the commands, Ctrl-A 0 goes to the first VM]\nstagecoach> ");
    machine_type("\r");
    SHOWS("\nstagecoach> ");
    machine_end();
}

static void a_line_is_edited(void)
{
    begin();
    machine_type("\b\177ab\b\177c~ \t\033d");
    SHOWS("ab\b \b\b \bc~ d");
    machine_type("\n");
    SHOWS("\nc~: no such command; help lists them\nstagecoach> ");
    machine_type("  list2   \r");
    SHOWS("  list2   \nlist2: no such command; help lists them\nstagecoach> ");
    machine_type("left\001h");
    machine_forget_written();
    machine_type("x\n");
    SHOWS("x\nx: no such command; help lists them\nstagecoach> ");
    machine_end();
}

static void a_line_has_95_characters(void)
{
    char expected[200];

    begin();
    for (unsigned i = 0; i < 97; i++)
        mux_input('a');
    CU_ASSERT_EQUAL(fake_machine.written_bytes, 95);
    machine_forget_written();
    machine_type("\n");
    snprintf(expected, sizeof expected, "\n%.95s: no such command; help lists them\nstagecoach> ",
             "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
             "aaaaaaaaaaa"
             "aaaaaaaaaaaaaaaaaaaaaa");
    SHOWS(expected);
    machine_end();
}

static void what_a_vm_writes_stands_above_the_line(void)
{
    begin();
    machine_type("sta");
    machine_forget_written();
    mux_write(&vms[1], "hello\n", 6);
    SHOWS("\r\033[Kvm1| hello\nstagecoach> sta");
    machine_end();
}

static void who_gives_the_console_away_gets_no_prompt(void)
{
    begin();
    machine_type("console vm1\n");
    SHOWS("console vm1\n");
    machine_type("to vm1");
    SHOWS("");
    CU_ASSERT_EQUAL(mux_read(&vms[1]), 't');
    machine_end();
}

/* Words */

static void eight_words_are_counted(void)
{
    begin();
    SAYS("stat a b c d e f g h i j", "stat: the name or number of one VM is expected\n");
    SAYS("   ", "");
    SAYS("", "");
    SAYS("stat", "stat: the name or number of one VM is expected\n");
    SAYS("pause vm1 vm2", "pause: the name or number of one VM is expected\n");
    SAYS("kill nobody", "kill: there is no VM \"nobody\"; list shows them\n");
    SAYS("kill 3", "kill: there is no VM \"3\"; list shows them\n");
    SAYS("restart 7", "restart: there is no VM \"7\"; list shows them\n");
    machine_end();
}

static void help_has_a_line_of_each(void)
{
    static const char *const lines[] = {
        "  help            these lines\n",
        "  list            all VMs of the bundle\n",
        "  harts           the harts of the machine\n",
        "  stat     VM     its time, memory and exits\n",
        "  create   VM     make and start it from the bundle\n",
        "  pause    VM     stop giving it turns\n",
        "  resume   VM     go on\n",
        "  kill     VM     end it; its memory stays for inspection\n",
        "  destroy  VM     end it and return its memory\n",
        "  restart  VM     destroy it and create it\n",
        "  console  VM     attach this console to it\n",
        "  memory          page frames\n",
        "  trace    on|off write trace records, or stop\n",
        "  quit            end all VMs and stop the machine\n",
    };
    size_t bytes = 0;

    begin();
    runs("help");
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        CU_ASSERT_PTR_NOT_NULL(strstr(fake_machine.written, lines[i]));
        bytes += strlen(lines[i]);
    }
    CU_ASSERT_EQUAL(fake_machine.written_bytes, bytes);
    machine_end();
}

TEST_SUITE(hv_shell, {"the shell says how to go on", the_shell_says_how_to_go_on},
           {"a line is edited", a_line_is_edited},
           {"a line has 95 characters", a_line_has_95_characters},
           {"what a VM writes stands above the line", what_a_vm_writes_stands_above_the_line},
           {"who gives the console away gets no prompt", who_gives_the_console_away_gets_no_prompt},
           {"eight words are counted", eight_words_are_counted},
           {"help has a line of each", help_has_a_line_of_each});
