/*
 * TAP version 13, which `prove` reads: one line an item, the account of a failure in a YAML block
 * below it. What could not be graded is "not ok" with its class in the block, never a skip: a
 * pipeline must not turn green on it.
 */
#include "result/write.h"

#include <inttypes.h>
#include <string.h>

#include "lib/text.h"

/* One line of text: '#' would begin a directive. */
static void plain(FILE *out, const char *text)
{
    char piece[TEXT_PIECE];
    for (const char *at = text; text_next(&at, piece);) {
        if (*piece == '#' || *piece == '\\')
            fputc('\\', out);
        fputs(piece, out);
    }
}

/* The inside of a YAML double-quoted scalar, whose escapes are those of lib/text.h. */
static void inside_quotes(FILE *out, const char *text)
{
    char piece[TEXT_PIECE];
    for (const char *at = text; *at;) {
        if (*at == '"' || *at == '\\')
            fprintf(out, "\\%c", *at++);
        else if (text_next(&at, piece))
            fputs(piece, out);
    }
}

static void quoted(FILE *out, const char *key, const char *text)
{
    fprintf(out, "  %s: \"", key);
    inside_quotes(out, text);
    fputs("\"\n", out);
}

static void account(FILE *out, const struct result_check *check, const struct result_item *item)
{
    fputs("  ---\n", out);
    quoted(out, "verdict", verdict_name(item->verdict));
    if (item->diagnosis)
        quoted(out, "diagnosis", item->diagnosis);
    fprintf(out, "  points: \"%u/%u\"\n", item->got, item->of);
    if (item->at)
        quoted(out, "at", item->at);
    if (item->line_count)
        fputs("  account:\n", out);
    for (size_t i = 0; i < item->line_count; i++) {
        fprintf(out, "    - \"(%s) ", result_line_kind_name(item->lines[i].kind));
        inside_quotes(out, item->lines[i].text);
        fputs("\"\n", out);
    }
    if (item->hint)
        quoted(out, "hint", item->hint);
    if (*check->replay)
        quoted(out, "replay", check->replay);
    fputs("  ...\n", out);
}

int result_write_tap(const struct result_run *run, FILE *out)
{
    struct result_score score = result_run_score(run);
    size_t count = 0;
    for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
        count += score.items[verdict];
    fprintf(out, "TAP version 13\n1..%zu\n", count);
    size_t number = 0;
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        for (size_t k = 0; k < check->item_count; k++) {
            const struct result_item *item = &check->items[k];
            fprintf(out, "%sok %zu - ", item->verdict == VERDICT_PASS ? "" : "not ", ++number);
            plain(out, check->id);
            fprintf(out, " seed %" PRIu64 ": ", check->seed);
            plain(out, item->title);
            fputc('\n', out);
            if (item->verdict != VERDICT_PASS)
                account(out, check, item);
        }
    }
    return ferror(out) ? -1 : 0;
}
