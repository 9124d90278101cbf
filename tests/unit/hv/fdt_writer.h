/* A writer of device trees, so that a test sees the format and not another library's view. */
#ifndef TESTS_UNIT_HV_FDT_WRITER_H
#define TESTS_UNIT_HV_FDT_WRITER_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

struct writer {
    uint8_t blob[16384];
    uint32_t structure_bytes, strings_bytes;
    char strings[4096];
};

enum { STRUCTURE = 56, NODE = 1, END_NODE = 2, PROP = 3, NOP = 4, END = 9 };

static inline void put32(uint8_t *at, uint32_t value)
{
    value = htobe32(value);
    memcpy(at, &value, 4);
}

static inline void token(struct writer *writer, uint32_t value)
{
    put32(writer->blob + STRUCTURE + writer->structure_bytes, value);
    writer->structure_bytes += 4;
}

static inline void bytes(struct writer *writer, const void *data, uint32_t count)
{
    memcpy(writer->blob + STRUCTURE + writer->structure_bytes, data, count);
    writer->structure_bytes += (count + 3) & ~3u;
}

static inline void node(struct writer *writer, const char *name)
{
    token(writer, NODE);
    bytes(writer, name, (uint32_t)strlen(name) + 1);
}

static inline void property(struct writer *writer, const char *name, const void *data,
                            uint32_t count)
{
    token(writer, PROP);
    token(writer, count);
    token(writer, writer->strings_bytes);
    bytes(writer, data, count);
    strcpy(writer->strings + writer->strings_bytes, name);
    writer->strings_bytes += (uint32_t)strlen(name) + 1;
}

static inline void cells(struct writer *writer, const char *name, uint32_t count,
                         const uint32_t *values)
{
    uint8_t data[64];

    for (uint32_t i = 0; i < count; i++)
        put32(data + 4 * i, values[i]);
    property(writer, name, data, 4 * count);
}
#define CELLS(writer, name, ...)                                                                   \
    cells(writer, name, sizeof((uint32_t[]){__VA_ARGS__}) / 4, (uint32_t[]){__VA_ARGS__})

static inline uint32_t finish(struct writer *writer)
{
    uint32_t strings = STRUCTURE + writer->structure_bytes;
    uint32_t total = strings + writer->strings_bytes;
    const uint32_t header[] = {0xd00dfeed,
                               total,
                               STRUCTURE,
                               strings,
                               40,
                               17,
                               16,
                               0,
                               writer->strings_bytes,
                               writer->structure_bytes};

    for (unsigned i = 0; i < sizeof header / 4; i++)
        put32(writer->blob + 4 * i, header[i]);
    memcpy(writer->blob + strings, writer->strings, writer->strings_bytes);
    return total;
}

#endif
