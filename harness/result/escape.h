/* Text of others (guests, submissions, file names) made safe to stand in XML and HTML. */
#ifndef HARNESS_RESULT_ESCAPE_H
#define HARNESS_RESULT_ESCAPE_H

#include <stdio.h>

/*
 * Writes text for element content or a quoted attribute: markup is escaped, line break and tab
 * stay, what else controls a terminal or is no UTF-8 is shown as lib/text.h has it. NULL counts as
 * "".
 */
void escape_xml(FILE *out, const char *text);

#endif
