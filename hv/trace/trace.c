/* Writes trace records: abi/trace.h is the format and the protocol with the reader. */
#include "trace/trace.h"
#include "boot/board.h"
#include "boot/init.h"
#include "boot/options.h"
#include "hart/hart.h"
#include "lib/string.h"
#include "trace/record.h"
#include "trap/panic.h"

#define RECORDS_DEFAULT 65536

struct trace_header trace_header;

static uint64_t ring_records; /* of each hart's ring; 0: tracing was not asked for at boot */

void trace_write(enum trace_event event, uint8_t vm, uint8_t vcpu, uint32_t arg, uint64_t a,
                 uint64_t b)
{
    struct trace_record *record = trace_begin(trace_word(event, vm, vcpu, arg));

    record->a = a;
    record->b = b;
    trace_end(record);
}

void trace_ring_init(unsigned hart, uint64_t base, uint64_t records)
{
    trace_header.ring[hart] = (struct trace_ring){
        .base = base, .mask = records * sizeof(struct trace_record) - 1, .hart = harts[hart].id};
    harts[hart].trace_ring = &trace_header.ring[hart];
    if (trace_header.hart_count <= hart)
        trace_header.hart_count = hart + 1;
}

void trace_ring_reserve(unsigned hart)
{
    if (trace_header.enabled)
        trace_ring_init(hart, board_reserve(ring_records * sizeof(struct trace_record), "trace"),
                        ring_records);
}

/* Options: trace=on|off, trace_records=N (a power of two, for each hart). */
static void trace_init(void)
{
    uint64_t records = option_number("trace_records", RECORDS_DEFAULT);

    trace_header.version = TRACE_VERSION;
    trace_header.record_bytes = sizeof(struct trace_record);
    trace_header.timebase_hz = board.timebase_hz;
    if (!option_switch("trace", false))
        return;
    if (records < 2 || records > 1ull << 28 || (records & (records - 1)) != 0)
        panic("option trace_records=%lu: a power of two from 2 to %lu is expected", records,
              1ul << 28);
    ring_records = records;
    trace_header.enabled = 1;
    trace_ring_reserve(0);
}

/* From here on readers believe the header: all rings are there. */
static void trace_show(void)
{
    memcpy(trace_header.magic, TRACE_MAGIC, sizeof(trace_header.magic));
}

HV_INIT(INIT_CONSOLE, trace_init);
HV_INIT(INIT_FRAMES, trace_show);
HV_OPTION("trace");
HV_OPTION("trace_records");
