/* The way out: bytes to the board's UART, or to the firmware while, or where, there is none. */
#include "console/console.h"
#include "boot/board.h"
#include "boot/init.h"
#include "lib/format.h"
#include "metal/metal.h"

static bool uart_ready;

static void put(char byte)
{
    if (uart_ready)
        uart_putchar(byte);
    else
        firmware_putchar(byte);
}

void console_raw(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        put(bytes[i]);
}

static void put_formatted(void *context, char byte)
{
    (void)context;
    console_raw(&byte, 1);
}

void print(const char *template, ...)
{
    va_list args;

    va_start(args, template);
    format(put_formatted, NULL, template, args);
    va_end(args);
}

static void console_init(void)
{
    if (!board.uart)
        return;
    uart_open(board.uart);
    uart_ready = true;
}

HV_INIT(INIT_CONSOLE, console_init);
