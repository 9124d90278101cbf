/* The whole account of a result, for whoever replays a check. */
#include <inttypes.h>
#include <stdio.h>

#include "lib/text.h"
#include "result/write.h"

static void show_item(const struct result_item *item, FILE *out)
{
    fprintf(out, "  %s %u/%u ", verdict_name(item->verdict), item->got, item->of);
    text_show(out, item->title, SIZE_MAX);
    if (item->diagnosis) {
        fputs(": ", out);
        text_show(out, item->diagnosis, SIZE_MAX);
    }
    fputc('\n', out);
    for (size_t n = 0; n < item->line_count; n++) {
        fprintf(out, "    %-8s ", result_line_kind_name(item->lines[n].kind));
        text_show(out, item->lines[n].text, SIZE_MAX);
        fputc('\n', out);
    }
    if (item->hint && item->verdict != VERDICT_PASS) {
        fputs("    hint     ", out);
        text_show(out, item->hint, SIZE_MAX);
        fputc('\n', out);
    }
}

void result_show_all(const struct result_run *run, FILE *out)
{
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        text_show(out, check->id, SIZE_MAX);
        fprintf(out, ", seed %" PRIu64 ", %.3f ms of virtual time\n", check->seed,
                (double)check->virtual_ns / 1e6);
        for (size_t k = 0; k < check->item_count; k++)
            show_item(&check->items[k], out);
        if (check->console) {
            fputs("--- console\n", out);
            text_show_lines(out, check->console);
            fputs("\n---\n", out);
        }
    }
}
