/* The reader of the trace rings, on rings made here: whole, overrun, moved, forged. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/monitor.h"
#include "lib/file.h"
#include "test.h"
#include "trace/trace.h"

#define BASE     0x80000000ull
#define BYTES    (64u << 10)
#define HEADER   (BASE + 0x100)
#define RING     (BASE + 0x4000)
#define RING_TWO (BASE + 0x8000)
#define CAPACITY 16u

/* A machine's RAM with one ring of 16 records. */
struct machine {
    uint8_t *memory;
    struct ram ram;
    struct trace_header *header;
    struct trace_record *record;
    struct trace_reader reader;
    struct event_list list;
    struct error error;
};

static void begin(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
    machine->memory = calloc(1, BYTES);
    ram_from_memory(&machine->ram, machine->memory, BASE, BYTES);
    machine->header = (struct trace_header *)(machine->memory + (HEADER - BASE));
    machine->record = (struct trace_record *)(machine->memory + (RING - BASE));
    *machine->header = (struct trace_header){.magic = TRACE_MAGIC,
                                             .version = TRACE_VERSION,
                                             .record_bytes = sizeof(struct trace_record),
                                             .hart_count = 1,
                                             .enabled = 1,
                                             .timebase_hz = 10000000,
                                             .ring[0] = {.base = RING, .capacity = CAPACITY}};
}

static void end(struct machine *machine)
{
    event_list_free(&machine->list);
    free(machine->memory);
}

static void put(struct machine *machine, struct trace_record record)
{
    struct trace_ring *ring = &machine->header->ring[0];

    machine->record[ring->head % CAPACITY] = record;
    ring->head++;
    ring->lost = ring->head > CAPACITY ? ring->head - CAPACITY : 0;
}

static struct trace_record record_of(uint16_t event, uint64_t time)
{
    return (struct trace_record){.time = time, .event = event};
}

static int open_reader(struct machine *machine)
{
    return trace_reader_open(&machine->reader, &machine->ram, HEADER, &machine->error);
}

static int poll_reader(struct machine *machine)
{
    return trace_reader_poll(&machine->reader, &machine->list, &machine->error);
}

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

static void merges_a_page_fault_into_its_exit(void)
{
    struct machine machine;

    begin(&machine);
    put(&machine, (struct trace_record){
                      .event = TRACE_KVM_EXIT, .arg = 23, .a = 0x80200010, .b = 0x90000008});
    put(&machine,
        (struct trace_record){.event = TRACE_KVM_PAGE_FAULT, .arg = 0x3020, .a = 0x24000002});
    put(&machine, record_of(TRACE_KVM_PAGE_FAULT, 3));
    open_reader(&machine);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 2); /* the second one follows no exit: it stays */
    const struct event *exit = &machine.list.event[0];
    CU_ASSERT_EQUAL(exit->value[EXIT_SCAUSE], 23);
    CU_ASSERT_EQUAL(exit->value[EXIT_SEPC], 0x80200010);
    CU_ASSERT_EQUAL(exit->value[EXIT_STVAL], 0x90000008);
    CU_ASSERT_EQUAL(exit->value[EXIT_HTVAL], 0x24000002);
    CU_ASSERT_EQUAL(exit->value[EXIT_HTINST], 0x3020);
    CU_ASSERT_TRUE(exit->complete);
    end(&machine);
}

static void a_page_fault_belongs_to_exits_alone(void)
{
    struct machine machine;

    begin(&machine);
    put(&machine, record_of(TRACE_KVM_ENTRY, 1));
    put(&machine, record_of(TRACE_KVM_PAGE_FAULT, 2));
    open_reader(&machine);
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 2);
    end(&machine);
}

static void merges_across_two_polls(void)
{
    struct machine machine;

    begin(&machine);
    put(&machine, (struct trace_record){.event = TRACE_KVM_EXIT, .arg = 21});
    open_reader(&machine);
    poll_reader(&machine);
    put(&machine, (struct trace_record){.event = TRACE_KVM_PAGE_FAULT, .a = 0x20000000});
    CU_ASSERT_EQUAL(poll_reader(&machine), 0);
    CU_ASSERT_EQUAL(machine.list.count, 1);
    CU_ASSERT_EQUAL(machine.list.event[0].value[EXIT_HTVAL], 0x20000000);
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
    machine.header->hart_count = 9;
    expect_refused(&machine, "9 harts");
    begin(&machine);
    machine.header->timebase_hz = 0;
    expect_refused(&machine, "0 Hz");
    begin(&machine);
    machine.header->ring[0].capacity = 17;
    expect_refused(&machine, "capacity 17");
    begin(&machine);
    machine.header->ring[0].capacity = 1ull << 60;
    expect_refused(&machine, "power of two up to");
    begin(&machine);
    machine.header->ring[0].base = BASE + BYTES - 32;
    expect_refused(&machine, "outside the machine's RAM");
    begin(&machine);
    machine.header->ring[0].base = UINT64_MAX - 15;
    expect_refused(&machine, "outside the machine's RAM");
    begin(&machine);
    machine.header->hart_count = 2;
    machine.header->ring[1] = (struct trace_ring){.base = RING + 32, .capacity = CAPACITY};
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
    machine.header->ring[0].head = 1;
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

TEST_SUITE(
    trace_ring, {"a record is read once, in order", reads_each_record_once},
    {"kvm_page_fault becomes htval and htinst of its exit", merges_a_page_fault_into_its_exit},
    {"kvm_page_fault behind anything else stays as it is", a_page_fault_belongs_to_exits_alone},
    {"the merge also works across two reads", merges_across_two_polls},
    {"overwritten records are counted", counts_what_was_overwritten},
    {"a record that may be half written is not trusted",
     trusts_no_record_that_may_be_in_the_writing},
    {"headers that are nonsense are refused, with the reason", refuses_headers_that_are_nonsense},
    {"an unknown event is refused", refuses_an_event_that_does_not_exist},
    {"a header that changes is noticed", notices_a_header_that_changes_under_way},
    {"a saved trace loads as it was, a cut one is refused", saves_and_loads_what_the_rings_hold});
