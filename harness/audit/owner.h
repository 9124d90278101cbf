/* How the audit notes, in a byte a page of RAM, whose the page is. */
#ifndef AUDIT_OWNER_H
#define AUDIT_OWNER_H

#include "audit/audit.h"

#define OWNER_NOBODY   0
#define OWNER_VM       1  /* + number of the tree that maps it */
#define OWNER_TABLE    32 /* + number of the tree that it is a table of */
#define OWNER_RESERVED 64 /* + number of the reserved range */

/*
 * Fills report->region from owner and fault (1: a finding is about the page), a byte a page of
 * RAM each. 0; -1: no memory.
 */
int audit_regions(const struct audit_input *input, struct audit_report *report,
                  const uint8_t *owner, const uint8_t *fault, uint64_t pages);

#endif
