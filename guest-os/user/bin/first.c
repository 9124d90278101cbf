/*
 * first: a program that needs no system call. It touches its stack, its data and a page beyond
 * its .bss in turn; all but the last are its own, and that one ends it.
 */
#include <stdint.h>

static volatile uint64_t data = 1;
static volatile uint64_t zeros[1024];

int main(void)
{
    volatile uint64_t stack[1024];
    for (int i = 0; i < 1024; i++)
        stack[i] = data;
    for (int i = 0; i < 1024; i++)
        zeros[i] += stack[i];
    *(volatile uint64_t *)(uintptr_t)0x40000000 = zeros[1023]; /* nothing is there */
    return 0;
}
