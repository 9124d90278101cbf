/* Hypercalls and their returns, which the reader makes of exits and entries. */
#include <string.h>

#include "abi/sbi.h"
#include "test.h"
#include "trace_fixture.h"

#define CALL_AT 0x80200040ull

/* The vCPU leaves for an ecall of DBCN, function 2, with 'x' in a0. */
static void put_call(struct machine *machine, uint8_t vm, uint8_t vcpu)
{
    put(machine, (struct trace_record){.event = TRACE_KVM_EXIT,
                                       .vm = vm,
                                       .vcpu = vcpu,
                                       .arg = TRACE_CAUSE_ECALL,
                                       .a = CALL_AT,
                                       .b = SBI_EXT_DBCN,
                                       .c = 2,
                                       .d = 'x'});
}

static void put_entry(struct machine *machine, uint8_t vm, uint8_t vcpu, uint64_t sepc)
{
    put(machine, (struct trace_record){.time = 7,
                                       .event = TRACE_KVM_ENTRY,
                                       .vm = vm,
                                       .vcpu = vcpu,
                                       .a = sepc,
                                       .b = (uint64_t)-3,
                                       .c = 99});
}

/* Reads what was put, and holds it against names of events with a space behind each. */
static void expect_events(struct machine *machine, const char *names)
{
    char found[400] = "";

    open_reader(machine);
    machine->reader.still = true;
    CU_ASSERT_EQUAL(poll_reader(machine), 0);
    for (size_t i = 0; i < machine->list.count; i++) {
        strcat(found, machine->list.event[i].type->name);
        strcat(found, " ");
    }
    CU_ASSERT_STRING_EQUAL(found, names);
    if (strcmp(found, names) != 0)
        printf("  found \"%s\", expected \"%s\"\n", found, names);
}

static void an_ecall_is_a_hypercall_and_its_return(void)
{
    struct machine machine;

    begin(&machine);
    put_call(&machine, 1, 2);
    put(&machine, (struct trace_record){.event = TRACE_CONSOLE, .vm = 1, .vcpu = 2});
    put_entry(&machine, 1, 2, CALL_AT + 4);
    expect_events(&machine, "kvm_exit hypercall console hypercall_ret kvm_entry ");
    const struct event *event = machine.list.event;
    CU_ASSERT_EQUAL(event[0].value[EXIT_STVAL], 0);
    CU_ASSERT_EQUAL(event[1].vm, 1);
    CU_ASSERT_EQUAL(event[1].vcpu, 2);
    CU_ASSERT_EQUAL(event[1].value[0], SBI_EXT_DBCN);
    CU_ASSERT_EQUAL(event[1].value[1], 2);
    CU_ASSERT_EQUAL(event[1].value[2], 'x');
    CU_ASSERT_EQUAL(event[3].time, 7);
    CU_ASSERT_EQUAL(event[3].value[0], SBI_EXT_DBCN);
    CU_ASSERT_EQUAL(event[3].value[1], (uint64_t)-3);
    CU_ASSERT_EQUAL(event[3].value[2], 99);
    CU_ASSERT_EQUAL(event[4].value[0], CALL_AT + 4);
    event_list_sort(&machine.list);
    CU_ASSERT_STRING_EQUAL(machine.list.event[1].type->name, "hypercall");
    CU_ASSERT_STRING_EQUAL(machine.list.event[3].type->name, "hypercall_ret");
    end(&machine);
}

/* Calls of two vCPUs are served at the same time, one of them blocks in it: each has its return. */
static void calls_of_several_vcpus_do_not_mix(void)
{
    struct machine machine;

    begin(&machine);
    put_call(&machine, 1, 0);
    put_entry(&machine, 0, 0, CALL_AT + 4);
    put_call(&machine, 1, 1);
    put_entry(&machine, 1, 0, CALL_AT + 4);
    put_entry(&machine, 1, 0, CALL_AT + 4);
    put_entry(&machine, 1, 1, CALL_AT + 4);
    expect_events(&machine,
                  "kvm_exit hypercall kvm_entry kvm_exit hypercall hypercall_ret kvm_entry "
                  "kvm_entry hypercall_ret kvm_entry ");
    end(&machine);
}

static void a_call_that_goes_on_elsewhere_has_no_return(void)
{
    struct machine machine;

    begin(&machine);
    put_call(&machine, 1, 0);
    put_entry(&machine, 1, 0, CALL_AT);
    put_call(&machine, 1, 0);
    put_entry(&machine, 1, 0, 0x80300000);
    put_entry(&machine, 1, 0, CALL_AT + 4);
    expect_events(&machine, "kvm_exit hypercall kvm_entry kvm_exit hypercall kvm_entry kvm_entry ");
    end(&machine);
}

/* Even where what comes after begins at the address behind the call. */
static void a_vcpu_that_begins_anew_returns_from_nothing(void)
{
    static const struct trace_record ends[] = {
        {.event = TRACE_VCPU_STOP, .vm = 1, .vcpu = 3},
        {.event = TRACE_VCPU_START, .vm = 1, .vcpu = 3},
        {.event = TRACE_VM_START, .vm = 1, .vcpu = TRACE_NO_VM},
        {.event = TRACE_VM_EXIT, .vm = 1, .vcpu = TRACE_NO_VM},
        {.event = TRACE_VM_KILL, .vm = 1, .vcpu = TRACE_NO_VM},
    };

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct machine machine;

        begin(&machine);
        put_call(&machine, 1, 3);
        put(&machine, ends[i]);
        put_entry(&machine, 1, 3, CALL_AT + 4);
        open_reader(&machine);
        CU_ASSERT_EQUAL(poll_reader(&machine), 0);
        CU_ASSERT_EQUAL(machine.list.count, 4);
        end(&machine);
    }
}

static void a_call_whose_exit_was_overwritten_has_no_return(void)
{
    struct machine machine;

    begin(&machine);
    open_reader(&machine);
    put_call(&machine, 1, 0);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    for (unsigned i = 0; i < CAPACITY + 1; i++)
        put(&machine, record_of(TRACE_STEAL, i));
    put_entry(&machine, 1, 0, CALL_AT + 4);
    machine.reader.still = true;
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.lost, 2);
    CU_ASSERT_EQUAL(machine.list.count, 2 + CAPACITY);
    end(&machine);
}

static void a_return_is_found_across_two_polls(void)
{
    struct machine machine;

    begin(&machine);
    put_call(&machine, 1, 0);
    open_reader(&machine);
    poll_reader(&machine);
    put_entry(&machine, 1, 0, CALL_AT + 4);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL_FATAL(machine.list.count, 4);
    CU_ASSERT_STRING_EQUAL(machine.list.event[2].type->name, "hypercall_ret");
    end(&machine);
}

/* VM and vCPU numbers that no bundle has: such a record is what it is, and nothing more. */
static void strange_vcpus_make_no_calls(void)
{
    struct machine machine;

    begin(&machine);
    put_call(&machine, 200, 0);
    put_entry(&machine, 200, 0, CALL_AT + 4);
    put_call(&machine, 0, BUNDLE_MAX_VCPUS);
    put_entry(&machine, 0, BUNDLE_MAX_VCPUS, CALL_AT + 4);
    put(&machine, (struct trace_record){.event = TRACE_VM_EXIT, .vm = 200, .vcpu = TRACE_NO_VM});
    expect_events(&machine, "kvm_exit hypercall kvm_entry kvm_exit hypercall kvm_entry vm_exit ");
    end(&machine);
}

TEST_SUITE(trace_expand,
           {"an ecall is a hypercall and its return", an_ecall_is_a_hypercall_and_its_return},
           {"calls of several vCPUs do not mix", calls_of_several_vcpus_do_not_mix},
           {"a call that goes on elsewhere has no return",
            a_call_that_goes_on_elsewhere_has_no_return},
           {"a vCPU that begins anew returns from nothing",
            a_vcpu_that_begins_anew_returns_from_nothing},
           {"a call whose exit was overwritten has no return",
            a_call_whose_exit_was_overwritten_has_no_return},
           {"a return is found across two reads", a_return_is_found_across_two_polls},
           {"vCPUs that cannot be make no calls", strange_vcpus_make_no_calls});
