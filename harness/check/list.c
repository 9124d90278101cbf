/* `coach check --list`. */
#include "check/list.h"

#include <stdio.h>

void check_list(struct check *const *checks, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        printf("%-32s %3u points  %s\n", checks[i]->id, checks[i]->points, checks[i]->title);
        for (const struct item *item = checks[i]->items; item; item = item->next)
            printf("    %-28s %3u  %s\n", item->id, item->points, item->title);
    }
}
