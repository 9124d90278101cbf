/* Told held against seen: the kvm_exit records of each hart, one to one with its guest exits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine/traplog.h"

static const struct event *next_of(const struct event_list *list, size_t *at, unsigned hart,
                                   unsigned kind)
{
    for (; *at < list->count; (*at)++) {
        const struct event *event = &list->event[*at];

        if (event->hart == hart && event->type->kind == kind)
            return &list->event[(*at)++];
    }
    return NULL;
}

static bool same(const struct event *told, const struct event *seen)
{
    if (told->value[EXIT_SEPC] != seen->value[EXIT_SEPC])
        return false;
    if (told->value[EXIT_SCAUSE] == seen->value[EXIT_SCAUSE] &&
        told->value[EXIT_STVAL] == seen->value[EXIT_STVAL])
        return true;
    /* The firmware passed on the fault that it met itself: see traplog.c. */
    return seen->complete && told->value[EXIT_SCAUSE] == seen->value[SEEN_OTHER_SCAUSE] &&
           told->value[EXIT_STVAL] == seen->value[SEEN_OTHER_STVAL];
}

/* Prints an exit as "EXC_… at 0x… (stval 0x…)". */
static void describe(char *to, size_t bytes, const struct event *event)
{
    char cause[40];

    if (!event) {
        snprintf(to, bytes, "nothing");
        return;
    }
    event_print_value(cause, sizeof(cause), EVENT_CAUSE, event->value[EXIT_SCAUSE]);
    snprintf(to, bytes, "%s at 0x%" PRIx64 " (stval 0x%" PRIx64 ")", cause, event->value[EXIT_SEPC],
             event->value[EXIT_STVAL]);
}

/*
 * What the first difference means: if the seen exit is what the record after this one tells, a
 * record too many; if the record is what the machine took next, a record too few.
 */
static enum truth classify(const struct event *told, const struct event *seen,
                           const struct event *told_after, const struct event *seen_after)
{
    if (!told)
        return TRUTH_MISSING;
    if (!seen)
        return TRUTH_EXTRA;
    if (seen_after && same(told, seen_after))
        return TRUTH_MISSING;
    if (told_after && same(told_after, seen))
        return TRUTH_EXTRA;
    return TRUTH_ALTERED;
}

static void report(struct truth_verdict *verdict, const struct event *told,
                   const struct event *seen)
{
    static const char *const words[TRUTH_COUNT] = {
        [TRUTH_MISSING] = "a record is missing",
        [TRUTH_EXTRA] = "a record is invented",
        [TRUTH_ALTERED] = "a record is altered",
    };
    char left[100], right[100];

    describe(left, sizeof(left), told);
    describe(right, sizeof(right), seen);
    snprintf(verdict->text, sizeof(verdict->text),
             "the trace is not true: %s: exit %" PRIu64
             " of hart %u: the machine took %s, the trace tells %s",
             words[verdict->truth], verdict->position, verdict->hart, right, left);
}

/* Gives the seen exit, and the entry before it, what only the record knows: when, which vCPU. */
static void date(struct event *seen, const struct event *told)
{
    seen->time = told->time;
    seen->vm = told->vm;
    seen->vcpu = told->vcpu;
}

static bool compare_hart(const struct event_list *told, struct event_list *seen, bool cut,
                         unsigned hart, struct truth_verdict *verdict)
{
    size_t at_told = 0, at_seen = 0;

    for (uint64_t position = 0;; position++) {
        const struct event *record = next_of(told, &at_told, hart, TRACE_KVM_EXIT);
        const struct event *trap = next_of(seen, &at_seen, hart, SEEN_GUEST_EXIT);

        if (!record && !trap)
            return true;
        if (record && trap && same(record, trap)) {
            date(&seen->event[at_seen - 1], record);
            verdict->compared++;
            continue;
        }
        size_t after_told = at_told, after_seen = at_seen;
        const struct event *trap_after = next_of(seen, &after_seen, hart, SEEN_GUEST_EXIT);

        if (cut && !record && !trap_after)
            return true;
        verdict->hart = hart;
        verdict->position = position;
        verdict->told = record;
        verdict->seen = trap;
        verdict->truth =
            classify(record, trap, next_of(told, &after_told, hart, TRACE_KVM_EXIT), trap_after);
        report(verdict, record, trap);
        return false;
    }
}

void truth_compare(const struct event_list *told, struct event_list *seen, bool cut,
                   struct truth_verdict *verdict)
{
    *verdict = (struct truth_verdict){.truth = TRUTH_EQUAL};
    if (told->lost) {
        verdict->truth = TRUTH_LOST;
        snprintf(verdict->text, sizeof(verdict->text),
                 "the trace cannot be held against the machine: %" PRIu64
                 " records were overwritten before they were read (larger rings: trace_records=)",
                 told->lost);
        return;
    }
    for (unsigned hart = 0; hart < TRAPLOG_HARTS; hart++) {
        if (!compare_hart(told, seen, cut, hart, verdict))
            return;
    }
    snprintf(verdict->text, sizeof(verdict->text),
             "the trace is true: %" PRIu64 " exits told and seen alike", verdict->compared);
}
