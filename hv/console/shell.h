/* The hypervisor's own console: a line, a command. */
#ifndef HV_CONSOLE_SHELL_H
#define HV_CONSOLE_SHELL_H

void shell_open(void);       /* it has the focus now */
void shell_input(char byte); /* one byte typed for it */
/* Takes the line that is being typed off the screen, and puts it back: others write between. */
void shell_hide(void);
void shell_show(void);
void shell_end_all(void); /* kills every VM; the machine stops */

#endif
