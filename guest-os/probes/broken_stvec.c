/*
 * Proves that a vCPU whose trap vector is broken harms only itself: it traps for ever, each trap
 * giving the next. With one vCPU the VM then hangs alone, for the judge outside to see and the
 * operator to kill; with two, vCPU 0 looks on for `ms=` (50) of guest time and twice at least,
 * which takes its share of the processor, and ends the VM. Options: stvec=ADDRESS (past the end of
 * RAM), how=load|illegal|fetch, or how=paged: a vector that the guest's own tables do not map, so
 * that no trap leaves the guest and only the hypervisor's timer ends its turns. That one executes
 * no instruction at all, and under -icount the machine's clock then stands still: run it at speed.
 * Reports facts; progress[0] counts vCPU 0's looks.
 */
#include "probe.h"

const char probe_name[] = "broken_stvec";

static volatile uint32_t broken;

static void break_and_trap(struct vcpu *self)
{
    uint64_t end = board.memory.start + board.memory.bytes;

    (void)self;
    if (option_is("how", "paged")) {
        paging_on(paging_root(), 1);
        end = 0x100000000;
    }
    csr_write(stvec, option_number("stvec", end));
    __atomic_store_n(&broken, 1, __ATOMIC_RELEASE);
    if (option_is("how", "illegal"))
        __asm__ volatile(".word 0");
    if (option_is("how", "fetch"))
        touch_fetch(end, 0, 0);
    touch_load64(end, 0, 0);
}

void probe_main(void)
{
    uint64_t span = ticks_of_microseconds(option_number("ms", 50) * 1000);

    if (board.cpu_count < 2) {
        say("broken_stvec: from here on this VM traps for ever\n");
        break_and_trap(vcpu_self());
        probe_abandon("a trap with a broken stvec does not come back", 0);
    }
    expect_equal(SBI_SUCCESS, (uint64_t)vcpu_start(1, break_and_trap, 0), "vCPU 1 starts");
    wait_at_least(&broken, 1, 1000, "vCPU 1 breaks its stvec within a second");
    for (uint64_t end = time_now() + span; time_now() < end || probe_report.progress[0] < 2;) {
        probe_report.progress[0]++;
        sleep_until(time_now() + span / 20);
    }
    expect_equal(1, vcpu_areas[1].vcpu.running, "vCPU 1 never came back");
}
