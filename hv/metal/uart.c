/* The board's ns16550a: bytes out (polled) and in (by interrupt), and nothing more. Registers
 * are one byte apart. Source: the 16550's data sheet, register names as there. */
#include "metal/metal.h"

enum { RBR_THR = 0, IER = 1, FCR = 2, LSR = 5 };

#define IER_RECEIVED      0x01
#define FCR_ENABLE        0x01
#define LSR_RECEIVED      0x01
#define LSR_TRANSMIT_IDLE 0x20

static volatile uint8_t *uart;

void uart_open(uint64_t base)
{
    uart = (volatile uint8_t *)base;
    uart[IER] = 0;
    uart[FCR] = FCR_ENABLE;
}

void uart_putchar(char byte)
{
    while (!(uart[LSR] & LSR_TRANSMIT_IDLE))
        ;
    uart[RBR_THR] = (uint8_t)byte;
}

int uart_getchar(void)
{
    return uart && (uart[LSR] & LSR_RECEIVED) ? uart[RBR_THR] : -1;
}

void uart_interrupt_on(void)
{
    uart[IER] = IER_RECEIVED;
}
