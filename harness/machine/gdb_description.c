/*
 * The target description: which register has which number. A reader of just the XML that QEMU
 * writes: <reg name="hgatp" bitsize="64" regnum="1730"/> and <xi:include href="…"/>; a register
 * without a number follows the one before (GDB manual, appendix G).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/gdb_packet.h"

#define DESCRIPTION_MOST (256u << 10)
#define INCLUDES         16

/* Copies the value of attribute="…" within one tag. false: not there or too long. */
static bool attribute(const char *tag, size_t bytes, const char *name, char *to, size_t room)
{
    char key[24];
    int length = snprintf(key, sizeof(key), " %s=\"", name);
    const char *found = memmem(tag, bytes, key, (size_t)length);

    if (!found)
        return false;
    const char *value = found + length;
    const char *end = memchr(value, '"', bytes - (size_t)(value - tag));
    if (!end || (size_t)(end - value) >= room)
        return false;
    memcpy(to, value, (size_t)(end - value));
    to[end - value] = '\0';
    return true;
}

static bool add_register(struct gdb *gdb, const char *tag, size_t bytes, unsigned *next)
{
    struct gdb_register reg = {.bits = 64};
    char number[16];

    if (!attribute(tag, bytes, "name", reg.name, sizeof(reg.name)))
        return gdb_fail(gdb, "GDB: a register without a name in the target description");
    if (attribute(tag, bytes, "bitsize", number, sizeof(number)))
        reg.bits = (unsigned)strtoul(number, NULL, 10);
    reg.number = *next;
    if (attribute(tag, bytes, "regnum", number, sizeof(number)))
        reg.number = (unsigned)strtoul(number, NULL, 10);
    if (reg.number >= GDB_REGISTERS)
        return gdb_fail(gdb, "GDB: register %s has number %u, expected less than %d", reg.name,
                        reg.number, GDB_REGISTERS);
    if (gdb->register_count >= GDB_REGISTERS)
        return gdb_fail(gdb, "GDB: more than %d registers", GDB_REGISTERS);
    *next = reg.number + 1;
    struct gdb_register *grown =
        realloc(gdb->registers, (gdb->register_count + 1) * sizeof(*grown));
    if (!grown)
        return gdb_fail(gdb, "GDB: out of memory");
    gdb->registers = grown;
    gdb->registers[gdb->register_count++] = reg;
    return true;
}

bool gdb_parse_description(struct gdb *gdb, const char *xml, char include[][64], size_t max,
                           size_t *count, unsigned *next_number)
{
    if (!strstr(xml, "<target") && !strstr(xml, "<feature"))
        return gdb_fail(gdb, "GDB: not a target description: \"%.40s\"", xml);
    for (const char *tag = strchr(xml, '<'); tag; tag = strchr(tag + 1, '<')) {
        const char *end = strchr(tag, '>');

        if (!end)
            return gdb_fail(gdb, "GDB: the target description ends within a tag");
        size_t bytes = (size_t)(end - tag);
        if (strncmp(tag, "<reg ", 5) == 0 && !add_register(gdb, tag, bytes, next_number))
            return false;
        if (strncmp(tag, "<xi:include ", 12) == 0 && *count < max &&
            attribute(tag, bytes, "href", include[*count], 64))
            (*count)++;
    }
    return true;
}

/* Reads one file of the description, piece by piece. NULL and error otherwise; free() it. */
static char *transfer(struct gdb *gdb, const char *name)
{
    char request[128];
    char *xml = NULL;
    size_t length = 0;

    for (;;) {
        snprintf(request, sizeof(request), "qXfer:features:read:%.64s:%zx,%x", name, length, 4000);
        bool more = gdb_exchange(gdb, request) && gdb->packet[0] == 'm';
        bool last = !more && gdb->packet[0] == 'l';
        size_t bytes = gdb->packet_bytes ? gdb->packet_bytes - 1 : 0;

        if ((!more && !last) || (more && bytes == 0) || length + bytes > DESCRIPTION_MOST) {
            gdb_fail(gdb, "GDB: the target description \"%.40s\" cannot be read", name);
            free(xml);
            return NULL;
        }
        char *grown = realloc(xml, length + bytes + 1);
        if (!grown) {
            free(xml);
            return NULL;
        }
        xml = grown;
        memcpy(xml + length, gdb->packet + 1, bytes);
        length += bytes;
        xml[length] = '\0';
        if (last)
            return xml;
    }
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct gdb_register *)left)->name,
                  ((const struct gdb_register *)right)->name);
}

bool gdb_read_description(struct gdb *gdb)
{
    char include[INCLUDES][64] = {"target.xml"};
    size_t count = 1;
    unsigned next = 0;

    for (size_t i = 0; i < count; i++) {
        char *xml = transfer(gdb, include[i]);
        bool good = xml && gdb_parse_description(gdb, xml, include, INCLUDES, &count, &next);

        free(xml);
        if (!good)
            return false;
    }
    if (gdb->register_count == 0)
        return gdb_fail(gdb, "GDB: the target description names no register");
    qsort(gdb->registers, gdb->register_count, sizeof(*gdb->registers), by_name);
    return true;
}

int gdb_register_number(const struct gdb *gdb, const char *name)
{
    struct gdb_register key = {0};

    if (strlen(name) >= sizeof(key.name) || gdb->register_count == 0)
        return -1;
    memcpy(key.name, name, strlen(name) + 1);
    const struct gdb_register *found =
        bsearch(&key, gdb->registers, gdb->register_count, sizeof(key), by_name);
    return found ? (int)found->number : -1;
}
