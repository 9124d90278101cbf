/* hv/metal/uart.c and plic.c, on memory that a test gives them. */
#include "metal/metal.h"

#define uart_open         real_uart_open
#define uart_putchar      real_uart_putchar
#define uart_getchar      real_uart_getchar
#define uart_interrupt_on real_uart_interrupt_on
#define plic_open         real_plic_open
#define plic_claim        real_plic_claim
#define plic_complete     real_plic_complete

#include "metal/plic.c"
#include "metal/uart.c"
