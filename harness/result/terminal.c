/*
 * The report for people at a terminal: one line a check, the account of the first failure, the
 * score; at most one screen, since what scrolls away is not read.
 */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/terminal.h"
#include "lib/text.h"
#include "result/write.h"

#define SCREEN_LINES  24
#define TAIL_LINES    4  /* score, notes, hints to the other formats */
#define ACCOUNT_LINES 14 /* most lines that one failure takes */
#define TITLE_COLUMNS 44
#define INDENT        13 /* of an account's text */

static enum colour verdict_colour(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return COLOUR_GREEN;
    return verdict_ungraded(verdict) ? COLOUR_YELLOW : COLOUR_RED;
}

static void coloured(FILE *out, enum colour colour, const char *text)
{
    fprintf(out, "%s%s%s", colour_begin(out, colour), text, colour_end(out));
}

static size_t width(FILE *out)
{
    int columns = terminal_columns(out);
    return columns > 60 ? (size_t)columns : 60;
}

/* Bytes of the text's next line: as many words as fit, or one that is longer. */
static size_t line_of(const char *text, size_t columns)
{
    size_t taken = strcspn(text, " ");
    while (text[taken] == ' ') {
        size_t word = strcspn(text + taken + 1, " ");
        if (taken + 1 + word > columns)
            break;
        taken += 1 + word;
    }
    return taken;
}

/* The text in lines of whole words, the later ones indented: no value is ever cut. Lines used. */
static size_t wrapped(FILE *out, const char *text)
{
    size_t columns = width(out) - INDENT - 1, used = 0;
    do {
        size_t bytes = line_of(text, columns);
        if (used++)
            fprintf(out, "%*s", INDENT, "");
        text_show(out, text, bytes);
        fputc('\n', out);
        text += bytes + (text[bytes] == ' ');
    } while (*text);
    return used;
}

/* A title on a line of its own: where it does not fit, its end says so. */
static void title(FILE *out, const char *text, size_t columns)
{
    bool fits = strlen(text) <= columns;
    text_show(out, text, fits ? columns : columns - 1);
    fputs(fits ? "" : "…", out);
}

static void check_line(FILE *out, const struct result_check *check)
{
    enum verdict verdict = result_check_verdict(check);
    struct result_score score = result_check_score(check);
    const char *mark = verdict == VERDICT_PASS     ? "ok  "
                       : verdict_ungraded(verdict) ? "??  "
                                                   : "FAIL";
    coloured(out, verdict_colour(verdict), mark);
    fprintf(out, " %-30s %3u/%-3u ", check->id, score.got, score.of);
    title(out, check->title, isatty(fileno(out)) ? width(out) - TITLE_COLUMNS : SIZE_MAX);
    fputc('\n', out);
}

/* Lines used. */
static size_t account(FILE *out, const struct result_check *check, const struct result_item *item)
{
    size_t used = 1;
    coloured(out, verdict_colour(item->verdict), "  ");
    fputs(colour_begin(out, COLOUR_BOLD), out);
    text_show(out, item->title, SIZE_MAX);
    fputs(colour_end(out), out);
    fputs(": ", out);
    text_show(out, item->diagnosis ? item->diagnosis : verdict_name(item->verdict), SIZE_MAX);
    if (item->at)
        fprintf(out, " (%s)", item->at);
    fputc('\n', out);
    for (size_t i = 0; i < item->line_count && used < ACCOUNT_LINES - 2; i++) {
        fprintf(out, "    %-8s ", result_line_kind_name(item->lines[i].kind));
        used += wrapped(out, item->lines[i].text);
    }
    if (item->hint) {
        fputs("    hint     ", out);
        used += wrapped(out, item->hint);
    }
    if (*check->replay) {
        fputs("    replay   ", out);
        text_show(out, check->replay, SIZE_MAX);
        fputc('\n', out);
        used++;
    }
    return used;
}

static const struct result_item *first_failure(const struct result_check *check)
{
    for (size_t i = 0; i < check->item_count; i++)
        if (check->items[i].verdict != VERDICT_PASS)
            return &check->items[i];
    return NULL;
}

enum kind { PASSED, FAILED, UNGRADED };

/* As check_line marks them. */
static size_t count_checks(const struct result_run *run, enum kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < run->check_count; i++) {
        enum verdict verdict = result_check_verdict(&run->checks[i]);
        enum kind is = verdict == VERDICT_PASS     ? PASSED
                       : verdict_ungraded(verdict) ? UNGRADED
                                                   : FAILED;
        count += is == kind;
    }
    return count;
}

static void score_line(FILE *out, const struct result_run *run)
{
    struct result_score score = result_run_score(run);
    fputs(colour_begin(out, COLOUR_BOLD), out);
    text_show(out, run->title, SIZE_MAX);
    fprintf(out, ": %u of %u points%s; of %zu checks %zu passed", score.got, score.of,
            colour_end(out), run->check_count, count_checks(run, PASSED));
    if (count_checks(run, FAILED))
        fprintf(out, ", %zu failed", count_checks(run, FAILED));
    if (count_checks(run, UNGRADED))
        fprintf(out, ", %zu not graded (%u points)", count_checks(run, UNGRADED), score.ungraded);
    if (*run->tier) {
        fputs(" · sandbox: ", out);
        text_show(out, run->tier, SIZE_MAX);
    }
    fputc('\n', out);
}

/* How many checks of each kind get a line of their own; failures go first. */
static size_t list_checks(FILE *out, const struct result_run *run, bool failed, size_t room)
{
    size_t shown = 0;
    for (size_t i = 0; i < run->check_count && shown < room; i++) {
        const struct result_check *check = &run->checks[i];
        if ((result_check_verdict(check) != VERDICT_PASS) != failed)
            continue;
        check_line(out, check);
        shown++;
    }
    return shown;
}

static size_t failing_checks(const struct result_run *run)
{
    size_t count = 0;
    for (size_t i = 0; i < run->check_count; i++)
        count += result_check_verdict(&run->checks[i]) != VERDICT_PASS;
    return count;
}

int result_write_terminal(const struct result_run *run, FILE *out)
{
    size_t failing = failing_checks(run);
    size_t room = SCREEN_LINES - TAIL_LINES - (failing ? ACCOUNT_LINES : 0);
    size_t shown = list_checks(out, run, true, room);
    shown += list_checks(out, run, false, failing ? room - shown : room);
    if (shown < run->check_count)
        fprintf(out, "     … and %zu more (%zu of all %zu fail)\n", run->check_count - shown,
                failing, run->check_count);
    for (size_t i = 0; i < run->check_count && failing; i++) {
        const struct result_item *item = first_failure(&run->checks[i]);
        if (!item)
            continue;
        account(out, &run->checks[i], item);
        break;
    }
    for (size_t i = 0; i < run->note_count && i < 2; i++) {
        text_show(out, run->notes[i], width(out));
        fputc('\n', out);
    }
    score_line(out, run);
    return ferror(out) ? -1 : 0;
}
