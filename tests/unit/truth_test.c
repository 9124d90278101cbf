/* Told against seen: equal, missing, invented, altered, lost, cut. */
#include <stdlib.h>
#include <string.h>

#include "machine/traplog.h"
#include "test.h"

#define COUNT 6

/* The same six exits, told and seen. */
static void make(struct event_list *told, struct event_list *seen)
{
    *told = *seen = (struct event_list){0};
    for (unsigned i = 0; i < COUNT; i++) {
        struct event event = {.type = event_type(TRACE_KVM_EXIT),
                              .time = 100 + i,
                              .vm = 1,
                              .vcpu = 2,
                              .value = {10 + i, 0x80200000 + 4 * i, i}};

        event_list_add(told, &event);
        event.type = event_type(SEEN_GUEST_EXIT);
        event.time = EVENT_NO_TIME;
        event.vm = event.vcpu = TRACE_NO_VM;
        event_list_add(seen, &event);
    }
}

static void take_out(struct event_list *list, size_t at)
{
    memmove(&list->event[at], &list->event[at + 1],
            (list->count - at - 1) * sizeof(list->event[0]));
    list->count--;
}

static void expect(struct event_list *told, struct event_list *seen, bool cut, enum truth truth,
                   uint64_t position)
{
    struct truth_verdict verdict;

    truth_compare(told, seen, cut, &verdict);
    CU_ASSERT_EQUAL(verdict.truth, truth);
    if (truth != TRUTH_EQUAL && truth != TRUTH_LOST) {
        CU_ASSERT_EQUAL(verdict.position, position);
        CU_ASSERT_PTR_NOT_NULL(strstr(verdict.text, "the trace is not true: "));
    }
    event_list_free(told);
    event_list_free(seen);
}

static void equal_runs_are_true_and_dated(void)
{
    struct event_list told, seen;
    struct truth_verdict verdict;

    make(&told, &seen);
    truth_compare(&told, &seen, false, &verdict);
    CU_ASSERT_EQUAL(verdict.truth, TRUTH_EQUAL);
    CU_ASSERT_EQUAL(verdict.compared, COUNT);
    CU_ASSERT_EQUAL(seen.event[3].time, 103);
    CU_ASSERT_EQUAL(seen.event[3].vm, 1);
    CU_ASSERT_EQUAL(seen.event[3].vcpu, 2);
    event_list_free(&told);
    event_list_free(&seen);
}

static void each_missing_record_is_found_where_it_is(void)
{
    for (size_t at = 0; at < COUNT; at++) {
        struct event_list told, seen;

        make(&told, &seen);
        take_out(&told, at);
        expect(&told, &seen, false, TRUTH_MISSING, at);
    }
}

static void each_invented_record_is_found_where_it_is(void)
{
    for (size_t at = 0; at < COUNT; at++) {
        struct event_list told, seen;

        make(&told, &seen);
        take_out(&seen, at);
        expect(&told, &seen, false, TRUTH_EXTRA, at);
    }
}

/* Where the same exit comes again and again, only what follows tells which one is too many. */
static void a_record_told_twice_is_invented(void)
{
    struct event_list told, seen;

    make(&told, &seen);
    for (unsigned i = 0; i < COUNT; i++)
        told.event[i].value[0] = seen.event[i].value[0] = i % 2;
    for (unsigned i = 0; i < COUNT; i++)
        told.event[i].value[1] = seen.event[i].value[1] = i % 2;
    for (unsigned i = 0; i < COUNT; i++)
        told.event[i].value[2] = seen.event[i].value[2] = 0;
    struct event again = told.event[1];
    event_list_add(&told, &again);
    memmove(&told.event[3], &told.event[2], (COUNT - 2) * sizeof(told.event[0]));
    told.event[2] = again;
    expect(&told, &seen, false, TRUTH_EXTRA, 2);
}

static void each_altered_field_is_found(void)
{
    for (unsigned field = 0; field < 3; field++) {
        struct event_list told, seen;

        make(&told, &seen);
        told.event[2].value[field] ^= 1ull << (field ? 63 : 6);
        expect(&told, &seen, false, TRUTH_ALTERED, 2);
    }
}

static void order_counts(void)
{
    struct event_list told, seen;

    make(&told, &seen);
    struct event swap = told.event[1];
    told.event[1] = told.event[2];
    told.event[2] = swap;
    struct truth_verdict verdict;
    truth_compare(&told, &seen, false, &verdict);
    CU_ASSERT_NOT_EQUAL(verdict.truth, TRUTH_EQUAL);
    event_list_free(&told);
    event_list_free(&seen);
}

static void a_cut_run_may_lack_just_the_last_record(void)
{
    struct event_list told, seen;

    make(&told, &seen);
    told.count--;
    expect(&told, &seen, true, TRUTH_EQUAL, 0);
    make(&told, &seen);
    told.count--;
    expect(&told, &seen, false, TRUTH_MISSING, COUNT - 1);
    make(&told, &seen);
    told.count -= 2;
    expect(&told, &seen, true, TRUTH_MISSING, COUNT - 2);
}

static void lost_records_make_it_impossible_to_say(void)
{
    struct event_list told, seen;

    make(&told, &seen);
    told.lost = 1;
    expect(&told, &seen, false, TRUTH_LOST, 0);
}

static void the_firmwares_own_fault_counts_as_the_exit(void)
{
    struct event_list told, seen;

    make(&told, &seen);
    told.event[4].value[EXIT_SCAUSE] = 5;
    told.event[4].value[EXIT_STVAL] = 0x80200010;
    seen.event[4].complete = 1;
    seen.event[4].value[SEEN_OTHER_SCAUSE] = 5;
    seen.event[4].value[SEEN_OTHER_STVAL] = 0x80200010;
    expect(&told, &seen, false, TRUTH_EQUAL, 0);
}

TEST_SUITE(truth, {"equal runs are true, and seen events get dates", equal_runs_are_true_and_dated},
           {"a missing record is found where it is", each_missing_record_is_found_where_it_is},
           {"an invented record is found where it is", each_invented_record_is_found_where_it_is},
           {"a record told twice is invented", a_record_told_twice_is_invented},
           {"an altered cause, sepc or stval is found", each_altered_field_is_found},
           {"order counts", order_counts},
           {"a cut run may lack just the last record", a_cut_run_may_lack_just_the_last_record},
           {"lost records: cannot be said", lost_records_make_it_impossible_to_say},
           {"a fault that the firmware met itself counts as the exit",
            the_firmwares_own_fault_counts_as_the_exit});
