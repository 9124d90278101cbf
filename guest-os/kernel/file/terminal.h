/* The terminal: lines typed at the console, with the editing that one expects. */
#ifndef FILE_TERMINAL_H
#define FILE_TERMINAL_H

#include <stdbool.h>

/* Does any process wait for a line? */
bool terminal_is_awaited(void);

#endif
