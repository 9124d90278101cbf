/* Events as text, JSON, Chrome trace and summary; names of causes and kinds; filters. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "trace/trace.h"

#define HZ 10000000ull

static struct event make(unsigned kind, uint64_t time, unsigned vm, unsigned vcpu)
{
    return (struct event){
        .type = event_type(kind), .time = time, .vm = (uint8_t)vm, .vcpu = (uint8_t)vcpu};
}

static struct event make_exit(uint32_t scause, uint64_t time, unsigned vm)
{
    struct event event = make(TRACE_KVM_EXIT, time, vm, 0);

    event.value[EXIT_SCAUSE] = scause;
    event.value[EXIT_SEPC] = 0x80200044;
    return event;
}

static void each_cause_has_one_name_and_back(void)
{
    unsigned named = 0;

    for (uint32_t bit = 0; bit < 2; bit++) {
        for (uint32_t number = 0; number < 64; number++) {
            uint32_t scause = number | (bit ? TRACE_CAUSE_INTERRUPT : 0), back = ~0u;
            const char *name = cause_name(scause);

            if (!name)
                continue;
            named++;
            CU_ASSERT_TRUE(cause_number(name, &back));
            CU_ASSERT_EQUAL(back, scause);
        }
    }
    CU_ASSERT_EQUAL(named, 18 + 11);
    CU_ASSERT_STRING_EQUAL(cause_name(22), "EXC_VIRTUAL_INST_FAULT");
    CU_ASSERT_STRING_EQUAL(cause_name(TRACE_CAUSE_INTERRUPT | 5), "IRQ_S_TIMER");
    uint32_t none;
    CU_ASSERT_FALSE(cause_number("EXC_NOTHING", &none));
}

static void each_told_kind_has_a_type_and_a_unique_name(void)
{
    for (unsigned kind = 1; kind < TRACE_EVENT_COUNT; kind++) {
        const struct event_type *type = event_type(kind);

        CU_ASSERT_PTR_NOT_NULL_FATAL(type);
        CU_ASSERT_EQUAL(type->kind, kind);
        CU_ASSERT_FALSE(type->seen);
        CU_ASSERT_PTR_EQUAL(event_type_named(type->name), type);
    }
    for (unsigned kind = SEEN_GUEST_EXIT; kind < SEEN_END; kind++) {
        CU_ASSERT_PTR_NOT_NULL_FATAL(event_type(kind));
        CU_ASSERT_TRUE(event_type(kind)->seen);
        CU_ASSERT_PTR_EQUAL(event_type_named(event_type(kind)->name), event_type(kind));
    }
    CU_ASSERT_PTR_NULL(event_type(0));
    CU_ASSERT_PTR_NULL(event_type(TRACE_EVENT_COUNT));
    CU_ASSERT_PTR_NULL(event_type(SEEN_END));
}

static void a_line_shows_time_hart_vcpu_and_fields(void)
{
    struct event event = make_exit(TRACE_CAUSE_INTERRUPT | 5, 15000005, 1);
    char line[200];

    event_print(line, sizeof(line), &event, 5, HZ);
    CU_ASSERT_STRING_EQUAL(
        line, "[    1.500000] h0 1.0   kvm_exit scause=IRQ_S_TIMER sepc=0x80200044 stval=0x0");
    event.complete = 1;
    event_print_fields(line, sizeof(line), &event);
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "htval=0x0 htinst=0x0"));
    event = make(TRACE_SCHED_SWITCH, EVENT_NO_TIME, TRACE_NO_VM, TRACE_NO_VM);
    event.value[0] = 0x0203;
    event_print(line, sizeof(line), &event, 0, HZ);
    CU_ASSERT_STRING_EQUAL(line,
                           "[           -] h0 -     sched_switch prev=2.3 ran=0 prev_state=0");
}

static void a_short_buffer_is_never_overrun(void)
{
    struct event event = make_exit(23, 0, 0);
    char line[200];

    for (size_t bytes = 0; bytes < 100; bytes++) {
        char *exact = malloc(bytes ? bytes : 1);
        int wanted = event_print(exact, bytes, &event, 0, HZ);

        CU_ASSERT_EQUAL(wanted, event_print(line, sizeof(line), &event, 0, HZ));
        free(exact);
    }
}

static void sorting_is_by_time_then_hart_then_number(void)
{
    struct event_list list = {0};
    uint64_t time[] = {5, 3, 3, 9, 1, 3};

    for (unsigned i = 0; i < 6; i++) {
        struct event event = make(TRACE_KVM_ENTRY, time[i], 0, 0);

        event.hart = i == 1 ? 1 : 0;
        event.index = i;
        event_list_add(&list, &event);
    }
    event_list_sort(&list);
    const uint64_t expected[] = {4, 2, 5, 1, 0, 3};
    for (unsigned i = 0; i < 6; i++)
        CU_ASSERT_EQUAL(list.event[i].index, expected[i]);
    event_list_free(&list);
}

/* Two vCPUs whose exits interleave: each entry ends its own vCPU's exit. */
static void the_summary_times_each_vcpu_by_itself(void)
{
    struct event_list list = {0};
    struct trace_summary summary;
    struct event events[] = {
        make_exit(10, 100, 0),
        make_exit(21, 110, 1),
        make(TRACE_KVM_ENTRY, 130, 0, 0),
        make_exit(10, 150, 0),
        make(TRACE_KVM_ENTRY, 160, 1, 0),
        make(TRACE_KVM_ENTRY, 160, 0, 0),
        make_exit(10, 170, 0),
    };

    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        event_list_add(&list, &events[i]);
    trace_summarise(&list, -1, &summary);
    CU_ASSERT_EQUAL(summary.lines, 2);
    CU_ASSERT_EQUAL(summary.samples, 4);
    CU_ASSERT_EQUAL(summary.line[0].scause, 10);
    CU_ASSERT_EQUAL(summary.line[0].samples, 3);
    CU_ASSERT_EQUAL(summary.line[0].timed, 2); /* the last one has no end */
    CU_ASSERT_EQUAL(summary.line[0].time, 40);
    CU_ASSERT_EQUAL(summary.line[0].min, 10);
    CU_ASSERT_EQUAL(summary.line[0].max, 30);
    CU_ASSERT_EQUAL(summary.line[1].time, 50);
    trace_summarise(&list, 1, &summary);
    CU_ASSERT_EQUAL(summary.samples, 1);
    event_list_free(&list);
}

static void filters_by_vm_kind_and_time(void)
{
    struct trace_filter filter = {.vms = 1u << 1};
    struct event one = make_exit(10, 100, 1), none = make(TRACE_PANIC, 100, TRACE_NO_VM, 0);

    CU_ASSERT_TRUE(trace_filter_pass(&filter, &one, 0));
    CU_ASSERT_FALSE(trace_filter_pass(&filter, &none, 0));
    filter.no_vm = true;
    CU_ASSERT_TRUE(trace_filter_pass(&filter, &none, 0));
    filter.vms = 0; /* only what is about no VM */
    CU_ASSERT_TRUE(trace_filter_pass(&filter, &none, 0));
    CU_ASSERT_FALSE(trace_filter_pass(&filter, &one, 0));
    filter.vms = 1u << 1;
    CU_ASSERT_TRUE(trace_filter_event(&filter, "kvm_exit"));
    CU_ASSERT_FALSE(trace_filter_event(&filter, "kvm_exits"));
    CU_ASSERT_FALSE(trace_filter_pass(&filter, &none, 0));
    filter.from = 40;
    filter.to = 50;
    CU_ASSERT_FALSE(trace_filter_pass(&filter, &one, 61));
    CU_ASSERT_TRUE(trace_filter_pass(&filter, &one, 60));
    CU_ASSERT_FALSE(trace_filter_pass(&filter, &one, 50));
}

/* Runs an exporter into memory. free() the result. */
static char *exported(bool (*export)(FILE *, const struct event_list *))
{
    struct event_list list = {0};
    struct event events[] = {make(TRACE_VM_CREATE, 10, 0, TRACE_NO_VM),
                             make(TRACE_KVM_ENTRY, 20, 0, 0), make_exit(10, 30, 0),
                             make(TRACE_PANIC, 40, TRACE_NO_VM, TRACE_NO_VM)};
    char *text = NULL;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);

    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
        event_list_add(&list, &events[i]);
    CU_ASSERT_TRUE(export(to, &list));
    fclose(to);
    event_list_free(&list);
    return text;
}

static bool as_lines(FILE *to, const struct event_list *list)
{
    return trace_export_jsonl(to, list, HZ);
}

static bool as_chrome(FILE *to, const struct event_list *list)
{
    static const char *const names[256] = {[0] = "a \"quoted\" name"};

    return trace_export_chrome(to, list, HZ, names);
}

static void json_lines_are_json(void)
{
    char *text = exported(as_lines), *rest = NULL;
    unsigned lines = 0;

    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        json_t *object = json_loads(line, 0, NULL);

        CU_ASSERT_TRUE(json_is_object(object));
        CU_ASSERT_TRUE(json_is_string(json_object_get(object, "event")));
        if (lines == 2)
            CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(object, "scause")),
                                   "EXC_SUPERVISOR_SYSCALL");
        json_decref(object);
        lines++;
    }
    CU_ASSERT_EQUAL(lines, 4);
    free(text);
}

static void the_chrome_trace_is_json_with_a_slice_for_the_stay(void)
{
    char *text = exported(as_chrome);
    json_t *root = json_loads(text, 0, NULL), *event;
    unsigned begins = 0, ends = 0;
    size_t i;

    CU_ASSERT_TRUE(json_is_object(root));
    json_array_foreach(json_object_get(root, "traceEvents"), i, event)
    {
        const char *phase = json_string_value(json_object_get(event, "ph"));

        begins += strcmp(phase, "B") == 0;
        ends += strcmp(phase, "E") == 0;
    }
    CU_ASSERT_EQUAL(begins, 1);
    CU_ASSERT_EQUAL(ends, 1);
    json_decref(root);
    free(text);
}

TEST_SUITE(trace_event, {"each cause has one name, and back", each_cause_has_one_name_and_back},
           {"each kind has a type and a name of its own",
            each_told_kind_has_a_type_and_a_unique_name},
           {"a line shows time, hart, vCPU and fields", a_line_shows_time_hart_vcpu_and_fields},
           {"a short buffer is never overrun", a_short_buffer_is_never_overrun},
           {"sorting is by time, hart, number", sorting_is_by_time_then_hart_then_number},
           {"the summary times each vCPU by itself", the_summary_times_each_vcpu_by_itself},
           {"filters pass by VM, kind and time", filters_by_vm_kind_and_time},
           {"JSON lines are JSON", json_lines_are_json},
           {"the Chrome trace is JSON, with a slice for a stay in the guest",
            the_chrome_trace_is_json_with_a_slice_for_the_stay});
