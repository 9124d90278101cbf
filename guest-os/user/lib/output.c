/* printf for programs, a line at a time. */
#include <stdarg.h>

#include "user/lib/user.h"

struct sink {
    long descriptor;
    size_t used;
    char text[128];
};

bool write_all(long descriptor, const void *from, size_t bytes)
{
    const char *next = from;
    while (bytes) {
        long written = write(descriptor, next, bytes);
        if (written <= 0)
            return false;
        next += written;
        bytes -= (size_t)written;
    }
    return true;
}

static void flush(struct sink *sink)
{
    write_all(sink->descriptor, sink->text, sink->used);
    sink->used = 0;
}

static void emit(void *opaque, char character)
{
    struct sink *sink = opaque;
    sink->text[sink->used++] = character;
    if (sink->used == sizeof(sink->text))
        flush(sink);
}

static void print(long descriptor, const char *format, va_list arguments)
{
    struct sink sink = {.descriptor = descriptor, .used = 0};
    format_write(emit, &sink, format, arguments);
    flush(&sink);
}

void printf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(1, format, arguments);
    va_end(arguments);
}

void print_to(long descriptor, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print(descriptor, format, arguments);
    va_end(arguments);
}
