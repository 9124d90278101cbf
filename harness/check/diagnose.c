/* Diagnoses from the seen traps and from how a run ended; see diagnose.h. */
#include "check/diagnose.h"

#include <inttypes.h>
#include <stdio.h>

#include "check/diagnose_host.h"

#define LOOP_TRAPS      8  /* as many in a row at one place are a loop */
#define STUCK_EXITS     16 /* as many exits in a row that get the guest nowhere */
#define NO_INSTRUCTIONS 2  /* from entry to exit: the guest did not get on */
#define SAME_FAULT      64 /* the same, on the way to the same guest-page fault again */

#define INTERRUPT           0x80000000u
#define FETCH_ACCESS        1
#define BREAKPOINT          3
#define FETCH_PAGE          12
#define STORE_PAGE          15
#define FETCH_GUEST_PAGE    20
#define SUPERVISOR_ECALL    10
#define LOAD_GUEST_PAGE     21
#define STORE_GUEST_PAGE    23
#define VIRTUAL_INSTRUCTION 22

static bool is_fetch_fault(uint64_t cause)
{
    return cause == FETCH_ACCESS || cause == FETCH_PAGE || cause == FETCH_GUEST_PAGE;
}

/* A run of traps of one kind at one place. */
struct streak {
    uint64_t cause, epc, value, length;
};

static void extend(struct streak *streak, const struct event *event)
{
    uint64_t cause = event->value[EXIT_SCAUSE], epc = event->value[EXIT_SEPC];
    bool same = streak->length && streak->cause == cause && streak->epc == epc;
    streak->length = same ? streak->length + 1 : 1;
    streak->cause = cause;
    streak->epc = epc;
    streak->value = event->value[EXIT_STVAL];
}

#define GUARD_BYTES 4096

/* Is it in a page that lies under a stack so that an overflow traps? */
static bool in_guard(const struct facts *facts, uint64_t address)
{
    static const char *const guards[] = {"__stack_guard", "__emergency_stack_guard"};
    uint64_t from;
    for (unsigned i = 0; facts->symbol && i < sizeof guards / sizeof *guards; i++)
        if (facts->symbol(facts->argument, FACTS_HYPERVISOR, guards[i], &from) &&
            address - from < GUARD_BYTES)
            return true;
    return false;
}

/* Did the hart go on behind the event at index i? A hypervisor may jump to 0 to see that it traps.
 */
static bool goes_on(const struct facts *facts, size_t i)
{
    const struct event *trap = facts->event[i];
    while (++i < facts->events) {
        const struct event *event = facts->event[i];
        if (!event->type->seen || event->hart != trap->hart)
            continue;
        if (event->type->kind == SEEN_GUEST_ENTRY)
            return true;
        if (event->type->kind == SEEN_HOST_TRAP)
            return event->value[EXIT_SEPC] != 0;
    }
    return false;
}

static const char *host_trap(const struct facts *facts, size_t i, char *detail, size_t bytes)
{
    const struct event *event = facts->event[i];
    uint64_t cause = event->value[EXIT_SCAUSE], epc = event->value[EXIT_SEPC];
    uint64_t address = event->value[EXIT_STVAL];
    if (is_fetch_fault(cause) && epc == 0 && !goes_on(facts, i)) {
        snprintf(detail, bytes, "the hypervisor jumped to address 0 and trapped there");
        return "jumped to 0";
    }
    bool asked = facts->check->scenario.until == UNTIL_PANIC; /* to overflow, perhaps */
    if (cause == STORE_PAGE && in_guard(facts, address) && !asked) {
        snprintf(detail, bytes,
                 "the hypervisor stored to 0x%" PRIx64 ", in the guard page under a stack, at "
                 "0x%" PRIx64,
                 address, epc);
        return "stack overflow";
    }
    return NULL;
}

/* Nothing else was seen of the hart behind the trap at index i: a loop has no end. Breakpoints that
 * a panic ended were no loop. */
static bool is_last(const struct facts *facts, size_t i)
{
    const struct event *trap = facts->event[i];
    while (++i < facts->events) {
        const struct event *event = facts->event[i];
        if (event->hart == trap->hart &&
            (event->type->kind == SEEN_HOST_TRAP || event->type->kind == SEEN_GUEST_ENTRY ||
             event->type->kind == SEEN_GUEST_EXIT))
            return false;
    }
    return trap->value[EXIT_SCAUSE] != BREAKPOINT || facts->outcome != OUTCOME_FAILURE;
}

/* What the exits of one hart say, followed in order. */
struct follow {
    struct streak host, stuck;
    uint64_t entered;
    bool inside;
};

static const char *stuck_exits(const struct streak *stuck, char *detail, size_t bytes)
{
    bool interrupt = stuck->cause & INTERRUPT;
    snprintf(detail, bytes,
             "%" PRIu64 " exits in a row with cause %s at sepc 0x%" PRIx64
             ", the guest not getting on in between",
             stuck->length, cause_name((uint32_t)stuck->cause), stuck->epc);
    if (interrupt)
        return "interrupt storm";
    if (stuck->cause == SUPERVISOR_ECALL || stuck->cause == VIRTUAL_INSTRUCTION)
        return "sepc not advanced";
    return "exit not handled";
}

/* What a guest that does not get on may execute, in whole blocks as they are counted: a fault that
 * comes again at once at the same address was not handled, wherever its block began. */
static uint64_t may_execute(const struct follow *hart, const struct event *event)
{
    uint64_t cause = event->value[EXIT_SCAUSE];
    bool page = cause == FETCH_GUEST_PAGE || cause == LOAD_GUEST_PAGE || cause == STORE_GUEST_PAGE;
    return page && event->value[EXIT_STVAL] == hart->stuck.value ? SAME_FAULT : NO_INSTRUCTIONS;
}

static const char *take(const struct facts *facts, struct follow *hart, size_t i, char *detail,
                        size_t bytes)
{
    const struct event *event = facts->event[i];
    switch (event->type->kind) {
    case SEEN_HOST_TRAP: {
        extend(&hart->host, event);
        const char *name = host_trap(facts, i, detail, bytes);
        if (name)
            return name;
        if (hart->host.length < LOOP_TRAPS || !is_last(facts, i))
            return NULL;
        snprintf(detail, bytes, "%" PRIu64 " traps in a row of the hypervisor itself at 0x%" PRIx64,
                 hart->host.length, hart->host.epc);
        return "trap loop";
    }
    case SEEN_GUEST_ENTRY:
        hart->entered = event->instructions;
        hart->inside = true;
        hart->host.length = 0;
        return NULL;
    case SEEN_GUEST_EXIT:
        if (hart->inside && event->instructions - hart->entered > may_execute(hart, event))
            hart->stuck.length = 0;
        hart->inside = false;
        extend(&hart->stuck, event);
        return hart->stuck.length >= STUCK_EXITS ? stuck_exits(&hart->stuck, detail, bytes) : NULL;
    default:
        return NULL;
    }
}

/* stvec holds no more than a multiple of 4: the vector stands where no trap leads. */
static bool vector_not_aligned(const struct facts *facts, char *detail, size_t bytes)
{
    uint64_t vector;
    if (!facts->symbol ||
        !facts->symbol(facts->argument, FACTS_HYPERVISOR, "trap_vector", &vector) ||
        vector % 4 == 0)
        return false;
    snprintf(detail, bytes, "trap_vector is at 0x%" PRIx64 ", expected a multiple of 4", vector);
    return true;
}

const char *diagnose_traps(const struct facts *facts, char *detail, size_t bytes)
{
    if (vector_not_aligned(facts, detail, bytes))
        return "trap vector not aligned";
    const char *host = diagnose_host(facts, detail, bytes);
    if (!host)
        host = diagnose_no_panic(facts, detail, bytes);
    if (host)
        return host;
    struct follow hart[TRACE_MAX_HARTS] = {0};
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        if (!event->type->seen || event->hart >= TRACE_MAX_HARTS)
            continue;
        const char *name = take(facts, &hart[event->hart], i, detail, bytes);
        if (name)
            return name;
    }
    return NULL;
}

const char *diagnose_outcome(const struct facts *facts)
{
    enum scenario_until until = facts->check->scenario.until;
    if (facts->stray)
        return "hypervisor page reachable";
    if (facts->registers.known && !facts->registers.holds)
        return facts->registers.diagnosis; /* whatever came of it */
    switch (facts->outcome) {
    case OUTCOME_FINISHED:
        if (until == UNTIL_FINISHED && facts->has_monitor && facts->monitor.finished == 1 &&
            !*facts->cut_short)
            return NULL;
        return "early exit";
    case OUTCOME_FAILURE:
        return until == UNTIL_PANIC ? NULL : "hypervisor panic";
    case OUTCOME_DEADLINE:
        if (until == UNTIL_TRAPS || (until == UNTIL_DEADLINE && !facts->flooded))
            return NULL;
        return until == UNTIL_DEADLINE ? "it traps until the run's bound" : "timeout";
    case OUTCOME_STUCK:
        return "nothing can happen any more";
    case OUTCOME_OVERRUN:
        return "timeout";
    case OUTCOME_BROKEN:
        return NULL;
    }
    return NULL;
}
