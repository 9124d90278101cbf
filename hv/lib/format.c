/*
 * printf's formatting, byte by byte into whatever the caller gives: a console, a buffer, the
 * panic report. No state and no memory of its own, so that it also works while all else fails.
 */
#include "lib/format.h"

#include "lib/string.h"
#include <stdbool.h>
#include <stdint.h>

struct sink {
    void (*put)(void *context, char byte);
    void *context;
    int written;
};

/* One conversion: %[flags][width][.precision][length]letter */
struct conversion {
    bool left, zeros;   /* flags - and 0 */
    unsigned width;     /* at least so many bytes */
    unsigned precision; /* of %s: at most so many */
    unsigned longs;     /* l: 1, ll: 2, z: 1 */
    char letter;
};

static void emit(struct sink *sink, char byte)
{
    sink->put(sink->context, byte);
    sink->written++;
}

static void emit_repeated(struct sink *sink, char byte, unsigned count)
{
    for (; count > 0; count--)
        emit(sink, byte);
}

/* Emits prefix and text as one field, filled up to the width with blanks, or with zeros between
 * the two. */
static void emit_field(struct sink *sink, const struct conversion *how, const char *prefix,
                       const char *text, size_t length)
{
    size_t bytes = strlen(prefix) + length;
    unsigned fill = bytes < how->width ? how->width - (unsigned)bytes : 0;

    if (!how->left && !how->zeros)
        emit_repeated(sink, ' ', fill);
    for (; *prefix != '\0'; prefix++)
        emit(sink, *prefix);
    if (!how->left && how->zeros)
        emit_repeated(sink, '0', fill);
    for (size_t i = 0; i < length; i++)
        emit(sink, text[i]);
    if (how->left)
        emit_repeated(sink, ' ', fill);
}

static void emit_number(struct sink *sink, const struct conversion *how, const char *prefix,
                        uint64_t value, unsigned base)
{
    const char *digits = how->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[20]; /* 2^64 has 20 decimal digits */
    unsigned start = sizeof text;

    do {
        text[--start] = digits[value % base];
        value /= base;
    } while (value != 0);
    emit_field(sink, how, prefix, text + start, sizeof text - start);
}

static void emit_text(struct sink *sink, const struct conversion *how, const char *text)
{
    if (text == NULL)
        text = "(null)";
    emit_field(sink, how, "", text, strnlen(text, how->precision));
}

/* A decimal number at *at, which is moved past it; as large as no field ever is at the most. */
static unsigned read_number(const char **at)
{
    unsigned number = 0;

    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (number < 100000)
            number = number * 10 + (unsigned)(**at - '0');
    return number;
}

/* Reads what stands between % and the letter; width and precision may come from args. */
static const char *read_conversion(const char *at, struct conversion *how, va_list *args)
{
    *how = (struct conversion){.precision = ~0u};
    for (; *at == '-' || *at == '0'; at++) {
        how->left |= *at == '-';
        how->zeros |= *at == '0';
    }
    if (*at == '*') {
        int width = va_arg(*args, int);
        how->left |= width < 0;
        how->width = width < 0 ? 0u - (unsigned)width : (unsigned)width;
        at++;
    } else {
        how->width = read_number(&at);
    }
    if (*at == '.') {
        at++;
        if (*at == '*') {
            int precision = va_arg(*args, int);
            how->precision = precision < 0 ? ~0u : (unsigned)precision;
            at++;
        } else {
            how->precision = read_number(&at);
        }
    }
    for (; *at == 'l' || *at == 'z'; at++)
        how->longs++;
    how->letter = *at;
    return at;
}

static uint64_t read_unsigned(const struct conversion *how, va_list *args)
{
    return how->longs > 0 ? va_arg(*args, unsigned long) : va_arg(*args, unsigned int);
}

static int64_t read_signed(const struct conversion *how, va_list *args)
{
    return how->longs > 0 ? va_arg(*args, long) : va_arg(*args, int);
}

static void emit_signed(struct sink *sink, const struct conversion *how, int64_t value)
{
    if (value < 0)
        emit_number(sink, how, "-", 0 - (uint64_t)value, 10);
    else
        emit_number(sink, how, "", (uint64_t)value, 10);
}

static void emit_conversion(struct sink *sink, const struct conversion *how, va_list *args)
{
    char byte;

    switch (how->letter) {
    case 'd':
    case 'i':
        return emit_signed(sink, how, read_signed(how, args));
    case 'u':
        return emit_number(sink, how, "", read_unsigned(how, args), 10);
    case 'x':
    case 'X':
        return emit_number(sink, how, "", read_unsigned(how, args), 16);
    case 'p':
        return emit_number(sink, how, "0x", (uintptr_t)va_arg(*args, void *), 16);
    case 's':
        return emit_text(sink, how, va_arg(*args, const char *));
    case 'c':
        byte = (char)va_arg(*args, int);
        return emit_field(sink, how, "", &byte, 1);
    default: /* %%, and what is not understood, as it stands */
        return emit(sink, how->letter);
    }
}

int format(void (*put)(void *context, char byte), void *context, const char *template, va_list args)
{
    struct sink sink = {.put = put, .context = context};
    struct conversion how;
    va_list rest;

    va_copy(rest, args);
    for (const char *at = template; *at != '\0'; at++) {
        if (*at != '%') {
            emit(&sink, *at);
            continue;
        }
        at = read_conversion(at + 1, &how, &rest);
        if (how.letter == '\0')
            break;
        emit_conversion(&sink, &how, &rest);
    }
    va_end(rest);
    return sink.written;
}

struct text_buffer {
    char *to;
    size_t room, used;
};

static void put_in_buffer(void *context, char byte)
{
    struct text_buffer *buffer = context;

    if (buffer->used + 1 < buffer->room)
        buffer->to[buffer->used++] = byte;
}

int text_vformat(char *to, size_t room, const char *template, va_list args)
{
    struct text_buffer buffer = {.to = to, .room = room};
    int length = format(put_in_buffer, &buffer, template, args);

    if (room > 0)
        to[buffer.used] = '\0';
    return length;
}

int text_format(char *to, size_t room, const char *template, ...)
{
    va_list args;

    va_start(args, template);
    int length = text_vformat(to, room, template, args);
    va_end(args);
    return length;
}
