/*
 * The stop at an unwritten function. It needs the firmware and nothing else of the hypervisor:
 * whatever is missing, this works.
 */
#include "boot/todo.h"

#include <stdint.h>

#include "abi/sbi.h"

const char *volatile todo_sentence;

/* The assembly macro's stack; its top is one past the last byte. */
static uint8_t todo_stack[1024] __attribute__((aligned(16), used));
__asm__(".globl todo_stack_top\n.set todo_stack_top, todo_stack + 1024");

static void call(long extension, long function, long first, long second)
{
    register long a0 __asm__("a0") = first;
    register long a1 __asm__("a1") = second;
    register long a6 __asm__("a6") = function;
    register long a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a6), "r"(a7) : "memory");
}

static void put(const char *text)
{
    for (; *text != '\0'; text++)
        call(SBI_LEGACY_CONSOLE_PUTCHAR, 0, (unsigned char)*text, 0);
}

_Noreturn void todo_stop(const char *sentence)
{
    todo_sentence = sentence;
    put("TODO: ");
    put(sentence);
    put("\r\n");
    call(SBI_EXT_SRST, SBI_SRST_RESET, SBI_SRST_TYPE_SHUTDOWN, SBI_SRST_REASON_FAILURE);
    for (;;)
        __asm__ volatile("wfi");
}
