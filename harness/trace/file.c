/* A trace in a file of its own: header, rings and monitor as they lay in the machine's RAM. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "abi/monitor.h"
#include "lib/buffer.h"
#include "lib/file.h"
#include "trace/ring.h"

#define FILE_MAGIC    "SGTRFILE"
#define FILE_VERSION  1
#define FILE_MOST     (2ull << 30)
#define SECTIONS_MOST (TRACE_MAX_HARTS + 2)

struct file_header {
    char magic[8];
    uint32_t version;
    uint32_t sections;
};

struct file_section {
    uint64_t address, bytes;
};

static uint64_t records_held(const struct trace_ring *ring)
{
    uint64_t written = trace_written(ring), capacity = trace_capacity(ring);

    return written < capacity ? written : capacity;
}

static int add_section(struct buffer *file, const struct ram *ram, uint64_t address, uint64_t bytes,
                       struct error *error)
{
    struct file_section section = {address, bytes};

    buffer_add(file, &section, sizeof(section));
    if (!ram_copy(ram, address, buffer_reserve(file, bytes), bytes))
        return error_fault(error, "trace: the machine's RAM at 0x%" PRIx64 " cannot be read",
                           address);
    file->length += bytes;
    return 0;
}

static int add_all(struct buffer *file, const struct ram *ram, const struct trace_header *header,
                   uint64_t at, uint64_t monitor, struct error *error)
{
    struct file_header first = {FILE_MAGIC, FILE_VERSION, 1 + header->hart_count + (monitor != 0)};

    buffer_add(file, &first, sizeof(first));
    if (add_section(file, ram, at, sizeof(*header), error) != 0)
        return -1;
    for (unsigned hart = 0; hart < header->hart_count; hart++) {
        const struct trace_ring *ring = &header->ring[hart];

        if (add_section(file, ram, ring->base, records_held(ring) * TRACE_RECORD_BYTES, error) != 0)
            return -1;
    }
    return monitor ? add_section(file, ram, monitor, sizeof(struct monitor), error) : 0;
}

int trace_save(const char *path, const struct ram *ram, uint64_t header, uint64_t monitor,
               struct error *error)
{
    struct trace_reader reader;
    struct buffer file = {0};

    if (trace_reader_open(&reader, ram, header, error) != 0)
        return -1;
    int status = add_all(&file, ram, &reader.last, header, monitor, error);
    if (status == 0)
        status = file_write(path, file.data, file.length, error);
    buffer_free(&file);
    return status;
}

/* The parts of a file that has been read. */
struct parts {
    struct trace_header header;
    const uint8_t *ring[TRACE_MAX_HARTS];
    uint64_t ring_bytes[TRACE_MAX_HARTS];
};

static int take_section(const struct buffer *file, size_t *at, const uint8_t **data,
                        uint64_t *bytes, struct error *error)
{
    struct file_section section;

    if (file->length - *at < sizeof(section))
        return error_set(error, "trace file: cut short at byte %zu, expected another section", *at);
    memcpy(&section, file->data + *at, sizeof(section));
    *at += sizeof(section);
    if (section.bytes > file->length - *at)
        return error_set(error,
                         "trace file: cut short: a section of %" PRIu64
                         " bytes begins at byte %zu of %zu",
                         section.bytes, *at, file->length);
    *data = (const uint8_t *)file->data + *at;
    *bytes = section.bytes;
    *at += section.bytes;
    return 0;
}

static int split(const struct buffer *file, struct parts *parts, struct error *error)
{
    struct file_header first;
    const uint8_t *data = NULL;
    uint64_t bytes = 0;
    size_t at = sizeof(first);

    if (file->length < sizeof(first) || memcmp(file->data, FILE_MAGIC, 8) != 0)
        return error_set(error, "trace file: not one: expected \"%s\" at its begin", FILE_MAGIC);
    memcpy(&first, file->data, sizeof(first));
    if (first.version != FILE_VERSION || first.sections < 1 || first.sections > SECTIONS_MOST)
        return error_set(error, "trace file: version %u with %u sections, expected version %d",
                         first.version, first.sections, FILE_VERSION);
    if (take_section(file, &at, &data, &bytes, error) != 0)
        return -1;
    if (bytes != sizeof(parts->header))
        return error_set(error, "trace file: header of %" PRIu64 " bytes, expected %zu", bytes,
                         sizeof(parts->header));
    memcpy(&parts->header, data, sizeof(parts->header));
    if (trace_check_header(&parts->header, NULL, error) != 0)
        return -1;
    for (unsigned hart = 0; hart < parts->header.hart_count; hart++) {
        if (take_section(file, &at, &parts->ring[hart], &parts->ring_bytes[hart], error) != 0)
            return -1;
        if (parts->ring_bytes[hart] != records_held(&parts->header.ring[hart]) * TRACE_RECORD_BYTES)
            return error_set(error, "trace file: ring of hart %u is not of the header's size",
                             hart);
    }
    return 0;
}

static int decode_ring(const struct parts *parts, unsigned hart, struct event_list *list,
                       struct error *error)
{
    const struct trace_ring *ring = &parts->header.ring[hart];
    uint64_t held = records_held(ring), written = trace_written(ring);
    struct trace_calls calls = {0};

    list->lost += written - held;
    for (uint64_t n = written - held; n < written; n++) {
        struct trace_record record;
        uint64_t slot = n & (trace_capacity(ring) - 1);

        memcpy(&record, parts->ring[hart] + slot * TRACE_RECORD_BYTES, sizeof(record));
        if (trace_append(list, &record, (unsigned)ring->hart, n, &calls, error) != 0)
            return -1;
    }
    return 0;
}

int trace_parse(const struct buffer *file, struct event_list *list, uint64_t *hz,
                struct error *error)
{
    struct parts parts = {0};

    if (split(file, &parts, error) != 0)
        return -1;
    *hz = parts.header.timebase_hz;
    for (unsigned hart = 0; hart < parts.header.hart_count; hart++) {
        if (parts.header.ring[hart].mask && decode_ring(&parts, hart, list, error) != 0)
            return -1;
    }
    event_list_sort(list);
    return 0;
}

bool trace_monitor(const struct buffer *file, struct monitor *monitor)
{
    const uint8_t *data = NULL;
    uint64_t bytes = 0;
    size_t at = sizeof(struct file_header);

    while (at < file->length && take_section(file, &at, &data, &bytes, NULL) == 0) {
        if (bytes != sizeof(*monitor) || memcmp(data, MONITOR_MAGIC, 8) != 0)
            continue;
        memcpy(monitor, data, sizeof(*monitor));
        for (size_t i = 0; i < MONITOR_MAX_VMS; i++)
            monitor->vm[i].name[sizeof(monitor->vm[i].name) - 1] = '\0'; /* the file may lie */
        return true;
    }
    return false;
}

int trace_load(const char *path, struct event_list *list, uint64_t *hz, struct error *error)
{
    struct buffer file = {0};
    int status = file_read_bounded(path, FILE_MOST, &file, error);

    if (status == 0)
        status = trace_parse(&file, list, hz, error);
    buffer_free(&file);
    return status;
}
