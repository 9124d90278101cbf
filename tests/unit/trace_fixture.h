/* A machine's RAM with a trace header and one ring, for the tests of the rings' reader. */
#ifndef TESTS_UNIT_TRACE_FIXTURE_H
#define TESTS_UNIT_TRACE_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include "trace/trace.h"

#define BASE     0x80000000ull
#define BYTES    (64u << 10)
#define HEADER   (BASE + 0x100)
#define RING     (BASE + 0x4000)
#define RING_TWO (BASE + 0x8000)
#define CAPACITY 16u
#define RECORD   sizeof(struct trace_record)
#define SIZE     (CAPACITY * RECORD)

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

static inline void begin(struct machine *machine)
{
    memset(machine, 0, sizeof(*machine));
    machine->memory = aligned_alloc(64, BYTES);
    memset(machine->memory, 0, BYTES);
    ram_from_memory(&machine->ram, machine->memory, BASE, BYTES);
    machine->header = (struct trace_header *)(machine->memory + (HEADER - BASE));
    machine->record = (struct trace_record *)(machine->memory + (RING - BASE));
    *machine->header = (struct trace_header){.magic = TRACE_MAGIC,
                                             .version = TRACE_VERSION,
                                             .record_bytes = sizeof(struct trace_record),
                                             .hart_count = 1,
                                             .enabled = 1,
                                             .timebase_hz = 10000000,
                                             .ring[0] = {.base = RING, .mask = SIZE - 1}};
}

static inline void end(struct machine *machine)
{
    event_list_free(&machine->list);
    free(machine->memory);
}

static inline void put(struct machine *machine, struct trace_record record)
{
    struct trace_ring *ring = &machine->header->ring[0];

    machine->record[ring->head / RECORD % CAPACITY] = record;
    ring->head += RECORD;
}

static inline struct trace_record record_of(uint16_t event, uint64_t time)
{
    return (struct trace_record){.time = time, .event = event};
}

static inline int open_reader(struct machine *machine)
{
    return trace_reader_open(&machine->reader, &machine->ram, HEADER, &machine->error);
}

static inline int poll_reader(struct machine *machine)
{
    return trace_reader_poll(&machine->reader, &machine->list, &machine->error);
}

#endif
