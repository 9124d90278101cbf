/* hv/metal/uart.c and plic.c on the board: a byte that is typed comes by its interrupt. */
#include "metal_test.h"

#include "trap/cause.h"

#define UART   0x10000000ull
#define PLIC   0xc000000ull
#define SOURCE 10

static uint64_t read_time(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks));
    return ticks;
}

/* Who runs the tests types a Q when it reads that it shall. */
static void a_byte_that_is_typed_comes_by_its_interrupt(void)
{
    uint64_t external = 1u << IRQ_S_EXT, end;
    unsigned context = 2 * (unsigned)boot_begun.a0 + 1;

    EXPECT_EQUAL(uart_getchar(), -1); /* nothing is open */
    EXPECT_EQUAL(plic_claim(), 0);
    uart_open(UART);
    plic_open(PLIC, context, SOURCE);
    EXPECT_EQUAL(uart_getchar(), -1);
    uart_interrupt_on();
    say("type a Q\n");
    while (!(*(volatile uint8_t *)(UART + 5) & 1)) /* the line status: received */
        ;
    end = read_time() + 10000000;
    while (!(hart_pending() & external) && read_time() < end)
        ;
    EXPECT(hart_pending() & external);
    EXPECT_EQUAL(plic_claim(), SOURCE);
    EXPECT_EQUAL(plic_claim(), 0); /* it is served */
    EXPECT_EQUAL(uart_getchar(), 'Q');
    EXPECT_EQUAL(uart_getchar(), -1);
    plic_complete(SOURCE);
    EXPECT_EQUAL(plic_claim(), 0);
    EXPECT(!(hart_pending() & external));
}

/* More than the UART holds at once. */
static void bytes_go_out_in_order(void)
{
    for (unsigned i = 0; i < 200; i++)
        uart_putchar((char)('a' + i % 26));
    uart_putchar('\n');
}

void device_facts(void)
{
    fact("a byte that is typed comes by its interrupt",
         a_byte_that_is_typed_comes_by_its_interrupt);
    fact("bytes go out in order", bytes_go_out_in_order);
}
