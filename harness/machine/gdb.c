/* GDB remote protocol client: one exchange at a time, each with a deadline. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/channel.h"
#include "machine/gdb_packet.h"

bool gdb_read_description(struct gdb *gdb); /* gdb_description.c */

static bool send_packet(struct gdb *gdb, const char *payload)
{
    char frame[512];
    uint8_t sum = 0;

    for (const char *c = payload; *c; c++)
        sum = (uint8_t)(sum + (unsigned char)*c);
    int length = snprintf(frame, sizeof(frame), "$%s#%02x", payload, sum);
    if (length < 0 || (size_t)length >= sizeof(frame))
        return gdb_fail(gdb, "GDB: request of %d bytes is too long", length);
    if (channel_write(gdb->socket, frame, (size_t)length, channel_now() + gdb->timeout_ms) != 0)
        return gdb_fail(gdb, "GDB: the machine closed the connection");
    return true;
}

/* 1: a packet was taken; 0: the deadline has passed; -1: closed or nonsense. */
static int receive(struct gdb *gdb, uint64_t deadline)
{
    for (;;) {
        long used = gdb_parse(gdb, gdb->buffer, gdb->used);

        if (used < 0)
            return -1;
        if (used > 0) {
            gdb->used -= (size_t)used;
            memmove(gdb->buffer, gdb->buffer + used, gdb->used);
            return channel_write(gdb->socket, "+", 1, deadline + gdb->timeout_ms) == 0 ? 1 : -1;
        }
        long got = channel_read(gdb->socket, gdb->buffer + gdb->used,
                                sizeof(gdb->buffer) - gdb->used, deadline);
        if (got < 0)
            gdb_fail(gdb, "GDB: the machine closed the connection");
        if (got <= 0)
            return (int)got;
        gdb->used += (size_t)got;
    }
}

bool gdb_exchange(struct gdb *gdb, const char *payload)
{
    if (gdb->running)
        return gdb_fail(gdb, "GDB: \"%.20s\" while the machine runs", payload);
    if (!send_packet(gdb, payload))
        return false;
    int got = receive(gdb, channel_now() + gdb->timeout_ms);
    if (got == 0)
        gdb_fail(gdb, "GDB: no answer to \"%.20s\" within %u ms", payload, gdb->timeout_ms);
    return got > 0;
}

static bool expect_ok(struct gdb *gdb, const char *payload)
{
    if (!gdb_exchange(gdb, payload))
        return false;
    return strcmp(gdb->packet, "OK") == 0 ||
           gdb_fail(gdb, "GDB: \"%.30s\" refused: \"%.30s\"", payload, gdb->packet);
}

/* A machine that runs stops as somebody connects, and tells so before it answers anything. */
static bool skip_stops(struct gdb *gdb)
{
    int got = 1;

    while (got > 0 && (gdb->packet[0] == 'T' || gdb->packet[0] == 'S'))
        got = receive(gdb, channel_now() + gdb->timeout_ms);
    return got > 0 || gdb_fail(gdb, "GDB: no answer within %u ms", gdb->timeout_ms);
}

bool gdb_open(struct gdb *gdb, int socket, unsigned timeout_ms)
{
    memset(gdb, 0, sizeof(*gdb));
    gdb->socket = socket;
    gdb->timeout_ms = timeout_ms;
    if (!gdb_exchange(gdb, "qSupported:multiprocess+;qRelocInsn-;hwbreak+;swbreak+") ||
        !skip_stops(gdb))
        return false;
    if (!strstr(gdb->packet, "qXfer:features:read+"))
        return gdb_fail(gdb, "GDB: the machine offers no target description");
    return gdb_read_description(gdb) && gdb_exchange(gdb, "?");
}

void gdb_close(struct gdb *gdb)
{
    free(gdb->registers);
    gdb->registers = NULL;
    gdb->register_count = 0;
    gdb->socket = -1;
}

bool gdb_select(struct gdb *gdb, unsigned hart)
{
    char request[32];

    if (gdb->hart == hart && !gdb->unselected)
        return true;
    snprintf(request, sizeof(request), "Hgp1.%x", hart + 1);
    if (!expect_ok(gdb, request))
        return false;
    gdb->hart = hart;
    gdb->unselected = false;
    return true;
}

bool gdb_read(struct gdb *gdb, const char *name, uint64_t *value)
{
    char request[32];
    int number = gdb_register_number(gdb, name);

    if (number < 0)
        return gdb_fail(gdb, "GDB: the machine has no register \"%.24s\"", name);
    if (!gdb_select(gdb, gdb->hart))
        return false;
    snprintf(request, sizeof(request), "p%x", (unsigned)number);
    if (!gdb_exchange(gdb, request))
        return false;
    *value = 0;
    size_t bytes = gdb_unhex(gdb->packet, value, sizeof(*value));
    return (bytes == 8 || bytes == 4) ||
           gdb_fail(gdb, "GDB: register %.24s cannot be read: \"%.20s\"", name, gdb->packet);
}

bool gdb_write(struct gdb *gdb, const char *name, uint64_t value)
{
    char request[64];
    int number = gdb_register_number(gdb, name);

    if (number < 0)
        return gdb_fail(gdb, "GDB: the machine has no register \"%.24s\"", name);
    snprintf(request, sizeof(request), "P%x=%016" PRIx64, (unsigned)number,
             __builtin_bswap64(value));
    return gdb_select(gdb, gdb->hart) && expect_ok(gdb, request);
}

bool gdb_read_general(struct gdb *gdb, uint64_t value[33])
{
    if (!gdb_select(gdb, gdb->hart) || !gdb_exchange(gdb, "g"))
        return false;
    return gdb_unhex(gdb->packet, value, 33 * sizeof(uint64_t)) == 33 * sizeof(uint64_t) ||
           gdb_fail(gdb, "GDB: registers of %zu digits, expected %d", gdb->packet_bytes, 33 * 16);
}

bool gdb_memory(struct gdb *gdb, bool physical, uint64_t address, void *to, size_t bytes)
{
    char request[64];

    if (bytes > 4096)
        return gdb_fail(gdb, "GDB: %zu bytes of memory at once, expected at most 4096", bytes);
    snprintf(request, sizeof(request), "Qqemu.PhyMemMode:%d", physical);
    if (physical != gdb->physical && !expect_ok(gdb, request))
        return false;
    gdb->physical = physical;
    snprintf(request, sizeof(request), "m%" PRIx64 ",%zx", address, bytes);
    if (!gdb_select(gdb, gdb->hart) || !gdb_exchange(gdb, request))
        return false;
    return gdb_unhex(gdb->packet, to, bytes) == bytes ||
           gdb_fail(gdb, "GDB: memory at 0x%" PRIx64 " cannot be read: \"%.10s\"", address,
                    gdb->packet);
}

bool gdb_breakpoint(struct gdb *gdb, uint64_t address)
{
    char request[48];

    snprintf(request, sizeof(request), "Z0,%" PRIx64 ",4", address);
    return expect_ok(gdb, request);
}

bool gdb_breakpoint_remove(struct gdb *gdb, uint64_t address)
{
    char request[48];

    snprintf(request, sizeof(request), "z0,%" PRIx64 ",4", address);
    return expect_ok(gdb, request);
}

bool gdb_continue(struct gdb *gdb)
{
    if (gdb->running || !send_packet(gdb, "vCont;c"))
        return gdb->running;
    gdb->running = true;
    return true;
}

/* "T05thread:p01.02;…": the hart that stopped is the thread's number less one. */
static enum gdb_stop read_stop(struct gdb *gdb)
{
    const char *thread = strstr(gdb->packet, "thread:");

    gdb->running = false;
    if (gdb->packet[0] == 'W' || gdb->packet[0] == 'X')
        return GDB_EXITED;
    if (gdb->packet[0] != 'T' && gdb->packet[0] != 'S') {
        gdb_fail(gdb, "GDB: \"%.30s\" in place of a stop", gdb->packet);
        return GDB_BROKEN;
    }
    uint8_t number_of_signal = 0;
    gdb_unhex(gdb->packet + 1, &number_of_signal, 1);
    gdb->signal = number_of_signal;
    if (!thread)
        return GDB_STOPPED;
    thread += strlen("thread:");
    const char *dot = *thread == 'p' ? strchr(thread, '.') : NULL;
    unsigned long number = strtoul(dot ? dot + 1 : thread, NULL, 16);
    if (number < 1 || number > 64) {
        gdb_fail(gdb, "GDB: thread %lu stopped, expected a hart", number);
        return GDB_BROKEN;
    }
    gdb->unselected = gdb->unselected || gdb->hart != number - 1;
    gdb->hart = (unsigned)number - 1;
    return GDB_STOPPED;
}

enum gdb_stop gdb_wait(struct gdb *gdb, unsigned timeout_ms)
{
    uint64_t deadline = channel_now() + timeout_ms;

    if (!gdb->running)
        return GDB_STOPPED;
    for (;;) {
        int got = receive(gdb, deadline);

        if (got == 0)
            return GDB_RUNNING;
        if (got < 0)
            return strstr(gdb->error, "closed") ? GDB_EXITED : GDB_BROKEN;
        if (gdb->packet[0] != 'O') /* console output of the target */
            return read_stop(gdb);
    }
}

bool gdb_step_keeps_interrupts(struct gdb *gdb)
{
    return expect_ok(gdb, "Qqemu.sstep=1");
}

enum gdb_stop gdb_step(struct gdb *gdb)
{
    char request[40];

    snprintf(request, sizeof(request), "vCont;s:p1.%x", gdb->hart + 1);
    if (gdb->running || !send_packet(gdb, request))
        return GDB_BROKEN;
    gdb->running = true;
    return gdb_wait(gdb, gdb->timeout_ms);
}

enum gdb_stop gdb_interrupt(struct gdb *gdb)
{
    if (!gdb->running)
        return GDB_STOPPED;
    if (channel_write(gdb->socket, "\x03", 1, channel_now() + gdb->timeout_ms) != 0)
        return GDB_EXITED;
    return gdb_wait(gdb, gdb->timeout_ms);
}

void gdb_detach(struct gdb *gdb)
{
    if (gdb_interrupt(gdb) == GDB_STOPPED)
        expect_ok(gdb, "D;1");
    gdb->running = true;
}
