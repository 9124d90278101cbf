/* The two ways in which Rider ends. */
#ifndef SBI_STOP_H
#define SBI_STOP_H

#include <stdint.h>

#define PANIC_CODE 255 /* the exit code of a kernel that met a bug of its own */

/*
 * Ends the machine with a code (0: all is well). The layer below learns the code through the
 * paravirtual exit; where that is missing, through the reason of a system reset (SBI chapter
 * 10), which says only whether the code was 0; else by the legacy shutdown, which says nothing.
 */
_Noreturn void machine_stop(uint64_t code);

/* Says what is wrong with the kernel, shows who called, and stops with PANIC_CODE. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
