/* Told held against seen: the kvm_exit records of each hart, one to one with its guest exits. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine/traplog.h"

#define LOOK_AHEAD 32 /* pairs behind a difference that tell what it is */

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

/* How many pairs in a row agree from here on, at most LOOK_AHEAD. */
static unsigned agreeing(const struct event_list *told, size_t at_told,
                         const struct event_list *seen, size_t at_seen, unsigned hart)
{
    unsigned count = 0;

    while (count < LOOK_AHEAD) {
        const struct event *record = next_of(told, &at_told, hart, TRACE_KVM_EXIT);
        const struct event *trap = next_of(seen, &at_seen, hart, SEEN_GUEST_EXIT);

        if (!record || !trap || !same(record, trap))
            return count + (!record && !trap); /* both at their end is an agreement, too */
        count++;
    }
    return count;
}

/* The places just before and just behind the first difference, in both lists. */
struct difference {
    size_t told, told_after, seen, seen_after;
};

/*
 * What the first difference means is what lets the lists agree longest from there on: leaving out
 * the trap (its record is missing), the record (it is invented), or both (it is altered).
 */
static enum truth classify(const struct event_list *told, const struct event_list *seen,
                           const struct difference *at, unsigned hart)
{
    unsigned missing = agreeing(told, at->told, seen, at->seen_after, hart);
    unsigned extra = agreeing(told, at->told_after, seen, at->seen, hart);
    unsigned altered = agreeing(told, at->told_after, seen, at->seen_after, hart);

    if (altered >= missing && altered >= extra)
        return TRUTH_ALTERED;
    return missing >= extra ? TRUTH_MISSING : TRUTH_EXTRA;
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
        struct difference at = {.told = at_told, .seen = at_seen};
        const struct event *record = next_of(told, &at_told, hart, TRACE_KVM_EXIT);
        const struct event *trap = next_of(seen, &at_seen, hart, SEEN_GUEST_EXIT);

        if (!record && !trap)
            return true;
        if (record && trap && same(record, trap)) {
            date(&seen->event[at_seen - 1], record);
            verdict->compared++;
            continue;
        }
        at.told_after = at_told;
        at.seen_after = at_seen;
        if (cut && !record && !next_of(seen, &at_seen, hart, SEEN_GUEST_EXIT))
            return true;
        verdict->hart = hart;
        verdict->position = position;
        verdict->told = record;
        verdict->seen = trap;
        if (record && trap)
            verdict->truth = classify(told, seen, &at, hart);
        else
            verdict->truth = record ? TRUTH_EXTRA : TRUTH_MISSING;
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
