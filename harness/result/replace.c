/* Replaces a text wherever a result has it, as the name of a folder that only coach knows. */
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "result/result.h"

static void replace(char **field, const char *from, const char *to)
{
    if (*field == NULL || strstr(*field, from) == NULL) {
        return;
    }
    struct buffer text = {0};
    const char *rest = *field;
    for (const char *at; (at = strstr(rest, from)) != NULL; rest = at + strlen(from)) {
        buffer_add(&text, rest, (size_t)(at - rest));
        buffer_text(&text, to);
    }
    buffer_text(&text, rest);
    free(*field);
    *field = copy_string(buffer_string(&text));
    buffer_free(&text);
}

static void replace_in_item(struct result_item *item, const char *from, const char *to)
{
    replace(&item->title, from, to);
    replace(&item->at, from, to);
    replace(&item->diagnosis, from, to);
    replace(&item->hint, from, to);
    for (size_t i = 0; i < item->line_count; i++) {
        replace(&item->lines[i].text, from, to);
    }
}

static void replace_in_check(struct result_check *check, const char *from, const char *to)
{
    replace(&check->title, from, to);
    replace(&check->file, from, to);
    replace(&check->summary, from, to);
    replace(&check->console, from, to);
    for (size_t i = 0; i < check->item_count; i++) {
        replace_in_item(&check->items[i], from, to);
    }
    for (size_t i = 0; i < check->span_count; i++) {
        replace(&check->spans[i].label, from, to);
    }
}

void result_run_replace(struct result_run *run, const char *from, const char *to)
{
    if (*from == '\0') {
        return;
    }
    for (size_t i = 0; i < run->check_count; i++) {
        replace_in_check(&run->checks[i], from, to);
    }
    for (size_t i = 0; i < run->note_count; i++) {
        replace(&run->notes[i], from, to);
    }
}
