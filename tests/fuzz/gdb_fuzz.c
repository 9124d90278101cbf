/* The GDB client's framing and target description, fed with anything. */
#include <stdlib.h>
#include <string.h>

#include "machine/gdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static struct gdb gdb;
    char include[4][64];
    size_t count = 0;
    unsigned next = 0;
    long used;

    for (size_t at = 0; at < bytes; at += (size_t)used) {
        used = gdb_parse(&gdb, (const char *)data + at, bytes - at);
        if (used <= 0)
            break;
    }
    char *text = malloc(bytes + 1);
    memcpy(text, data, bytes);
    text[bytes] = '\0';
    gdb_parse_description(&gdb, text, include, 4, &count, &next);
    free(text);
    gdb_close(&gdb);
    return 0;
}
