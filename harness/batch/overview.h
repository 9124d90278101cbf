/* What the parts of the overview's page share. */
#ifndef HARNESS_BATCH_OVERVIEW_H
#define HARNESS_BATCH_OVERVIEW_H

#include "lib/buffer.h"

/* Adds text of others to an HTML page, harmless. */
void overview_text(struct buffer *html, const char *text);

#endif
