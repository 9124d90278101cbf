/* Text of others (guests, submissions, file names) made safe to stand in XML and HTML. */
#ifndef HARNESS_RESULT_ESCAPE_H
#define HARNESS_RESULT_ESCAPE_H

#include <stdio.h>

/*
 * Writes text for element content or a quoted attribute: markup is escaped, control characters
 * (which XML 1.0 cannot hold) are left out but for line break and tab, what is not UTF-8 becomes
 * U+FFFD. NULL counts as "".
 */
void escape_xml(FILE *out, const char *text);

#endif
