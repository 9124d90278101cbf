/* The hypervisor's own console: a line, a command. */
#ifndef HV_CONSOLE_SHELL_H
#define HV_CONSOLE_SHELL_H

void shell_open(void);        /* it has the focus now */
void shell_input(char byte);  /* one byte typed for it */
void shell_end_all(void);     /* kills every VM; the machine stops */

#endif
