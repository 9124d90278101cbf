/*
 * The stop at an unwritten function. It uses the oldest SBI calls, in plain sight, and nothing
 * else of the kernel: whatever is missing, this works.
 */
#include "boot/todo.h"

#include "abi/sbi.h"

const char *volatile todo_sentence;

static void legacy_call(long extension, long argument)
{
    register long a0 __asm__("a0") = argument;
    register long a7 __asm__("a7") = extension;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "a1", "memory");
}

static void put(const char *text)
{
    for (; *text; text++)
        legacy_call(SBI_LEGACY_CONSOLE_PUTCHAR, (unsigned char)*text);
}

_Noreturn void todo_stop(const char *sentence)
{
    todo_sentence = sentence;
    put("TODO: ");
    put(sentence);
    put("\n");
    legacy_call(SBI_LEGACY_SHUTDOWN, 0);
    for (;;)
        __asm__ volatile("wfi");
}
