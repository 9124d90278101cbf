/* From an audit's regions to a result's; see draw.h. */
#include "audit/draw.h"

static void owner_of(const struct audit_input *input, const struct audit_region *region,
                     char *owner, size_t bytes)
{
    if (region->owner >= 0)
        snprintf(owner, bytes, "vm %s", input->tree[region->owner].name);
    else if (region->owner == -1)
        snprintf(owner, bytes, "%s", region->what);
    else if (region->owner == -2)
        snprintf(owner, bytes, "tables of vm %s", input->tree[region->tree].name);
    else
        snprintf(owner, bytes, "free");
}

void audit_draw(const struct audit_input *input, const struct audit_report *report,
                struct result_check *to)
{
    for (size_t i = 0; i < report->regions; i++) {
        const struct audit_region *region = &report->region[i];
        char owner[64];
        owner_of(input, region, owner, sizeof(owner));
        result_region_add(to, region->from, region->to - region->from, owner, region->fault);
    }
}
