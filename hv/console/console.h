/*
 * The console that all share: the hypervisor's own lines, the VMs' output, and the input, which
 * goes to whoever has the focus. Ctrl-A and a key switch it:
 *     0 … 9 that VM    n next VM    h the hypervisor's own console    ? help    x end all
 * With console=all every VM's output is shown line by line behind its name; with
 * console=focus only the focused one's, as it comes, and the rest waits in its back-log.
 */
#ifndef HV_CONSOLE_CONSOLE_H
#define HV_CONSOLE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;

/* The hypervisor's own line, as printf; a newline ends it. */
void print(const char *template, ...) __attribute__((format(printf, 1, 2)));
/* Bytes as they are, to the board's UART or the firmware. */
void console_raw(const char *bytes, size_t length);

#endif
