/* The console, the PLIC and the end of the fake machine: see fake_machine.h. */
#include "console/mux.h"
#include "hv/fake_machine.h"
#include "metal/metal.h"
#include <stdlib.h>
#include <string.h>

static void put(char byte)
{
    if (fake_machine.written_bytes < sizeof fake_machine.written - 1)
        fake_machine.written[fake_machine.written_bytes++] = byte;
}

void machine_forget_written(void)
{
    memset(fake_machine.written, 0, sizeof fake_machine.written);
    fake_machine.written_bytes = 0;
}

void machine_type(const char *text)
{
    while (*text)
        mux_input(*text++);
}

void firmware_putchar(char byte)
{
    put(byte);
}

void uart_open(uint64_t base)
{
    fake_machine.uart = base;
}

void uart_putchar(char byte)
{
    fake_machine.by_uart++;
    put(byte);
}

int uart_getchar(void)
{
    return fake_machine.received == NULL || *fake_machine.received == '\0'
               ? -1
               : (uint8_t)*fake_machine.received++;
}

void uart_interrupt_on(void)
{
    fake_machine.uart_interrupts++;
}

void plic_open(uint64_t base, unsigned context, unsigned source)
{
    fake_machine.plic = base;
    fake_machine.plic_context = context;
    fake_machine.plic_source = source;
}

unsigned plic_claim(void)
{
    return fake_machine.claims == 0 ? 0 : fake_machine.claims--;
}

void plic_complete(unsigned source)
{
    fake_machine.completed |= 1u << source;
}

jmp_buf fake_stop_return;
bool fake_stop_expected, fake_stop_failure;

void machine_stop(bool failure)
{
    fake_stop_failure = failure;
    if (!fake_stop_expected)
        abort();
    longjmp(fake_stop_return, 1);
}
