/* What the hypervisor's own traps say about its trap vector; see diagnose_host.h. */
#include "check/diagnose_host.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define BREAKPOINT       3
#define STORE_MISALIGNED 6
#define STORE_ACCESS     7
#define STORE_PAGE       15
#define FETCH_GUEST_PAGE 20
#define LOAD_GUEST_PAGE  21
#define STORE_GUEST_PAGE 23
#define LARGEST_LEAF     (1ull << 30)

static const struct event *last_of(const struct facts *facts, unsigned kind, size_t before,
                                   size_t *place)
{
    for (size_t i = before; i-- > 0;)
        if (facts->event[i]->type->kind == kind) {
            *place = i;
            return facts->event[i];
        }
    return NULL;
}

/* Does the address lie in that function of the hypervisor? `place` gets its source line. */
static bool is_in(const struct facts *facts, uint64_t address, const char *function, char *place,
                  size_t bytes)
{
    size_t length = strlen(function);
    return facts->describe && facts->describe(facts->argument, -1, address, place, bytes) &&
           strncmp(place, function, length) == 0 && strchr("+ ", place[length]);
}

static bool is_store(uint64_t cause)
{
    return cause == STORE_MISALIGNED || cause == STORE_ACCESS || cause == STORE_PAGE;
}

/* The way of every trap has trapped itself. */
static const char *in_vector(const struct facts *facts, const struct event *trap, char *detail,
                             size_t bytes)
{
    uint64_t cause = trap->value[EXIT_SCAUSE], epc = trap->value[EXIT_SEPC];
    uint64_t address = trap->value[EXIT_STVAL];
    char place[200];
    if (is_in(facts, epc, "guest_exit", place, sizeof place)) {
        snprintf(
            detail, bytes,
            "a trap of the hypervisor itself was taken for a guest's: sscratch was not zero, and "
            "%s found no vCPU there (%s, stval 0x%" PRIx64 ")",
            place, cause_name((uint32_t)cause), address);
        return "sscratch not cleared";
    }
    if (!is_in(facts, epc, "trap_vector", place, sizeof place))
        return NULL;
    if (is_store(cause)) {
        snprintf(detail, bytes,
                 "the trap vector itself trapped, at %s: it stored to 0x%" PRIx64
                 ", where there is no stack",
                 place, address);
        return "stack pointer not checked";
    }
    uint64_t enter;
    if (facts->symbol && facts->symbol(facts->argument, FACTS_HYPERVISOR, "vcpu_enter", &enter))
        return NULL; /* how did it come to run with such registers? */
    snprintf(detail, bytes, "the trap vector itself trapped, at %s: %s, stval 0x%" PRIx64, place,
             cause_name((uint32_t)cause), address);
    return "trap in the trap vector";
}

/* The last two traps of a hart are one trap, taken twice. A breakpoint may come as often as it
 * likes. */
static const char *taken_twice(const struct facts *facts, const struct event *trap, size_t place,
                               char *detail, size_t bytes)
{
    const struct event *before = last_of(facts, SEEN_HOST_TRAP, place, &place);
    if (!before || before->hart != trap->hart || trap->value[EXIT_SCAUSE] == BREAKPOINT ||
        memcmp(before->value, trap->value, 3 * sizeof *trap->value) != 0 ||
        trap->value[EXIT_SCAUSE] >> 31)
        return NULL;
    snprintf(detail, bytes,
             "%s at 0x%" PRIx64 " was taken, and then once more: the vector's sret led back to it",
             cause_name((uint32_t)trap->value[EXIT_SCAUSE]), trap->value[EXIT_SEPC]);
    return "back at the trapping instruction";
}

/* A panic on the way of a guest-page fault so high that an address and a length wrap around. */
static const char *wrapped(const struct facts *facts, char *detail, size_t bytes)
{
    size_t place;
    const struct event *exit = last_of(facts, SEEN_GUEST_EXIT, facts->events, &place);
    if (!exit)
        return NULL;
    uint64_t cause = exit->value[EXIT_SCAUSE], address = exit->value[EXIT_STVAL];
    bool page = cause == FETCH_GUEST_PAGE || cause == LOAD_GUEST_PAGE || cause == STORE_GUEST_PAGE;
    if (!page || address + LARGEST_LEAF >= address)
        return NULL;
    snprintf(detail, bytes,
             "the guest's last exit was %s at 0x%" PRIx64
             ", where an address and a length add up to more than 2^64",
             cause_name((uint32_t)cause), address);
    return "address wraps around";
}

static const char *in_any_vector(const struct facts *facts, char *detail, size_t bytes)
{
    for (size_t i = 0; i < facts->events; i++) {
        const char *name = facts->event[i]->type->kind == SEEN_HOST_TRAP
                               ? in_vector(facts, facts->event[i], detail, bytes)
                               : NULL;
        if (name)
            return name;
    }
    return NULL;
}

const char *diagnose_host(const struct facts *facts, char *detail, size_t bytes)
{
    size_t place;
    const struct event *trap = last_of(facts, SEEN_HOST_TRAP, facts->events, &place);
    const char *name = trap ? in_any_vector(facts, detail, bytes) : NULL;
    if (!name && facts->vector_alone) {
        snprintf(detail, bytes,
                 "something branches to trap_vector, as its branch to guest_exit does (until there "
                 "is one) when sscratch is not zero");
        return "sscratch not cleared";
    }
    if (!name && facts->outcome == OUTCOME_FAILURE)
        name = wrapped(facts, detail, bytes);
    if (!name && trap && facts->outcome == OUTCOME_FAILURE)
        name = taken_twice(facts, trap, place, detail, bytes);
    return name;
}

const char *diagnose_no_panic(const struct facts *facts, char *detail, size_t bytes)
{
    size_t place;
    const struct event *trap = last_of(facts, SEEN_HOST_TRAP, facts->events, &place);
    if (!trap || facts->check->scenario.until != UNTIL_PANIC || facts->outcome == OUTCOME_FAILURE ||
        facts->outcome == OUTCOME_BROKEN)
        return NULL;
    snprintf(
        detail, bytes,
        "a trap that nobody expects was to be the end, and the hypervisor went on; its last one "
        "was %s at 0x%" PRIx64,
        cause_name((uint32_t)trap->value[EXIT_SCAUSE]), trap->value[EXIT_SEPC]);
    return "unexpected trap not fatal";
}
