/* Writes what learners are given back; see feedback.h. */
#include "marks/feedback.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch/entry.h"
#include "batch/overview.h"
#include "lib/buffer.h"
#include "marks/sheet.h"

static const char head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Feedback</title>\n<style>\n"
    ":root{color-scheme:light dark}\n"
    "body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:50rem;padding:0 1rem}\n"
    "table{border-collapse:collapse}th,td{padding:.2rem .75rem;text-align:left;"
    "border-bottom:1px solid #8886;vertical-align:top}td.n{text-align:right}\n"
    "code{overflow-wrap:anywhere}dd{margin:0 0 .5rem 1.5rem;overflow-wrap:anywhere}\n"
    "</style>\n</head>\n<body>\n<main>\n";

static void add_item(struct buffer *html, const struct result_item *item)
{
    buffer_text(html, "<dt>");
    overview_text(html, item->title);
    buffer_printf(html, " (%u of %u points)</dt>\n", item->got, item->of);
    const char *texts[] = {item->diagnosis, item->hint};
    for (size_t i = 0; i < 2; i++) {
        if (texts[i] != NULL && *texts[i] != '\0') {
            buffer_text(html, i == 0 ? "<dd><strong>" : "<dd>");
            overview_text(html, texts[i]);
            buffer_text(html, i == 0 ? "</strong></dd>\n" : "</dd>\n");
        }
    }
    for (size_t i = 0; i < item->line_count; i++) {
        enum result_line_kind kind = item->lines[i].kind;
        if (kind == LINE_EXPECTED || kind == LINE_ACTUAL || kind == LINE_SOURCE ||
            kind == LINE_NOTE) {
            buffer_printf(html, "<dd>%s: <code>", result_line_kind_name(kind));
            overview_text(html, item->lines[i].text);
            buffer_text(html, "</code></dd>\n");
        }
    }
}

static void add_check(struct buffer *html, const struct result_check *check)
{
    bool hidden = strcmp(check->group, "hidden") == 0, any = false;
    for (size_t i = 0; i < check->item_count; i++) {
        if (check->items[i].verdict != VERDICT_PASS) {
            buffer_text(html, any ? "" : "<h3>");
            overview_text(html, any ? "" : check->id);
            buffer_text(html, any ? "" : "</h3>\n<dl>\n");
            any = true;
            add_item(html, &check->items[i]);
        }
    }
    buffer_text(html, any ? "</dl>\n" : "");
    if (any && !hidden && *check->replay != '\0') {
        buffer_text(html, "<p>To see it again: <code>");
        overview_text(html, check->replay);
        buffer_text(html, "</code></p>\n");
    }
}

static void add_lab(const struct marks *marks, const struct student *student, size_t lab,
                    struct buffer *html)
{
    const struct mark *mark = &student->labs[lab];
    struct result_run *run = mark->entry != SIZE_MAX
                                 ? entry_result(&marks->labs[lab], mark->entry, "result.json")
                                 : NULL;
    char *name = marks_lab_name(marks, lab);
    buffer_text(html, "<h2>");
    overview_text(html, name);
    buffer_text(html, "</h2>\n");
    free(name);
    if (run == NULL) {
        buffer_text(html, mark->entry == SIZE_MAX ? "<p>Nothing was handed in.</p>\n"
                                                  : "<p>This is not graded yet.</p>\n");
        return;
    }
    buffer_printf(html, "<p>%u of %u points.%s", mark->got, mark->of,
                  mark->graded ? "" : " A part is not graded yet.");
    if (mark->days > 0) {
        buffer_printf(html, " Handed in %u day%s late: %u from your days of grace, %g points off.",
                      mark->days, mark->days == 1 ? "" : "s", mark->free, mark->off);
    }
    buffer_text(html, "</p>\n");
    for (size_t i = 0; i < run->note_count; i++) {
        buffer_text(html, "<p>");
        overview_text(html, run->notes[i]);
        buffer_text(html, "</p>\n");
    }
    for (size_t i = 0; i < run->check_count; i++) {
        add_check(html, &run->checks[i]);
    }
    result_run_free(run);
}

static void add_talk(const struct marks *marks, const struct student *student, struct buffer *html)
{
    if (marks->criterion_count == 0) {
        return;
    }
    buffer_text(html, "<h2>The talk</h2>\n");
    if (student->talk == NULL) {
        buffer_text(html, "<p>None was given: 0 points.</p>\n");
        return;
    }
    buffer_text(html, "<table><thead><tr><th scope=\"col\">criterion</th><th scope=\"col\">points"
                      "</th><th scope=\"col\">of</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < marks->criterion_count; i++) {
        buffer_text(html, "<tr><th scope=\"row\">");
        overview_text(html, marks->criteria[i].name);
        buffer_printf(html, "</th><td class=\"n\">%g</td><td class=\"n\">%g</td></tr>\n",
                      student->talk[i], marks->criteria[i].most);
    }
    buffer_text(html, "</tbody></table>\n");
    if (student->talk_remark != NULL && *student->talk_remark != '\0') {
        buffer_text(html, "<p>");
        overview_text(html, student->talk_remark);
        buffer_text(html, "</p>\n");
    }
}

static void add_page(const struct marks *marks, const struct student *student, struct buffer *html)
{
    double points = student_points(marks, student);
    buffer_text(html, head);
    buffer_text(html, "<h1>");
    overview_text(html, student->name);
    buffer_text(html, "</h1>\n");
    if (!isnan(points)) {
        buffer_printf(html, "<p><strong>%g of %g points.</strong></p>\n", points,
                      marks_most(marks));
    }
    for (size_t lab = 0; lab < marks->lab_count; lab++) {
        add_lab(marks, student, lab, html);
    }
    add_talk(marks, student, html);
    buffer_text(html, "</main>\n</body>\n</html>\n");
}

/* The name as one of a file: what a path or a shell might take for something else is a "-". */
static char *file_name(const char *name)
{
    char *copy = copy_string(name);
    for (char *at = copy; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        if (byte < 0x20 || strchr("/\\:*?\"<>|", byte) != NULL || (byte == '.' && at == copy)) {
            *at = '-';
        }
    }
    return copy;
}

/* Moodle's folder of a learner's feedback: NAME_IDENTIFIER_assignsubmission_file. */
static char *moodle_path(const struct marks *marks, const struct student *student)
{
    const char *identifier = csv_field(&marks->list.rows[student->row], 0);
    char *name = file_name(student->name);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    char *path = format_string("%s_%s_assignsubmission_file/feedback.html", name,
                               identifier + strcspn(identifier, "0123456789"));
    free(name);
    return path;
}

static char *page_path(const struct marks *marks, const struct student *student,
                       const struct tree *tree)
{
    if (sheet_kind(marks) == SHEET_MOODLE) {
        return moodle_path(marks, student);
    }
    char *name = file_name(student->name);
    char *path = format_string("%s.html", name);
    for (unsigned more = 2; tree_find(tree, path) != NULL; more++) {
        free(path);
        path = format_string("%s-%u.html", name, more);
    }
    free(name);
    return path;
}

void feedback_plan(const struct marks *marks, struct tree *tree)
{
    for (size_t i = 0; i < marks->count; i++) {
        struct buffer page = {0};
        char *path = page_path(marks, &marks->students[i], tree);
        add_page(marks, &marks->students[i], &page);
        tree_put(tree, path, 0, &page);
        free(path);
    }
}
