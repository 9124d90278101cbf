/* The framing of the GDB remote protocol: $payload#checksum, escapes, run lengths. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "machine/gdb_packet.h"

bool gdb_fail(struct gdb *gdb, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(gdb->error, sizeof(gdb->error), format, arguments);
    va_end(arguments);
    return false;
}

int gdb_hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

size_t gdb_unhex(const char *text, void *to, size_t bytes)
{
    uint8_t *byte = to;
    size_t count = 0;

    for (; count < bytes; count++) {
        int high = gdb_hex(text[2 * count]);
        int low = high < 0 ? -1 : gdb_hex(text[2 * count + 1]);

        if (low < 0)
            break;
        byte[count] = (uint8_t)(high << 4 | low);
    }
    return count;
}

/* Appends count copies; false when the packet is full. */
static bool put(struct gdb *gdb, char byte, size_t count)
{
    if (count >= sizeof(gdb->packet) - gdb->packet_bytes)
        return gdb_fail(gdb, "GDB: a packet of more than %d bytes", GDB_PACKET_BYTES);
    memset(gdb->packet + gdb->packet_bytes, byte, count);
    gdb->packet_bytes += count;
    return true;
}

/* Undoes escapes (0x7d) and run lengths (*): payload of bytes length. */
static bool expand(struct gdb *gdb, const char *payload, size_t bytes)
{
    gdb->packet_bytes = 0;
    for (size_t i = 0; i < bytes; i++) {
        bool whole = true;

        if (payload[i] == '}' && i + 1 < bytes) {
            whole = put(gdb, (char)(payload[++i] ^ 0x20), 1);
        } else if (payload[i] == '*' && i + 1 < bytes && gdb->packet_bytes > 0) {
            int repeat = (unsigned char)payload[++i] - 29;

            if (repeat < 3 || repeat > 97)
                return gdb_fail(gdb, "GDB: a run length of %d", repeat);
            whole = put(gdb, gdb->packet[gdb->packet_bytes - 1], (size_t)repeat);
        } else {
            whole = put(gdb, payload[i], 1);
        }
        if (!whole)
            return false;
    }
    gdb->packet[gdb->packet_bytes] = '\0';
    return true;
}

long gdb_parse(struct gdb *gdb, const char *data, size_t bytes)
{
    const char *start = memchr(data, '$', bytes);

    /* Acknowledgements before the packet are skipped; anything else there is not. */
    for (const char *c = data; c < (start ? start : data + bytes); c++) {
        if (*c != '+' && *c != '-') {
            gdb_fail(gdb, "GDB: byte 0x%02x between packets", (unsigned char)*c);
            return -1;
        }
    }
    if (!start)
        return 0;
    const char *end = memchr(start, '#', bytes - (size_t)(start - data));
    if (!end && bytes >= sizeof(gdb->buffer)) {
        gdb_fail(gdb, "GDB: a packet without an end");
        return -1;
    }
    if (!end || data + bytes - end < 3)
        return 0;
    uint8_t expected, sum = 0;
    for (const char *c = start + 1; c < end; c++)
        sum = (uint8_t)(sum + (unsigned char)*c);
    if (gdb_unhex(end + 1, &expected, 1) != 1 || expected != sum) {
        gdb_fail(gdb, "GDB: a packet with checksum %.2s, expected %02x", end + 1, sum);
        return -1;
    }
    return expand(gdb, start + 1, (size_t)(end - start - 1)) ? end + 3 - data : -1;
}
