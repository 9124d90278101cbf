/* hv/console/mux.c: where what is typed at the machine's console goes. */
#include "console/mux.h"

#include "boot/board.h"
#include "hv/console_fixture.h"
#include <string.h>

#define INPUT_BYTES 256

static void begin(void)
{
    machine_begin(3);
    machine_forget_written();
}

static void writes(unsigned vm, const char *text)
{
    mux_write(&vms[vm], text, strlen(text));
}

static void input_goes_to_the_focus(void)
{
    begin();
    machine_type("a\001"
                 "2bc\001"
                 "nd\001"
                 "ne");
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 'a');
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 'd');
    CU_ASSERT_EQUAL(mux_read(&vms[0]), -1);
    CU_ASSERT_EQUAL(mux_read(&vms[1]), 'e');
    CU_ASSERT_EQUAL(mux_read(&vms[1]), -1);
    CU_ASSERT_EQUAL(mux_read(&vms[2]), 'b');
    CU_ASSERT_EQUAL(mux_read(&vms[2]), 'c');
    CU_ASSERT_EQUAL(mux_read(&vms[2]), -1);
    SHOWS("");
    machine_type("\001n\001n\377");
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 0xff);
    machine_end();
}

static void the_next_vm_is_one_that_exists(void)
{
    begin();
    vm_end(&vms[1], VM_END_KILLED, 0);
    vm_destroy(&vms[1]);
    machine_type("\001nx");
    CU_ASSERT_EQUAL(mux_read(&vms[2]), 'x');
    machine_forget_written();
    machine_type("\0011");
    SHOWS("\n[there is no VM 1]\n");
    machine_type("\0019");
    SHOWS("\n[there is no VM 9]\n");
    machine_type("y");
    CU_ASSERT_EQUAL(mux_read(&vms[2]), 'y');
    machine_type("\001h\001nz");
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 'z');
    machine_end();
}

static void a_key_that_is_none_shows_which_there_are(void)
{
    static const char keys[] = "\n[Ctrl-A 0 … 9: that VM, n: next VM, h: hypervisor, x: end all]\n";

    begin();
    machine_type("\001?");
    SHOWS(keys);
    machine_type("\001\001");
    SHOWS(keys);
    machine_type("\001/");
    SHOWS(keys);
    machine_type("\001:");
    SHOWS(keys);
    machine_type("a");
    CU_ASSERT_EQUAL(mux_read(&vms[0]), 'a');
    machine_end();
}

static void what_nobody_reads_is_lost_at_the_end(void)
{
    begin();
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < INPUT_BYTES + 10; i++)
            mux_input((char)('a' + i % 26));
        for (unsigned i = 0; i < INPUT_BYTES - round; i++)
            CU_ASSERT_EQUAL(mux_read(&vms[0]), 'a' + (int)i % 26);
        while (mux_read(&vms[0]) >= 0)
            ;
        mux_input('a'); /* the ring begins elsewhere */
        CU_ASSERT_EQUAL(mux_read(&vms[0]), 'a');
    }
    machine_type("old");
    vm_restart(&vms[0], (char[200]){0}, 200);
    CU_ASSERT_EQUAL(mux_read(&vms[0]), -1);
    machine_end();
}

static void the_operator_holds_the_machine(void)
{
    begin();
    CU_ASSERT_FALSE(mux_holds());
    machine_type("\001h\001h");
    CU_ASSERT_TRUE(mux_holds());
    for (unsigned i = 0; i < 3; i++)
        vm_end(&vms[i], VM_END_KILLED, 0);
    CU_ASSERT_FALSE(WORK_STOPS_THE_MACHINE());
    machine_type("\0010");
    CU_ASSERT_FALSE(mux_holds());
    CU_ASSERT_TRUE(WORK_STOPS_THE_MACHINE());
    machine_end();
}

static void ctrl_a_x_ends_all(void)
{
    begin();
    vm_end(&vms[0], VM_END_EXIT, 5);
    vm_end(&vms[1], VM_END_KILLED, 0);
    vm_destroy(&vms[1]);
    writes(2, "rest");
    machine_forget_written();
    CU_ASSERT_TRUE(STOPS_THE_MACHINE(machine_type("\001x")));
    CU_ASSERT_FALSE(fake_stop_failure);
    mux_input('?'); /* the key's second half, which the end has cut off */
    CU_ASSERT_EQUAL(strncmp(fake_machine.written, "vm2| rest\n", 10), 0);
    CU_ASSERT_EQUAL(vms[0].report->end, VM_END_EXIT);
    CU_ASSERT_EQUAL(vms[1].report->state, VM_STATE_DESTROYED);
    CU_ASSERT_EQUAL(vms[2].report->end, VM_END_KILLED);
    CU_ASSERT_EQUAL(monitor.finished, 1);
    machine_end();
}

TEST_SUITE(hv_focus, {"input goes to the focus", input_goes_to_the_focus},
           {"the next VM is one that exists", the_next_vm_is_one_that_exists},
           {"a key that is none shows which there are", a_key_that_is_none_shows_which_there_are},
           {"what nobody reads is lost at the end", what_nobody_reads_is_lost_at_the_end},
           {"the operator holds the machine", the_operator_holds_the_machine},
           {"Ctrl-A x ends all", ctrl_a_x_ends_all});
