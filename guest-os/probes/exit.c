/*
 * Proves how a VM ends: how=pv|srst|legacy|reboot|return ends it that way, code=N gives the code
 * or the SRST reason; silent=1 says nothing on the way. A reboot that finds the former life's
 * memory ends with code 77, a reset of a reserved kind that is served with 78. Reports by that end
 * alone.
 */
#include "probe.h"

const char probe_name[] = "exit";

/* Types and reasons that no specification has given away; a VM that goes on has refused them. */
static bool reserved_are_refused(void)
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t type = i & 1 ? 3 + random_below(0xe0000000) : SBI_SRST_TYPE_SHUTDOWN;
        uint64_t reason = i & 1 ? 0 : 2 + random_below(0xd0000000);

        type |= random_next() << 32; /* both have 32 bits: what stands above says nothing */
        reason |= random_next() << 32;

        if (sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, type, reason, 0).error != SBI_ERR_INVALID_PARAM)
            return false;
    }
    return true;
}

void probe_main(void)
{
    uint64_t code = option_number("code", 0);
    uint32_t *left_behind = (uint32_t *)(__image_end + (1 << 20));

    if (!option_number("silent", 0))
        say("exit: code %u\n", code);
    probe_report.verdict = PROBE_PASSED;
    probe_report.code = (uint32_t)code;
    if (option_is("how", "return"))
        return;
    if (option_is("how", "srst") && !reserved_are_refused())
        probe_exit(78);
    if (option_is("how", "srst"))
        sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN | random_next() << 32,
                 code | random_next() << 32, 0);
    if (option_is("how", "reboot") && __atomic_exchange_n(left_behind, 1, __ATOMIC_SEQ_CST))
        probe_exit(77); /* the former life's memory is still there */
    if (option_is("how", "reboot"))
        sbi_call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_COLD_REBOOT, code, 0);
    if (option_is("how", "legacy"))
        sbi_call(SBI_LEGACY_SHUTDOWN, 0, 0, 0, 0);
    probe_exit(code);
}
