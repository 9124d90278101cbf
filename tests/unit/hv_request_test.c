/* hv/hart/request.c and hv/trap/panic_harts.c: what harts ask of each other. */
#include "hart/request.h"

#include "boot/board.h"
#include "hv/fake_machine.h"
#include "hv/fake_metal.h"
#include "lib/lock.h"
#include "test.h"
#include "trap/cause.h"
#include "trap/panic.h"
#include "vcpu/exit.h"
#include <string.h>

#define HARTS 4

static void begin(void)
{
    fake_machine = (struct fake_machine){0};
    board.timebase_hz = 10000000;
    memset(harts, 0, sizeof harts);
    for (unsigned i = 0; i < HARTS; i++) {
        harts[i].id = i + 2; /* as the board counts */
        harts[i].index = i;
        harts[i].state = HART_ONLINE;
    }
    hart_count = HARTS;
    fake_hart = &harts[0];
    fake_ipis = 0;
}

static void end(void)
{
    hart_count = 1;
    fake_hart = &harts[0];
    fake_on_wait = NULL;
}

/* The hart takes its IPI, in that guest or asleep. False: it stopped. */
static bool takes_ipi(struct hart *hart, struct vcpu *vcpu)
{
    struct hart *before = fake_hart;

    fake_hart = hart;
    fake_stop_expected = true;
    volatile bool stopped = true;
    if (setjmp(fake_stop_return) == 0) {
        REGISTRY_EACH (hv_exit, struct exit_entry, entry)
            if (entry->cause == (CAUSE_INTERRUPT | IRQ_S_SOFT))
                entry->handle(vcpu);
        stopped = false;
    }
    fake_stop_expected = false;
    fake_hart = before;
    return !stopped;
}

static void a_request_is_found_before_the_next_entry(void)
{
    begin();
    hart_request(&harts[1], ENTRY_CHOOSE);
    CU_ASSERT_EQUAL(fake_ipis, 1u << 3); /* by its id, not its index */
    CU_ASSERT_EQUAL(harts[1].before_entry, 0);
    CU_ASSERT_TRUE(takes_ipi(&harts[1], NULL));
    CU_ASSERT_EQUAL(harts[1].before_entry, ENTRY_CHOOSE);
    CU_ASSERT_EQUAL(harts[1].requests, 0);
    CU_ASSERT_EQUAL(fake_ipis, 0);
    end();
}

static void what_is_asked_twice_needs_one_ipi(void)
{
    begin();
    hart_request(&harts[1], ENTRY_CHOOSE);
    fake_ipis = 0;
    hart_request(&harts[1], ENTRY_WORK);
    CU_ASSERT_EQUAL(fake_ipis, 0);
    takes_ipi(&harts[1], NULL);
    CU_ASSERT_EQUAL(harts[1].before_entry, ENTRY_CHOOSE | ENTRY_WORK);
    hart_request(&harts[1], ENTRY_WORK);
    CU_ASSERT_EQUAL(fake_ipis, 1u << 3); /* taken, so that the next needs one again */
    end();
}

static void a_hart_asks_itself_without_one(void)
{
    begin();
    hart_request(&harts[0], ENTRY_CHOOSE);
    CU_ASSERT_EQUAL(fake_ipis, 0);
    CU_ASSERT_EQUAL(harts[0].before_entry, ENTRY_CHOOSE);
    end();
}

static struct vcpu guest = {.vm_id = 3, .index = 2, .pc = 0x80001234};

/* Time passes, and all but hart 5 (in the hypervisor, where interrupts are off) take their IPIs. */
static void others_go_on(void)
{
    fake_machine.clock += 1000;
    takes_ipi(&harts[1], NULL);
    takes_ipi(&harts[2], &guest);
}

static void others_go_on_without_the_first(void)
{
    fake_machine.clock += 1000;
    takes_ipi(&harts[2], NULL);
}

static void a_panic_stops_all_and_shows_each(void)
{
    static const struct lock lock = LOCK_INIT("frames", LOCK_RANK_FRAMES);

    begin();
    harts[2].current = harts[3].current = &guest;
    harts[3].awaits = &lock;
    fake_on_wait = others_go_on;
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    CU_ASSERT_EQUAL(harts[1].state, HART_STOPPED);
    CU_ASSERT_EQUAL(harts[2].state, HART_STOPPED);
    CU_ASSERT_EQUAL(harts[3].state, HART_ONLINE);
    CU_ASSERT_STRING_EQUAL(
        fake_machine.written,
        "panic: hart 2, this one: nobody's turn\n"
        "panic: hart 3: nobody's turn\n"
        "panic: hart 4: the turn of vCPU 2 of VM 3, pc 0x80001234\n"
        "panic: hart 5: the turn of vCPU 2 of VM 3, pc 0x80001234, in the hypervisor, waits for "
        "lock \"frames\"\n");
    end();
}

static void who_panics_before_it_has_come_is_shown(void)
{
    begin();
    hart_count = 2;
    harts[0].state = HART_STARTED;
    harts[1].state = HART_STOPPED;
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    CU_ASSERT_STRING_EQUAL(fake_machine.written, "panic: hart 2, this one: nobody's turn\n"
                                                 "panic: hart 3: nobody's turn\n");
    end();
}

/* One that has not come is not asked, nor is any behind those that there are; for one that does not
 * answer there is a millisecond, looked at each hundredth. */
static void a_panic_waits_no_longer_than_it_must(void)
{
    begin();
    harts[1].state = HART_STARTED;
    harts[HARTS].state = HART_ONLINE;
    harts[HARTS].id = 9;
    uint64_t began = fake_machine.clock;
    unsigned waits = fake_machine.waits;
    fake_on_wait = others_go_on_without_the_first;
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    CU_ASSERT_EQUAL(fake_machine.clock, began + 10000);
    CU_ASSERT_EQUAL(fake_machine.waits - waits, 10);
    CU_ASSERT_EQUAL(fake_machine.armed, began + 9000 + 100);
    CU_ASSERT_EQUAL(harts[HARTS].requests, 0);
    CU_ASSERT_EQUAL(harts[1].requests, 0);
    CU_ASSERT_STRING_EQUAL(fake_machine.written,
                           "panic: hart 2, this one: nobody's turn\n"
                           "panic: hart 4: nobody's turn\n"
                           "panic: hart 5: nobody's turn, in the hypervisor\n");
    harts[HARTS] = (struct hart){0};
    end();
}

static void all_go_on(void)
{
    fake_machine.clock += 1;
    for (unsigned i = 1; i < HARTS; i++)
        takes_ipi(&harts[i], NULL);
}

static void a_panic_goes_on_when_all_have_stopped(void)
{
    begin();
    uint64_t began = fake_machine.clock;
    fake_on_wait = all_go_on;
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    CU_ASSERT_EQUAL(fake_machine.clock, began + 1);
    end();
}

static void one_hart_has_nobody_to_stop(void)
{
    begin();
    hart_count = 1;
    REGISTRY_EACH (hv_panic, struct panic_entry, entry)
        entry->tell();
    CU_ASSERT_STRING_EQUAL(fake_machine.written, "");
    end();
}

TEST_SUITE(hv_request,
           {"a request is found before the next entry", a_request_is_found_before_the_next_entry},
           {"what is asked twice needs one IPI", what_is_asked_twice_needs_one_ipi},
           {"a hart asks itself without one", a_hart_asks_itself_without_one},
           {"a panic stops all and shows each", a_panic_stops_all_and_shows_each},
           {"who panics before it has come is shown", who_panics_before_it_has_come_is_shown},
           {"a panic waits no longer than it must", a_panic_waits_no_longer_than_it_must},
           {"a panic goes on when all have stopped", a_panic_goes_on_when_all_have_stopped},
           {"one hart has nobody to stop", one_hart_has_nobody_to_stop});
