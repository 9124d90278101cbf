/* printf's conversions. Integers are written backwards into a small buffer, then padded. */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "lib/string.h"

/* One conversion under way. */
struct conversion {
    format_emit *emit;
    void *sink;
    int emitted;
    int width;  /* the least number of characters */
    bool left;  /* pad on the right */
    bool zeros; /* pad with 0 in place of blanks */
    bool wide;  /* the integer argument is 64 bits */
};

static void put(struct conversion *conversion, char character)
{
    conversion->emit(conversion->sink, character);
    conversion->emitted++;
}

static void pad(struct conversion *conversion, int used)
{
    for (; used < conversion->width; used++)
        put(conversion, conversion->zeros && !conversion->left ? '0' : ' ');
}

static void put_text(struct conversion *conversion, const char *text)
{
    int length = (int)strlen(text);
    conversion->zeros = false;
    if (!conversion->left)
        pad(conversion, length);
    while (*text)
        put(conversion, *text++);
    if (conversion->left)
        pad(conversion, length);
}

/* Writes value in the base (10 or 16), with a minus sign if negative. */
static void put_integer(struct conversion *conversion, uint64_t value, unsigned base, bool negative)
{
    char digits[24];
    int count = 0;
    do {
        digits[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);

    int length = count + negative;
    if (negative && conversion->zeros)
        put(conversion, '-');
    if (!conversion->left)
        pad(conversion, length);
    if (negative && !conversion->zeros)
        put(conversion, '-');
    while (count)
        put(conversion, digits[--count]);
    if (conversion->left)
        pad(conversion, length);
}

/* Reads flags, width and length after a '%'. Returns where the conversion letter stands. */
static const char *read_flags(struct conversion *conversion, const char *format, va_list *arguments)
{
    conversion->width = 0;
    conversion->left = conversion->zeros = conversion->wide = false;
    for (;; format++) {
        if (*format == '-')
            conversion->left = true;
        else if (*format == '0')
            conversion->zeros = true;
        else
            break;
    }
    if (*format == '*') {
        conversion->width = va_arg(*arguments, int);
        format++;
    }
    for (; *format >= '0' && *format <= '9'; format++)
        conversion->width = conversion->width * 10 + (*format - '0');
    for (; *format == 'l' || *format == 'z'; format++)
        conversion->wide = true;
    return format;
}

static void put_signed(struct conversion *conversion, va_list *arguments)
{
    int64_t value = conversion->wide ? va_arg(*arguments, int64_t) : va_arg(*arguments, int);
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    put_integer(conversion, magnitude, 10, value < 0);
}

static void put_unsigned(struct conversion *conversion, va_list *arguments, unsigned base)
{
    uint64_t value = conversion->wide ? va_arg(*arguments, uint64_t) : va_arg(*arguments, unsigned);
    put_integer(conversion, value, base, false);
}

static void put_pointer(struct conversion *conversion, va_list *arguments)
{
    put(conversion, '0');
    put(conversion, 'x');
    put_integer(conversion, va_arg(*arguments, uint64_t), 16, false);
}

/* Writes one conversion. Returns where the text after it begins. */
static const char *convert(struct conversion *conversion, const char *format, va_list *arguments)
{
    const char *letter = read_flags(conversion, format, arguments);
    char character[2] = {0};
    switch (*letter) {
    case 'd':
    case 'i':
        put_signed(conversion, arguments);
        return letter + 1;
    case 'u':
        put_unsigned(conversion, arguments, 10);
        return letter + 1;
    case 'x':
        put_unsigned(conversion, arguments, 16);
        return letter + 1;
    case 'p':
        put_pointer(conversion, arguments);
        return letter + 1;
    case 's': {
        const char *text = va_arg(*arguments, const char *);
        put_text(conversion, text ? text : "(null)");
        return letter + 1;
    }
    case 'c':
        character[0] = (char)va_arg(*arguments, int);
        put_text(conversion, character);
        return letter + 1;
    case '%':
        put(conversion, '%');
        return letter + 1;
    default:
        put(conversion, '%');
        return format;
    }
}

int format_write(format_emit *emit, void *sink, const char *format, va_list arguments)
{
    struct conversion conversion = {.emit = emit, .sink = sink};
    va_list copy;
    va_copy(copy, arguments);
    while (*format) {
        if (*format == '%') {
            format = convert(&conversion, format + 1, &copy);
            continue;
        }
        put(&conversion, *format++);
    }
    va_end(copy);
    return conversion.emitted;
}

struct text_sink {
    char *next;
    size_t room;
};

static void emit_text(void *sink, char character)
{
    struct text_sink *text = sink;
    if (text->room <= 1)
        return;
    *text->next++ = character;
    text->room--;
}

int format_text(char *to, size_t size, const char *format, ...)
{
    struct text_sink sink = {to, size};
    va_list arguments;
    va_start(arguments, format);
    int length = format_write(emit_text, &sink, format, arguments);
    va_end(arguments);
    if (size)
        *sink.next = 0;
    return length;
}
