/* Growing buffers, and the allocation calls that never return NULL. */
#include "lib/buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

static void memory_out(size_t bytes)
{
    complain("out of memory: %zu more bytes were asked for", bytes);
    exit(COACH_FAULT);
}

void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);
    if (memory == NULL)
        memory_out(count * size);
    return memory;
}

void *reallocate(void *old, size_t bytes)
{
    void *memory = realloc(old, bytes ? bytes : 1);
    if (memory == NULL)
        memory_out(bytes);
    return memory;
}

char *copy_string(const char *text)
{
    size_t bytes = strlen(text) + 1;
    return memcpy(allocate(bytes, 1), text, bytes);
}

char *format_string(const char *format, ...)
{
    struct buffer buffer = {0};
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(&buffer, format, arguments);
    va_end(arguments);
    return buffer.data;
}

void *buffer_reserve(struct buffer *buffer, size_t count)
{
    if (count > SIZE_MAX / 2 - buffer->length)
        memory_out(count);
    size_t needed = buffer->length + count + 1;
    if (needed > buffer->capacity) {
        size_t capacity = buffer->capacity ? buffer->capacity : 64;
        while (capacity < needed)
            capacity *= 2;
        buffer->data = reallocate(buffer->data, capacity);
        buffer->capacity = capacity;
    }
    buffer->data[buffer->length] = '\0';
    return buffer->data + buffer->length;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t count)
{
    char *to = buffer_reserve(buffer, count);
    if (count != 0)
        memcpy(to, bytes, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_vprintf(struct buffer *buffer, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int count = vsnprintf(NULL, 0, format, arguments);
    if (count > 0) {
        char *to = buffer_reserve(buffer, (size_t)count);
        vsnprintf(to, (size_t)count + 1, format, again);
        buffer->length += (size_t)count;
    } else {
        buffer_reserve(buffer, 0);
    }
    va_end(again);
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(buffer, format, arguments);
    va_end(arguments);
}

void buffer_align(struct buffer *buffer, size_t alignment)
{
    size_t more = -buffer->length & (alignment - 1);
    memset(buffer_reserve(buffer, more), 0, more + 1);
    buffer->length += more;
}

void buffer_quoted(struct buffer *buffer, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789-_=+,./:@%";
    if (*text != '\0' && text[strspn(text, plain)] == '\0') {
        buffer_text(buffer, text);
        return;
    }
    buffer_text(buffer, "'");
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            buffer_text(buffer, "'\\''");
        else
            buffer_add(buffer, text, 1);
    }
    buffer_text(buffer, "'");
}

const char *buffer_string(const struct buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
