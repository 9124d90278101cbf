/* Writes trace records: abi/trace.h is the format and the protocol with the reader. */
#include "trace/trace.h"
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "hart/hart.h"
#include "lib/string.h"
#include "trap/panic.h"

#define RECORDS_DEFAULT 65536

struct trace_header trace_header;

void trace_write(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                 uint64_t b)
{
    struct trace_ring *ring = this_hart()->trace_ring;
    uint64_t head = ring->head;
    struct trace_record *record = (struct trace_record *)ring->base + (head & (ring->capacity - 1));

    record->time = clock_now();
    record->event = (uint16_t)event;
    record->vm = vm;
    record->vcpu = vcpu;
    record->arg = arg;
    record->a = a;
    record->b = b;
    __atomic_store_n(&ring->head, head + 1, __ATOMIC_RELEASE);
    if (__builtin_expect(head >= ring->capacity, 0))
        ring->lost++;
}

void trace_ring_init(unsigned hart, uint64_t base, uint64_t records)
{
    trace_header.ring[hart] = (struct trace_ring){.base = base, .capacity = records};
    harts[hart].trace_ring = &trace_header.ring[hart];
    if (trace_header.hart_count <= hart)
        trace_header.hart_count = hart + 1;
}

void trace_enable(bool on)
{
    trace_header.enabled = on && trace_header.hart_count > 0;
    this_hart()->reschedule = true;
}

/* Options: trace=on|off, trace_records=N (a power of two, for each hart). */
static void trace_init(void)
{
    uint64_t records = option_number("trace_records", RECORDS_DEFAULT);

    memcpy(trace_header.magic, TRACE_MAGIC, sizeof(trace_header.magic));
    trace_header.version = TRACE_VERSION;
    trace_header.record_bytes = sizeof(struct trace_record);
    trace_header.timebase_hz = board.timebase_hz;
    if (!option_switch("trace", false))
        return;
    if (records < 2 || records > 1ull << 28 || (records & (records - 1)) != 0)
        panic("option trace_records=%lu: a power of two from 2 to %lu is expected", records,
              1ul << 28);
    trace_ring_init(0, board_reserve(records * sizeof(struct trace_record), "trace"), records);
    trace_enable(true);
}

HV_INIT(INIT_CONSOLE, trace_init);
HV_OPTION("trace");
HV_OPTION("trace_records");
