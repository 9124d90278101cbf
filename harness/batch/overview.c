/* The class at a glance: a CSV for spreadsheets and a page for people, from the results. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "batch/entry.h"
#include "batch/overview.h"
#include "batch/remark.h"
#include "batch/roster.h"
#include "batch/statistics.h"
#include "lib/buffer.h"
#include "lib/csv.h"
#include "lib/file.h"
#include "lib/text.h"
#include "result/result.h"

/* One line of the overview. */
struct row {
    const char *name;
    bool there; /* the result could be read */
    struct result_score score;
    char before[16]; /* points of the result before, where they were others; else "" */
    const char *verdict;
    char *remark;
};

static const char *worst_verdict(const struct result_run *run)
{
    enum verdict worst = VERDICT_PASS;
    for (size_t i = 0; i < run->check_count; i++) {
        enum verdict verdict = result_check_verdict(&run->checks[i]);
        worst = verdict > worst ? verdict : worst;
    }
    return verdict_name(worst);
}

static void read_before(const struct plan *plan, size_t index, struct row *row)
{
    struct result_run *run = entry_result(plan, index, "previous.json");
    if (run == NULL) {
        return;
    }
    unsigned got = result_run_score(run).got;
    if (!row->there || got != row->score.got) {
        snprintf(row->before, sizeof(row->before), "%u", got);
    }
    result_run_free(run);
}

static struct row read_row(const struct plan *plan, size_t index, struct statistics *statistics)
{
    struct row row = {.name = plan->entries[index].name, .verdict = "not graded"};
    struct result_run *run = entry_result(plan, index, "result.json");
    if (run != NULL) {
        row.there = true;
        row.score = result_run_score(run);
        row.verdict = row.score.ungraded > 0 ? "not graded" : worst_verdict(run);
        row.remark = remark_of(run);
        statistics_add(statistics, run);
        result_run_free(run);
    } else {
        row.remark = copy_string("there is no result yet: run the same command again");
    }
    read_before(plan, index, &row);
    return row;
}

void overview_text(struct buffer *html, const char *text)
{
    char piece[TEXT_PIECE];
    while (text_next(&text, piece)) {
        switch (piece[0]) {
        case '<':
            buffer_text(html, "&lt;");
            break;
        case '&':
            buffer_text(html, "&amp;");
            break;
        case '"':
            buffer_text(html, "&quot;");
            break;
        default:
            buffer_text(html, piece);
        }
    }
}

/* A name as part of a link: everything but plain characters is percent-encoded. */
static void add_link(struct buffer *html, const char *name)
{
    for (const char *at = name; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        buffer_printf(html, isalnum(byte) || strchr("-_.", byte) != NULL ? "%c" : "%%%02X", byte);
    }
}

static void add_row(struct buffer *csv, struct buffer *html, const struct row *row)
{
    csv_add_text(csv, row->name);
    if (row->there) {
        buffer_printf(csv, ",%u,%u,%u,", row->score.got, row->score.of, row->score.ungraded);
    } else {
        buffer_text(csv, ",,,,");
    }
    csv_add_text(csv, row->verdict);
    buffer_printf(csv, ",%s", row->before);
    buffer_text(csv, ",");
    csv_add_text(csv, row->remark);
    buffer_text(csv, "\r\n");

    buffer_text(html, "<tr><th scope=\"row\">");
    if (row->there) {
        buffer_text(html, "<a href=\"");
        add_link(html, row->name);
        buffer_text(html, "/report.html\">");
    }
    overview_text(html, row->name);
    buffer_text(html, row->there ? "</a></th>" : "</th>");
    if (row->there) {
        buffer_printf(html, "<td>%u</td><td>%u</td><td>%u</td>", row->score.got, row->score.of,
                      row->score.ungraded);
    } else {
        buffer_text(html, "<td></td><td></td><td></td>");
    }
    buffer_text(html, "<td>");
    overview_text(html, row->verdict);
    buffer_printf(html, "</td><td>%s</td><td>", row->before);
    overview_text(html, row->remark);
    buffer_text(html, "</td></tr>\n");
}

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Overview</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\n"
    "table{border-collapse:collapse}\n"
    "th,td{padding:.25rem .75rem;text-align:left;border-bottom:1px solid #8886}\n"
    "td:nth-child(n+2):nth-child(-n+4){text-align:right}\n</style>\n</head>\n<body>\n<main>\n";

static const char table_head[] =
    "<table>\n<thead><tr><th scope=\"col\">submission</th><th scope=\"col\">points</th>"
    "<th scope=\"col\">of</th><th scope=\"col\">not graded</th><th scope=\"col\">verdict</th>"
    "<th scope=\"col\">points before</th><th scope=\"col\">remark</th></tr></thead>\n<tbody>\n";

static int write_page(const struct plan *plan, const char *name, struct buffer *text,
                      struct error *error)
{
    char *path = format_string("%s/%s", plan->out, name);
    int status = file_write(path, text->data, text->length, error);
    free(path);
    buffer_free(text);
    return status;
}

/* Those who should have handed in and have not. */
static void add_missing(struct buffer *csv, struct buffer *html, const struct plan *plan,
                        const struct roster *roster)
{
    for (size_t i = 0; i < roster->count; i++) {
        struct row row = {.name = roster->names[i], .verdict = "not handed in", .remark = ""};
        if (!roster_has_submission(roster, plan, i)) {
            add_row(csv, html, &row);
        }
    }
}

int plan_overview(const struct plan *plan, struct error *error)
{
    struct buffer csv = {0}, html = {0}, text = {0};
    struct statistics *statistics = statistics_new();
    buffer_text(&csv, "submission,points,of,not_graded,verdict,points_before,remark\r\n");
    buffer_text(&html, page_head);
    buffer_text(&html, "<h1>Lab ");
    overview_text(&html, plan->lab);
    buffer_printf(&html, ": %zu submissions</h1>\n%s", plan->count, table_head);
    for (size_t i = 0; i < plan->count; i++) {
        struct row row = read_row(plan, i, statistics);
        add_row(&csv, &html, &row);
        free(row.remark);
    }
    if (plan->roster != NULL) {
        add_missing(&csv, &html, plan, plan->roster);
        roster_text(plan->roster, plan, &text);
    }
    buffer_text(&html, "</tbody>\n</table>\n");
    statistics_html(statistics, &html);
    statistics_text(statistics, &text);
    fputs(buffer_string(&text), stdout);
    buffer_free(&text);
    statistics_free(statistics);
    buffer_text(&html, "</main>\n</body>\n</html>\n");
    int status = write_page(plan, "overview.csv", &csv, error);
    return write_page(plan, "overview.html", &html, error) != 0 ? -1 : status;
}
