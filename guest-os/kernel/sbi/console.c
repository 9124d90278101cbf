/*
 * The console below. The Debug Console takes physical addresses; kernel stacks are not mapped
 * at theirs, so that bytes go through a buffer in the image, which is.
 */
#include "sbi/console.h"

#include <stdarg.h>
#include <stdbool.h>

#include "boot/init.h"
#include "lib/format.h"
#include "lib/string.h"
#include "sbi/sbi.h"

static bool debug_console;
static char bounce[256];

/* Chooses the way to write: probed once, at boot. */
static void console_init(void)
{
    debug_console = sbi_probe(SBI_EXT_DBCN);
}
RIDER_INIT(INIT_CONSOLE, console_init);

/* Writes the first `bytes` bytes of the bounce buffer (SBI chapter 12: the low half of the
 * physical address in a1, the high half, for RV32, in a2; the value tells how many it took). */
static void write_bounce(size_t bytes)
{
    size_t written = 0;
    while (written < bytes) {
        struct sbi_result result = sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, (long)(bytes - written),
                                            (long)(bounce + written), 0);
        if (result.error != SBI_SUCCESS)
            return;
        written += (size_t)result.value;
    }
}

void console_write(const char *text, size_t bytes)
{
    if (!debug_console) {
        for (size_t i = 0; i < bytes; i++)
            sbi_call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, (unsigned char)text[i], 0, 0);
        return;
    }
    while (bytes) {
        size_t part = bytes < sizeof(bounce) ? bytes : sizeof(bounce);
        memcpy(bounce, text, part);
        write_bounce(part);
        text += part;
        bytes -= part;
    }
}

size_t console_read(char *to, size_t room)
{
    if (debug_console) {
        size_t most = room < sizeof(bounce) ? room : sizeof(bounce);
        struct sbi_result result =
            sbi_call(SBI_EXT_DBCN, SBI_DBCN_READ, (long)most, (long)bounce, 0);
        if (result.error != SBI_SUCCESS || (size_t)result.value > most)
            return 0;
        memcpy(to, bounce, (size_t)result.value);
        return (size_t)result.value;
    }
    size_t count = 0;
    while (count < room) {
        long byte = sbi_call(SBI_LEGACY_CONSOLE_GETCHAR, 0, 0, 0, 0).error;
        if (byte < 0)
            break;
        to[count++] = (char)byte;
    }
    return count;
}

/* Characters on their way to the console; full lines are worth one call, not eighty. */
struct print_sink {
    size_t used;
    char text[128];
};

static void flush(struct print_sink *sink)
{
    console_write(sink->text, sink->used);
    sink->used = 0;
}

static void emit_console(void *opaque, char character)
{
    struct print_sink *sink = opaque;
    sink->text[sink->used++] = character;
    if (sink->used == sizeof(sink->text))
        flush(sink);
}

void printf(const char *format, ...)
{
    struct print_sink sink = {.used = 0};
    va_list arguments;
    va_start(arguments, format);
    format_write(emit_console, &sink, format, arguments);
    va_end(arguments);
    flush(&sink);
}
