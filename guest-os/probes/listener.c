/*
 * Reads its console until it has got `bytes=` (1) bytes or `ms=` (100) are over: by the Debug
 * Console, in pieces of any size, into any place, across pages, and by the legacy call. That it
 * gets that many is its fact, unless `any=1`; which ones they are is judged from outside.
 * progress[0] counts them. `us=` (500) lie between two reads.
 */
#include "probe.h"

const char probe_name[] = "listener";

static uint8_t buffer[3 * PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));

static uint64_t read_piece(void)
{
    uint64_t size = 1 + random_below(40);
    uint64_t at = random_below(2) ? random_below(2 * PAGE_BYTES) : PAGE_BYTES - random_below(40);
    struct sbi_result result =
        sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, size, (uintptr_t)buffer + at, 0);

    return result.error == SBI_SUCCESS ? result.value : 0;
}

static uint64_t read_byte(void)
{
    int64_t byte = sbi_call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0).error;

    return byte >= 0;
}

void probe_main(void)
{
    uint64_t wanted = option_number("bytes", 1), pause = option_number("us", 500);
    uint64_t end = time_now() + ticks_of_microseconds(1000 * option_number("ms", 100));

    while (probe_report.progress[0] < wanted && time_now() < end) {
        probe_report.progress[0] += random_below(3) ? read_piece() : read_byte();
        sleep_until(time_now() + ticks_of_microseconds(random_below(2 * pause)));
    }
    if (!option_given("any"))
        expect_true(probe_report.progress[0] == wanted, probe_report.progress[0],
                    "all that was typed for it was read");
}
