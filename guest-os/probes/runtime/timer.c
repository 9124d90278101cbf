/* The guest's timer, by Sstc or by the SBI, and sleeping on it. */
#include "probe.h"

bool timer_is_sstc(void)
{
    if (option_is("timer", "sbi"))
        return false;
    return option_is("timer", "sstc") || board.has_sstc;
}

void timer_arm(uint64_t deadline)
{
    if (timer_is_sstc())
        csr_write(CSR_STIMECMP, deadline);
    else
        sbi_call(SBI_EXT_TIME, SBI_TIME_SET_TIMER, deadline, 0, 0);
}

void timer_stop(void)
{
    timer_arm(~0ull);
}

uint64_t ticks_of_microseconds(uint64_t microseconds)
{
    return microseconds * board.timebase_hz / 1000000;
}

void sleep_until(uint64_t deadline)
{
    uint64_t status = csr_read(sstatus);

    csr_clear(sstatus, SSTATUS_SIE);
    csr_set(sie, IE_TIMER);
    timer_arm(deadline);
    while (time_now() < deadline)
        wait_for_interrupt();
    timer_stop();
    csr_clear(sie, IE_TIMER);
    csr_write(sstatus, status);
}

void give_way(void)
{
    uint64_t span = ticks_of_microseconds(random_below(50));

    switch (random_below(4)) {
    case 0:
        vcpu_yield();
        break;
    case 1:
        sbi_call(SBI_EXT_BASE, SBI_BASE_GET_SPEC_VERSION, 0, 0, 0);
        break;
    case 2:
        sleep_until(time_now() + span);
        break;
    default:
        for (uint64_t end = time_now() + span; time_now() < end;)
            ;
    }
}
