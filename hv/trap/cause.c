/* Causes in names and in words. */
#include "trap/cause.h"
#include <stddef.h>

struct cause_text {
    uint64_t cause;
    const char *name, *words;
};

static const struct cause_text texts[] = {
    {EXC_INST_MISALIGNED, "EXC_INST_MISALIGNED", "jump to an odd address"},
    {EXC_INST_ACCESS, "EXC_INST_ACCESS", "instruction fetch from where there is no memory"},
    {EXC_INST_ILLEGAL, "EXC_INST_ILLEGAL", "illegal instruction"},
    {EXC_BREAKPOINT, "EXC_BREAKPOINT", "ebreak"},
    {EXC_LOAD_MISALIGNED, "EXC_LOAD_MISALIGNED", "misaligned load"},
    {EXC_LOAD_ACCESS, "EXC_LOAD_ACCESS", "load from where there is no memory"},
    {EXC_STORE_MISALIGNED, "EXC_STORE_MISALIGNED", "misaligned store"},
    {EXC_STORE_ACCESS, "EXC_STORE_ACCESS", "store to where there is no memory"},
    {EXC_SYSCALL, "EXC_SYSCALL", "ecall from user mode"},
    {EXC_HYPERVISOR_SYSCALL, "EXC_HYPERVISOR_SYSCALL", "ecall from the hypervisor"},
    {EXC_SUPERVISOR_SYSCALL, "EXC_SUPERVISOR_SYSCALL", "ecall from a guest"},
    {EXC_INST_PAGE_FAULT, "EXC_INST_PAGE_FAULT", "instruction fetch from a page not mapped for it"},
    {EXC_LOAD_PAGE_FAULT, "EXC_LOAD_PAGE_FAULT", "load from a page not mapped for it"},
    {EXC_STORE_PAGE_FAULT, "EXC_STORE_PAGE_FAULT", "store to a page not mapped for it"},
    {EXC_INST_GUEST_PAGE_FAULT, "EXC_INST_GUEST_PAGE_FAULT",
     "guest's instruction fetch, not mapped in its second stage"},
    {EXC_LOAD_GUEST_PAGE_FAULT, "EXC_LOAD_GUEST_PAGE_FAULT",
     "guest's load, not mapped in its second stage"},
    {EXC_VIRTUAL_INST_FAULT, "EXC_VIRTUAL_INST_FAULT", "virtual instruction"},
    {EXC_STORE_GUEST_PAGE_FAULT, "EXC_STORE_GUEST_PAGE_FAULT",
     "guest's store, not mapped in its second stage"},
    {CAUSE_INTERRUPT | IRQ_S_SOFT, "IRQ_S_SOFT", "software interrupt"},
    {CAUSE_INTERRUPT | IRQ_VS_SOFT, "IRQ_VS_SOFT", "guest's software interrupt"},
    {CAUSE_INTERRUPT | IRQ_S_TIMER, "IRQ_S_TIMER", "timer interrupt"},
    {CAUSE_INTERRUPT | IRQ_VS_TIMER, "IRQ_VS_TIMER", "guest's timer interrupt"},
    {CAUSE_INTERRUPT | IRQ_S_EXT, "IRQ_S_EXT", "external interrupt"},
    {CAUSE_INTERRUPT | IRQ_VS_EXT, "IRQ_VS_EXT", "guest's external interrupt"},
    {CAUSE_INTERRUPT | IRQ_S_GEXT, "IRQ_S_GEXT", "guest external interrupt"},
};

static const struct cause_text *find(uint64_t cause)
{
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (texts[i].cause == cause)
            return &texts[i];
    return NULL;
}

const char *cause_name(uint64_t cause)
{
    const struct cause_text *text = find(cause);

    return text ? text->name : "unknown";
}

const char *cause_words(uint64_t cause)
{
    const struct cause_text *text = find(cause);

    return text ? text->words : "a cause that the specification does not name";
}
