/* The reader of the trace rings, on rings made here: whole, overrun, moved, forged. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/monitor.h"
#include "lib/file.h"
#include "test.h"
#include "trace_fixture.h"

static void reads_each_record_once(void)
{
    struct machine machine;

    begin(&machine);
    put(&machine, record_of(TRACE_KVM_ENTRY, 1));
    CU_ASSERT_EQUAL(open_reader(&machine), 0);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 1);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 1);
    put(&machine, record_of(TRACE_VM_START, 2));
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 2);
    CU_ASSERT_STRING_EQUAL(machine.list.event[1].type->name, "vm_start");
    CU_ASSERT_EQUAL(machine.list.lost, 0);
    end(&machine);
}

static void a_guest_page_fault_has_htval_and_htinst(void)
{
    static const uint32_t causes[] = {20, 21, 23, 22, 12};
    struct machine machine;

    begin(&machine);
    for (unsigned i = 0; i < 5; i++)
        put(&machine, (struct trace_record){.event = TRACE_KVM_EXIT,
                                            .arg = causes[i],
                                            .a = 0x80200010,
                                            .b = 0x90000008,
                                            .c = 0x24000002,
                                            .d = 0x3020});
    open_reader(&machine);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL_FATAL(machine.list.count, 5);
    for (unsigned i = 0; i < 5; i++) {
        const struct event *exit = &machine.list.event[i];

        CU_ASSERT_EQUAL(exit->value[EXIT_SCAUSE], causes[i]);
        CU_ASSERT_EQUAL(exit->value[EXIT_SEPC], 0x80200010);
        CU_ASSERT_EQUAL(exit->value[EXIT_STVAL], 0x90000008);
        CU_ASSERT_EQUAL(exit->complete, i < 3);
        CU_ASSERT_EQUAL(exit->value[EXIT_HTVAL], i < 3 ? 0x24000002 : 0);
        CU_ASSERT_EQUAL(exit->value[EXIT_HTINST], i < 3 ? 0x3020 : 0);
    }
    end(&machine);
}

static void counts_what_was_overwritten(void)
{
    struct machine machine;

    begin(&machine);
    open_reader(&machine);
    for (unsigned i = 0; i < CAPACITY + 5; i++)
        put(&machine, record_of(TRACE_KVM_ENTRY, i));
    machine.reader.still = true;
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, CAPACITY);
    CU_ASSERT_EQUAL(machine.list.lost, 5);
    CU_ASSERT_EQUAL(machine.list.event[0].time, 5);
    end(&machine);
}

/* While the machine runs, the oldest record may be half overwritten: it is given up. */
static void trusts_no_record_that_may_be_in_the_writing(void)
{
    struct machine machine;

    begin(&machine);
    open_reader(&machine);
    for (unsigned i = 0; i < CAPACITY; i++)
        put(&machine, record_of(TRACE_KVM_ENTRY, i));
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, CAPACITY - 1);
    CU_ASSERT_EQUAL(machine.list.lost, 1);
    end(&machine);
}

static void expect_refused(struct machine *machine, const char *part)
{
    CU_ASSERT_EQUAL(open_reader(machine), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(machine->error.text, part));
    if (!strstr(machine->error.text, part))
        printf("  found \"%s\", expected \"%s\"\n", machine->error.text, part);
    end(machine);
}

static void refuses_headers_that_are_nonsense(void)
{
    struct machine machine;

    begin(&machine);
    machine.header->magic[0] = 'X';
    expect_refused(&machine, "no trace header");
    begin(&machine);
    machine.header->version = 9;
    expect_refused(&machine, "version 9");
    begin(&machine);
    machine.header->hart_count = 17;
    expect_refused(&machine, "17 harts");
    begin(&machine);
    machine.header->timebase_hz = 0;
    expect_refused(&machine, "0 Hz");
    begin(&machine);
    machine.header->ring[0].mask = SIZE;
    expect_refused(&machine, "mask 0x400");
    begin(&machine);
    machine.header->ring[0].mask = UINT64_MAX;
    expect_refused(&machine, "power of two from 64 to");
    begin(&machine);
    machine.header->ring[0].mask = RECORD / 2 - 1;
    expect_refused(&machine, "mask 0x1f");
    begin(&machine);
    machine.header->ring[0].head = 63;
    expect_refused(&machine, "head 63");
    begin(&machine);
    machine.header->ring[0].base = BASE + BYTES - 32;
    expect_refused(&machine, "outside the machine's RAM");
    begin(&machine);
    machine.header->ring[0].base = UINT64_MAX - 15;
    expect_refused(&machine, "outside the machine's RAM");
    begin(&machine);
    machine.header->hart_count = 2;
    machine.header->ring[1] = (struct trace_ring){.base = RING + 32, .mask = SIZE - 1};
    expect_refused(&machine, "overlap");
}

static void refuses_an_event_that_does_not_exist(void)
{
    struct machine machine;

    begin(&machine);
    open_reader(&machine);
    put(&machine, record_of(TRACE_KVM_ENTRY, 1));
    put(&machine, record_of(4711, 2));
    CU_ASSERT_EQUAL(poll_reader(&machine), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(machine.error.text, "unknown event 4711"));
    CU_ASSERT_EQUAL(machine.list.count, 1); /* what came before stays */
    end(&machine);
    begin(&machine);
    open_reader(&machine);
    put(&machine, record_of(TRACE_HYPERCALL, 1)); /* is made of a kvm_exit alone */
    CU_ASSERT_EQUAL(poll_reader(&machine), -1);
    end(&machine);
}

static void notices_a_header_that_changes_under_way(void)
{
    struct machine machine;

    begin(&machine);
    open_reader(&machine);
    put(&machine, record_of(TRACE_KVM_ENTRY, 1));
    poll_reader(&machine);
    machine.header->ring[0].head = 0;
    CU_ASSERT_EQUAL(poll_reader(&machine), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(machine.error.text, "ran backwards"));
    machine.header->ring[0].head = RECORD;
    machine.header->ring[0].base = RING_TWO;
    CU_ASSERT_EQUAL(poll_reader(&machine), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(machine.error.text, "moved"));
    memset(machine.header, 0, 8);
    CU_ASSERT_EQUAL(poll_reader(&machine), -1);
    CU_ASSERT_PTR_NOT_NULL(strstr(machine.error.text, "header changed"));
    end(&machine);
}

static void saves_and_loads_what_the_rings_hold(void)
{
    struct machine machine;
    struct monitor *monitor;
    char path[] = "/tmp/trace_ring_test.XXXXXX";
    struct event_list loaded = {0};
    struct buffer file = {0};
    struct monitor found;
    uint64_t hz = 0;
    int file_number = mkstemp(path);

    begin(&machine);
    monitor = (struct monitor *)(machine.memory + 0x9000);
    memcpy(monitor->magic, MONITOR_MAGIC, 8);
    monitor->vm_count = 3;
    for (unsigned i = 0; i < CAPACITY + 3; i++)
        put(&machine, (struct trace_record){.time = i, .event = TRACE_KVM_ENTRY, .a = i});
    CU_ASSERT_EQUAL(trace_save(path, &machine.ram, HEADER, BASE + 0x9000, &machine.error), 0);
    CU_ASSERT_EQUAL(trace_load(path, &loaded, &hz, &machine.error), 0);
    CU_ASSERT_EQUAL(hz, 10000000);
    CU_ASSERT_EQUAL(loaded.lost, 3);
    CU_ASSERT_EQUAL(loaded.count, CAPACITY);
    CU_ASSERT_EQUAL(loaded.event[0].value[0], 3);
    CU_ASSERT_EQUAL(file_read(path, &file, &machine.error), 0);
    CU_ASSERT_TRUE(trace_monitor(&file, &found));
    CU_ASSERT_EQUAL(found.vm_count, 3);
    event_list_free(&loaded);
    for (size_t bytes = 0; bytes < file.length - sizeof(*monitor) - 16; bytes += 7) {
        struct buffer cut = {.data = file.data, .length = bytes};

        CU_ASSERT_EQUAL(trace_parse(&cut, &loaded, &hz, &machine.error), -1);
        event_list_free(&loaded);
    }
    buffer_free(&file);
    close(file_number);
    unlink(path);
    end(&machine);
}

TEST_SUITE(trace_ring, {"a record is read once, in order", reads_each_record_once},
           {"a guest page fault has htval and htinst, other exits have not",
            a_guest_page_fault_has_htval_and_htinst},
           {"overwritten records are counted", counts_what_was_overwritten},
           {"a record that may be half written is not trusted",
            trusts_no_record_that_may_be_in_the_writing},
           {"headers that are nonsense are refused, with the reason",
            refuses_headers_that_are_nonsense},
           {"an unknown event is refused", refuses_an_event_that_does_not_exist},
           {"a header that changes is noticed", notices_a_header_that_changes_under_way},
           {"a saved trace loads as it was, a cut one is refused",
            saves_and_loads_what_the_rings_hold});
