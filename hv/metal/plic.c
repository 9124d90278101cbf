/* The board's PLIC, for one interrupt source and one context: the UART, to this hart.
 * Layout: RISC-V Platform-Level Interrupt Controller Specification 1.0, "Memory Map". */
#include "metal/metal.h"

#define PRIORITY(source)   ((source)*4u)
#define ENABLE(context)    (0x2000u + (context)*0x80u)
#define THRESHOLD(context) (0x200000u + (context)*0x1000u)
#define CLAIM(context)     (0x200004u + (context)*0x1000u)

static uint64_t plic;
static unsigned plic_context;

static volatile uint32_t *plic_register(uint32_t offset)
{
    return (volatile uint32_t *)(plic + offset);
}

void plic_open(uint64_t base, unsigned context, unsigned source)
{
    plic = base;
    plic_context = context;
    *plic_register(PRIORITY(source)) = 1;
    *plic_register(ENABLE(context) + source / 32 * 4) |= 1u << source % 32;
    *plic_register(THRESHOLD(context)) = 0;
}

unsigned plic_claim(void)
{
    return plic ? *plic_register(CLAIM(plic_context)) : 0;
}

void plic_complete(unsigned source)
{
    *plic_register(CLAIM(plic_context)) = source;
}
