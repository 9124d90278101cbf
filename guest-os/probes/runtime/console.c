/* What a probe says: to the console that is there, and always into the report. */
#include "probe.h"
#include <stdarg.h>

enum console { CONSOLE_UNKNOWN, CONSOLE_DBCN, CONSOLE_LEGACY, CONSOLE_NONE };

static enum console console;

#define LINE_BYTES 256

/* A line is put together before it is written, so that one call writes it whole. */
struct line {
    char text[LINE_BYTES];
    unsigned bytes;
};

bool sbi_has(uint64_t eid)
{
    struct sbi_result result = sbi_call(SBI_EXT_BASE, SBI_BASE_PROBE_EXTENSION, eid, 0, 0);

    return result.error == SBI_SUCCESS && result.value != 0;
}

bool in_a_vm(void)
{
    return !option_number("bare", 0);
}

static enum console console_choose(void)
{
    if (option_is("console", "none"))
        return CONSOLE_NONE;
    if (option_is("console", "legacy"))
        return CONSOLE_LEGACY;
    if (option_is("console", "dbcn") || sbi_has(SBI_EXT_DBCN))
        return CONSOLE_DBCN;
    return CONSOLE_LEGACY;
}

static void dbcn_write(const char *text, uint64_t bytes)
{
    while (bytes) {
        struct sbi_result result =
            sbi_call(SBI_EXT_DBCN, SBI_DBCN_WRITE, bytes, (uintptr_t)text, 0);

        if (result.error != SBI_SUCCESS || !result.value)
            return;
        text += result.value;
        bytes -= result.value;
    }
}

static void line_flush(struct line *line)
{
    for (unsigned i = 0; i < line->bytes; i++) {
        uint64_t at = probe_report.text_bytes++ % PROBE_TEXT_BYTES;

        probe_report.text[at] = line->text[i];
    }
    if (console == CONSOLE_DBCN)
        dbcn_write(line->text, line->bytes);
    for (unsigned i = 0; console == CONSOLE_LEGACY && i < line->bytes; i++)
        sbi_call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, (uint8_t)line->text[i], 0, 0);
    line->bytes = 0;
}

static void put(struct line *line, char character)
{
    if (line->bytes == LINE_BYTES)
        line_flush(line);
    line->text[line->bytes++] = character;
}

static void put_text(struct line *line, const char *text)
{
    while (*text)
        put(line, *text++);
}

static void put_number(struct line *line, uint64_t value, unsigned base, unsigned digits)
{
    char reversed[24];
    unsigned count = 0;

    do {
        reversed[count++] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value || count < digits);
    while (count)
        put(line, reversed[--count]);
}

static void put_signed(struct line *line, int64_t value)
{
    if (value < 0)
        put(line, '-');
    put_number(line, value < 0 ? -(uint64_t)value : (uint64_t)value, 10, 1);
}

void say(const char *format, ...)
{
    struct line line = {.bytes = 0};
    va_list arguments;

    if (console == CONSOLE_UNKNOWN)
        console = console_choose();
    va_start(arguments, format);
    for (; *format; format++) {
        if (*format != '%') {
            put(&line, *format);
            continue;
        }
        switch (*++format) {
        case 's':
            put_text(&line, va_arg(arguments, const char *));
            break;
        case 'c':
            put(&line, (char)va_arg(arguments, int));
            break;
        case 'd':
            put_signed(&line, va_arg(arguments, int64_t));
            break;
        case 'u':
            put_number(&line, va_arg(arguments, uint64_t), 10, 1);
            break;
        case 'x':
            put_number(&line, va_arg(arguments, uint64_t), 16, 1);
            break;
        case 'p':
            put_number(&line, va_arg(arguments, uint64_t), 16, 16);
            break;
        default:
            put(&line, '%');
        }
    }
    va_end(arguments);
    line_flush(&line);
}
