/* A machine that got nowhere, in words: by what kind of loop, where, and why that may be. */
#include "run/stuck.h"

#include <inttypes.h>

/* scause as abi/trace.h has it. */
static uint32_t short_cause(uint64_t scause)
{
    return (uint32_t)(scause >> 63 << 31) | (uint32_t)(scause & 0x7fffffff);
}

void stuck_describe(const struct evidence *evidence)
{
    const struct machine_stuck *stuck = &evidence->outcome->stuck;
    const char *cause = cause_name(short_cause(stuck->cause));
    char place[256] = "";
    symbols_describe(evidence->symbols, stuck->pc, place, sizeof(place));
    switch (stuck->kind) {
    case STUCK_HYPERVISOR:
        complain("the hypervisor gets nowhere: it trapped %" PRIu64
                 " times in a row with %s, stval 0x%" PRIx64 ", at 0x%" PRIx64 " %s",
                 stuck->count, cause, stuck->value, stuck->pc, place);
        break;
    case STUCK_GUEST:
        complain("a guest gets nowhere: %" PRIu64 " times in a row it was entered at 0x%" PRIx64
                 " and trapped there at once with %s, stval 0x%" PRIx64
                 "; what handles that exit does not let it go on",
                 stuck->count, stuck->pc, cause, stuck->value);
        break;
    case STUCK_VECTOR:
        complain("the hypervisor gets nowhere: its trap vector ran %" PRIu64
                 " times without a trap, after %s at 0x%" PRIx64
                 " %s; something branches to it, as its branch to guest_exit does (until there is "
                 "one) when sscratch is not zero",
                 stuck->count, cause, stuck->pc, place);
        break;
    case STUCK_TAKEN: /* ends no run: taken_describe */
        break;
    case STUCK_NO_TRAP:
        complain(
            "the hypervisor gets nowhere: it executes for ever, and neither traps nor enters a "
            "guest; it was at 0x%" PRIx64 " %s",
            stuck->pc, place);
        break;
    }
}

void taken_describe(const struct evidence *evidence)
{
    const struct machine_stuck *taken = &evidence->outcome->isolation->taken;
    const char *cause = cause_name(short_cause(taken->cause));
    char place[256] = "";
    symbols_describe(evidence->symbols, taken->pc, place, sizeof(place));
    complain("before that, the hypervisor itself trapped with %s at 0x%" PRIx64
             " %s, and sscratch was 0x%" PRIx64
             ": trap_vector takes such a trap for a guest's; sscratch must be zero while the "
             "hypervisor runs",
             cause ? cause : "an unknown cause", taken->pc, place, taken->value);
}
