/* An audit's memory map, handed to the model that every report is a view of. */
#ifndef AUDIT_DRAW_H
#define AUDIT_DRAW_H

#include "audit/audit.h"
#include "result/result.h"

/* Adds the regions of RAM with their owners: "vm a", "tables of vm a", "hypervisor", "free". */
void audit_draw(const struct audit_input *input, const struct audit_report *report,
                struct result_check *to);

#endif
