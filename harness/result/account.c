/* The whole account of a result, for whoever replays a check. */
#include <inttypes.h>
#include <stdio.h>

#include "result/write.h"

void result_show_all(const struct result_run *run)
{
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        printf("%s, seed %" PRIu64 ", %.3f ms of virtual time\n", check->id, check->seed,
               (double)check->virtual_ns / 1e6);
        for (size_t k = 0; k < check->item_count; k++) {
            const struct result_item *item = &check->items[k];
            printf("  %s %u/%u %s%s%s\n", verdict_name(item->verdict), item->got, item->of,
                   item->title, item->diagnosis ? ": " : "",
                   item->diagnosis ? item->diagnosis : "");
            for (size_t n = 0; n < item->line_count; n++)
                printf("    %-8s %s\n", result_line_kind_name(item->lines[n].kind),
                       item->lines[n].text);
            if (item->hint && item->verdict != VERDICT_PASS)
                printf("    hint     %s\n", item->hint);
        }
        if (check->console)
            printf("--- console\n%s\n---\n", check->console);
    }
}
