/* Who writes and who reads: the console shared among VMs. Keys: console/console.h. */
#ifndef HV_CONSOLE_MUX_H
#define HV_CONSOLE_MUX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vm;

/* A guest's output. */
void mux_write(struct vm *vm, const char *bytes, size_t length);
/* A byte that was typed for the guest, or -1. */
int mux_read(struct vm *vm);
/* One byte from the board's UART. */
void mux_input(char byte);
/* Gives the focus to a VM; NULL: to the hypervisor's own console. */
void mux_focus(struct vm *vm);
/* The VM is gone or new: forget its unfinished line, unread input and back-log. */
void mux_reset(struct vm *vm);
/* Shows what VMs have written of lines that never ended. */
void mux_flush(void);
/* Is the focus on the hypervisor's console? The operator then holds the machine. */
bool mux_holds(void);

#endif
