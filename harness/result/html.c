/*
 * The report as one self-contained HTML file: no script, no other file, readable by a screen
 * reader, in the dark and on paper. Drawings are in html_draw.c.
 */
#include <inttypes.h>
#include <string.h>

#include "result/escape.h"
#include "result/html_draw.h"
#include "result/write.h"

static const char style[] =
    ":root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;"
    "--panel:#f6f8fa;--pass:#116329;--fail:#a40e26;--open:#7d4e00;--run:#0969da;--exit:#8250df;"
    "--irq:#bc4c00}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--dim:#9aa4af;"
    "--line:#3d444d;--panel:#161b22;--pass:#56d364;--fail:#ff7b72;--open:#e3b341;--run:#58a6ff;"
    "--exit:#bc8cff;--irq:#ffa657}}\n"
    "body{margin:0 auto;max-width:72rem;padding:1rem;background:var(--bg);color:var(--fg);"
    "font:1rem/1.5 system-ui,sans-serif}\n"
    "a{color:var(--run)}.skip{position:absolute;left:-99rem}.skip:focus{left:1rem}\n"
    "h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:2rem 0 .5rem}"
    "h3{font-size:1rem;margin:1rem 0 .25rem}\n"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right;"
    "font-variant-numeric:tabular-nums}\n"
    "code,pre{font:.875rem/1.45 ui-monospace,monospace}pre{background:var(--panel);padding:.6rem;"
    "overflow-x:auto;border:1px solid var(--line);border-radius:4px;white-space:pre-wrap;"
    "overflow-wrap:anywhere}pre.table{white-space:pre;overflow-wrap:normal}\n"
    "details{border:1px solid var(--line);border-radius:6px;margin:.6rem 0;padding:0 .8rem}"
    "summary{padding:.5rem 0;cursor:pointer}details[open]{padding-bottom:.8rem}\n"
    ".pass{color:var(--pass)}.fail{color:var(--fail)}.open{color:var(--open)}"
    ".verdict{font-weight:600;white-space:nowrap}.dim{color:var(--dim)}\n"
    "dl.account{display:grid;grid-template-columns:6rem 1fr;gap:.1rem .8rem;margin:.4rem 0;"
    "background:var(--panel);padding:.6rem;border-left:4px solid}"
    "dl.account dt{color:var(--dim)}dl.account dd{color:var(--fg);margin:0;font:.875rem/1.45 "
    "ui-monospace,monospace;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".drawing{overflow-x:auto}svg{display:block;width:100%;min-width:44rem;height:auto;"
    "box-sizing:border-box;background:var(--panel);border:1px solid var(--line);"
    "border-radius:4px}svg text{fill:var(--fg);font:12px system-ui,sans-serif}\n"
    ".key{display:inline-block;margin-right:.9em}.key i{display:inline-block;width:.9em;"
    "height:.9em;border:1px solid var(--fg);vertical-align:-.1em;margin-right:.3em}\n"
    ".score{font-size:2rem;font-weight:700}\n"
    "@media (max-width:36rem){.more{display:none}th,td{padding:.3rem}th{overflow-wrap:anywhere}}\n"
    "@media print{body{max-width:none;padding:0}details{border:0;padding:0}.skip{display:none}"
    "details:not([open])>*{display:revert}pre{white-space:pre-wrap}}\n";

static const char *verdict_class(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return "pass";
    return verdict_ungraded(verdict) ? "open" : "fail";
}

static const char *verdict_mark(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return "✓";
    return verdict_ungraded(verdict) ? "?" : "✗";
}

static void verdict(FILE *out, enum verdict verdict)
{
    fprintf(out, "<span class=\"verdict %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
            verdict_class(verdict), verdict_mark(verdict), verdict_name(verdict));
}

static void head(FILE *out, const struct result_run *run)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
          out);
    escape_xml(out, run->title);
    fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n", style);
    fputs("<a class=\"skip\" href=\"#main\">Skip to the results</a>\n<header>\n<h1>", out);
    escape_xml(out, run->title);
    fputs("</h1>\n", out);
}

/* A run that is told, not graded, has none. */
static bool run_has_points(const struct result_run *run)
{
    struct result_score score = result_run_score(run);
    return score.of != 0;
}

static void score(FILE *out, const struct result_run *run)
{
    struct result_score score = result_run_score(run);
    fputs("<p>", out);
    if (run_has_points(run))
        fprintf(out, "<span class=\"score\">%u / %u</span> points · ", score.got, score.of);
    const char *between = "";
    for (int v = 0; v < VERDICT_COUNT; v++) {
        if (!score.items[v])
            continue;
        fprintf(out, "%s%zu %s", between, score.items[v], verdict_name(v));
        between = " · ";
    }
    if (score.ungraded)
        fprintf(out, " · %u points not graded", score.ungraded);
    fputs("</p>\n", out);
    if (*run->tier) {
        fputs("<p class=\"dim\">Sandbox: ", out);
        escape_xml(out, run->tier);
        fputs("</p>\n", out);
    }
    for (size_t i = 0; i < run->note_count; i++) {
        fputs("<p>", out);
        escape_xml(out, run->notes[i]);
        fputs("</p>\n", out);
    }
    fputs("</header>\n<main id=\"main\">\n", out);
}

static void overview(FILE *out, const struct result_run *run)
{
    fputs("<h2 id=\"overview\">Overview</h2>\n<table>\n<thead><tr><th scope=\"col\">Check</th>"
          "<th scope=\"col\" class=\"more\">What it shows</th><th scope=\"col\">Verdict</th>"
          "<th scope=\"col\" class=\"n\">Points</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < run->check_count; i++) {
        const struct result_check *check = &run->checks[i];
        struct result_score points = result_check_score(check);
        fprintf(out, "<tr><th scope=\"row\"><a href=\"#check-%zu\">", i);
        escape_xml(out, check->id);
        fputs("</a></th><td class=\"more\">", out);
        escape_xml(out, check->title);
        fputs("</td><td>", out);
        verdict(out, result_check_verdict(check));
        fprintf(out, "</td><td class=\"n\">%u/%u</td></tr>\n", points.got, points.of);
    }
    fputs("</tbody>\n</table>\n", out);
}

static void account_entry(FILE *out, const char *term, const char *text)
{
    fprintf(out, "<dt>%s</dt><dd>", term);
    escape_xml(out, text);
    fputs("</dd>\n", out);
}

static void account(FILE *out, const struct result_item *item)
{
    fprintf(out, "<dl class=\"account %s\">\n", verdict_class(item->verdict));
    if (item->diagnosis)
        account_entry(out, "diagnosis", item->diagnosis);
    if (item->at)
        account_entry(out, "at", item->at);
    for (size_t i = 0; i < item->line_count; i++)
        account_entry(out, result_line_kind_name(item->lines[i].kind), item->lines[i].text);
    if (item->hint)
        account_entry(out, "hint", item->hint);
    fputs("</dl>\n", out);
}

static void item(FILE *out, const struct result_item *item)
{
    fputs("<h3>", out);
    verdict(out, item->verdict);
    fputs(" ", out);
    escape_xml(out, item->title);
    fputs(" <span class=\"dim\">", out);
    if (item->of)
        fprintf(out, "%u/%u", item->got, item->of);
    fprintf(out, "%s%s</span></h3>\n", item->evidence & EVIDENCE_SEEN ? " · seen" : "",
            item->evidence & EVIDENCE_TOLD ? " · told" : "");
    if (item->diagnosis || item->at || item->line_count || item->hint)
        account(out, item);
}

static void readers_text(FILE *out, const struct result_check *check)
{
    if (check->summary && *check->summary) {
        fputs("<h3>Summary</h3>\n<pre class=\"table\" tabindex=\"0\">", out);
        escape_xml(out, check->summary);
        fputs("</pre>\n", out);
    }
    if (check->console && *check->console) {
        fputs("<details><summary>Console (evidence for the reader, never for the judge)"
              "</summary>\n<pre>",
              out);
        escape_xml(out, check->console);
        fputs("</pre></details>\n", out);
    }
}

static void check(FILE *out, const struct result_check *check, size_t number, bool open)
{
    enum verdict worst = result_check_verdict(check);
    fprintf(out, "<details id=\"check-%zu\"%s>\n<summary>", number,
            open || worst != VERDICT_PASS ? " open" : "");
    verdict(out, worst);
    fputs(" <strong>", out);
    escape_xml(out, check->id);
    fputs("</strong> ", out);
    escape_xml(out, check->title);
    fputs("</summary>\n", out);
    for (size_t i = 0; i < check->item_count; i++)
        item(out, &check->items[i]);
    if (*check->replay) {
        fputs("<h3>Replay</h3>\n<pre><code>", out);
        escape_xml(out, check->replay);
        fputs("</code></pre>\n", out);
    }
    html_timeline(out, check, number);
    html_memory_map(out, check, number);
    readers_text(out, check);
    fprintf(out, "<p class=\"dim\">Seed %" PRIu64 " · %.3f ms of virtual time</p>\n</details>\n",
            check->seed, (double)check->virtual_ns / 1e6);
}

int result_write_html(const struct result_run *run, FILE *out)
{
    head(out, run);
    score(out, run);
    if (run->check_count != 1) {
        overview(out, run);
        fputs("<h2>Checks</h2>\n", out);
    }
    for (size_t i = 0; i < run->check_count; i++)
        check(out, &run->checks[i], i, run->check_count == 1);
    fputs("</main>\n<footer><p class=\"dim\">Written by ", out);
    escape_xml(out, run->generator);
    fputs("</p></footer>\n</body>\n</html>\n", out);
    return ferror(out) ? -1 : 0;
}
