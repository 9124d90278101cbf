/*
 * Half of a leak detector: fills all FP registers and fcsr with its pattern again and again, lets
 * other VMs run in between, and proves that it always finds its own back. fp_reader, in another VM
 * at the same time, proves that it never sees them. Options seed=, ms=. Reports facts.
 */
#include "probe.h"

const char probe_name[] = "fp_writer";

void probe_main(void)
{
    uint64_t values[32];
    uint64_t found[32];
    uint64_t end = time_now() + ticks_of_microseconds(option_number("ms", 200) * 1000);

    while (time_now() < end) {
        uint64_t rounding = random_below(5) << 5 | random_below(32);

        for (unsigned i = 0; i < 32; i++)
            values[i] = random_next();
        float_load_all(values);
        csr_write(fcsr, rounding);
        give_way();
        expect_equal(rounding, csr_read(fcsr), "fcsr is still this VM's");
        float_store_all(found);
        for (unsigned i = 0; i < 32; i++)
            if (!expect_equal(values[i], found[i], "an FP register is still this VM's"))
                explain("fp_writer: f%u\n", (uint64_t)i);
        probe_report.rounds++;
        probe_report.progress[0]++;
    }
}
