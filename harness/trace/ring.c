/*
 * The reader of the rings: follows a machine that runs, loses nothing that it can help losing,
 * counts what it could not, and trusts no number that it finds.
 */
#include <inttypes.h>
#include <string.h>

#include "trace/ring.h"

#define CHUNK_RECORDS 1024
#define BYTES_MAX     (1ull << 31) /* more than any machine here has */

static int check_ring(const struct trace_header *header, unsigned hart, const struct ram *ram,
                      struct error *error)
{
    const struct trace_ring *ring = &header->ring[hart];
    uint64_t bytes = ring->mask + 1;

    if (ring->mask == 0)
        return 0;
    if (bytes < TRACE_RECORD_BYTES || bytes > BYTES_MAX || (bytes & ring->mask) != 0)
        return error_set(error,
                         "trace: ring of hart %u has mask 0x%" PRIx64
                         ", expected a power of two from %zu to %llu bytes less 1",
                         hart, ring->mask, TRACE_RECORD_BYTES, BYTES_MAX);
    if (ring->head % TRACE_RECORD_BYTES != 0)
        return error_set(
            error, "trace: ring of hart %u has head %" PRIu64 ", expected a multiple of %zu bytes",
            hart, ring->head, TRACE_RECORD_BYTES);
    if (ring->hart >= TRACE_MAX_HARTS)
        return error_set(error,
                         "trace: ring %u is of hart %" PRIu64 ", expected one of the board's, 0 to "
                         "%d",
                         hart, ring->hart, TRACE_MAX_HARTS - 1);
    if (ram && !ram_at(ram, ring->base, bytes))
        return error_set(error,
                         "trace: ring of hart %u at 0x%" PRIx64 ", %" PRIu64
                         " bytes, lies outside the machine's RAM",
                         hart, ring->base, bytes);
    for (unsigned other = 0; other < hart; other++) {
        const struct trace_ring *there = &header->ring[other];

        if (there->mask && ring->base <= there->base + there->mask &&
            there->base <= ring->base + ring->mask)
            return error_set(error, "trace: rings of harts %u and %u overlap at 0x%" PRIx64, other,
                             hart, ring->base);
        if (there->mask && ring->hart == there->hart)
            return error_set(error, "trace: rings %u and %u are both of hart %" PRIu64, other, hart,
                             ring->hart);
    }
    return 0;
}

int trace_check_header(const struct trace_header *header, const struct ram *ram,
                       struct error *error)
{
    if (memcmp(header->magic, TRACE_MAGIC, sizeof(header->magic)) != 0)
        return error_set(error, "trace: no trace header: found %02x%02x%02x%02x…, expected \"%s\"",
                         (uint8_t)header->magic[0], (uint8_t)header->magic[1],
                         (uint8_t)header->magic[2], (uint8_t)header->magic[3], TRACE_MAGIC);
    if (header->version != TRACE_VERSION || header->record_bytes != TRACE_RECORD_BYTES)
        return error_set(error,
                         "trace: header of version %u with %u-byte records, expected %d and %zu",
                         header->version, header->record_bytes, TRACE_VERSION, TRACE_RECORD_BYTES);
    if (header->hart_count == 0 || header->hart_count > TRACE_MAX_HARTS)
        return error_set(error, "trace: header counts %u harts, expected 1 to %d",
                         header->hart_count, TRACE_MAX_HARTS);
    if (header->timebase_hz == 0)
        return error_set(error, "trace: header has a timebase of 0 Hz");
    for (unsigned hart = 0; hart < header->hart_count; hart++) {
        if (check_ring(header, hart, ram, error) != 0)
            return -1;
    }
    return 0;
}

int trace_reader_open(struct trace_reader *reader, const struct ram *ram, uint64_t header,
                      struct error *error)
{
    *reader = (struct trace_reader){.ram = ram, .header = header};
    if (header % _Alignof(uint64_t) != 0)
        return error_set(error, "trace: no trace header at 0x%" PRIx64 ": not aligned", header);
    if (!ram_copy(ram, header, &reader->last, sizeof(reader->last)))
        return error_set(
            error, "trace: no trace header at 0x%" PRIx64 ": outside the machine's RAM", header);
    return trace_check_header(&reader->last, ram, error);
}

/* The header as it is now, held against what was found at first. */
static int read_header(struct trace_reader *reader, struct trace_header *now, struct error *error)
{
    if (!ram_copy(reader->ram, reader->header, now, sizeof(*now)))
        return error_fault(error, "trace: the machine's RAM is gone");
    if (memcmp(now->magic, reader->last.magic, sizeof(now->magic)) != 0 ||
        now->version != reader->last.version || now->record_bytes != reader->last.record_bytes ||
        now->hart_count != reader->last.hart_count || now->timebase_hz != reader->last.timebase_hz)
        return error_set(error, "trace: the header changed while the machine ran");
    for (unsigned hart = 0; hart < now->hart_count; hart++) {
        const struct trace_ring *ring = &now->ring[hart];

        if (ring->base != reader->last.ring[hart].base ||
            ring->mask != reader->last.ring[hart].mask ||
            ring->hart != reader->last.ring[hart].hart)
            return error_set(error, "trace: the ring of hart %u moved while the machine ran", hart);
        if (trace_written(ring) < reader->next[hart])
            return error_set(error,
                             "trace: the ring of hart %u ran backwards: %" PRIu64
                             " records written after %" PRIu64 " were read",
                             hart, trace_written(ring), reader->next[hart]);
    }
    return 0;
}

/* Records written by now. */
static uint64_t current_head(const struct trace_reader *reader, unsigned hart)
{
    uint64_t at = reader->header + offsetof(struct trace_header, ring) +
                  hart * sizeof(struct trace_ring) + offsetof(struct trace_ring, head);
    const uint64_t *head = ram_at(reader->ram, at, sizeof(*head));

    return head ? __atomic_load_n(head, __ATOMIC_ACQUIRE) / TRACE_RECORD_BYTES : 0;
}

/* First record that is sure to be whole in a ring to which `head` records were written. */
static uint64_t oldest(const struct trace_reader *reader, const struct trace_ring *ring,
                       uint64_t head)
{
    uint64_t whole = trace_capacity(ring);

    if (!reader->still)
        whole--; /* one is being overwritten now */
    return head > whole ? head - whole : 0;
}

static void skip_to(struct trace_reader *reader, struct event_list *list, unsigned hart,
                    uint64_t first)
{
    if (first <= reader->next[hart])
        return;
    reader->lost[hart] += first - reader->next[hart];
    list->lost += first - reader->next[hart];
    reader->next[hart] = first;
    memset(&reader->calls, 0, sizeof(reader->calls));
}

/* Reads records [next, head) of one ring, in chunks that are checked for having been overwritten
 * while they were copied. */
static int read_ring(struct trace_reader *reader, struct event_list *list, unsigned hart,
                     uint64_t head, struct error *error)
{
    static _Thread_local struct trace_record chunk[CHUNK_RECORDS];
    const struct trace_ring *ring = &reader->last.ring[hart];
    uint64_t capacity = trace_capacity(ring);

    skip_to(reader, list, hart, oldest(reader, ring, head));
    while (reader->next[hart] < head) {
        uint64_t first = reader->next[hart];
        uint64_t slot = first & (capacity - 1);
        uint64_t count = head - first;

        if (count > CHUNK_RECORDS)
            count = CHUNK_RECORDS;
        if (count > capacity - slot)
            count = capacity - slot;
        if (!ram_copy(reader->ram, ring->base + slot * TRACE_RECORD_BYTES, chunk,
                      count * TRACE_RECORD_BYTES))
            return error_fault(error, "trace: the machine's RAM is gone");
        skip_to(reader, list, hart, oldest(reader, ring, current_head(reader, hart)));
        for (uint64_t n = reader->next[hart]; n < first + count; n++) {
            reader->next[hart] = n + 1;
            if (trace_append(list, &chunk[n - first], (unsigned)ring->hart, n, &reader->calls,
                             error) != 0)
                return -1;
        }
        if (reader->next[hart] > head)
            return 0; /* overrun: the next poll goes on from there */
    }
    return 0;
}

int trace_reader_poll(struct trace_reader *reader, struct event_list *list, struct error *error)
{
    struct trace_header now;

    if (read_header(reader, &now, error) != 0)
        return -1;
    for (unsigned hart = 0; hart < now.hart_count; hart++) {
        const struct trace_ring *ring = &now.ring[hart];

        if (ring->mask && read_ring(reader, list, hart, trace_written(ring), error) != 0)
            return -1;
    }
    return 0;
}
