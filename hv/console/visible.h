/* Text of guests on the machine's own lines: what a terminal would obey is told from what it shows.
 */
#ifndef HV_CONSOLE_VISIBLE_H
#define HV_CONSOLE_VISIBLE_H

#include <stdbool.h>
#include <stdint.h>

/* How many bytes at text, of which `bytes` are there, are one character that a terminal shows and
 * does nothing else with. 0: the byte there is to be spelled out. */
unsigned visible_bytes(const char *text, unsigned bytes);

/* How many bytes at the end of text are the beginning of a character whose rest is to come. */
unsigned visible_rest(const char *text, unsigned bytes);

#endif
