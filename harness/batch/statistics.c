/* Counts points and missed expectations; see statistics.h. */
#include "batch/statistics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch/overview.h"
#include "lib/text.h"

#define BINS       10
#define MISSED_TOP 10 /* expectations in the page's table */
#define BAR_WIDTH  40
#define BAR_HEIGHT 120

/* A diagnosis and how many have it. */
struct named {
    char *name;
    unsigned count;
};

struct expectation {
    char *name; /* "04-memory/fill: every page is backed" */
    unsigned judged, missed;
    struct named *diagnoses;
    size_t diagnosis_count;
};

struct statistics {
    unsigned *points;
    size_t count;
    unsigned of;
    struct expectation *expectations;
    size_t expectation_count;
};

struct statistics *statistics_new(void)
{
    return allocate(1, sizeof(struct statistics));
}

void statistics_free(struct statistics *statistics)
{
    for (size_t i = 0; i < statistics->expectation_count; i++) {
        struct expectation *expectation = &statistics->expectations[i];
        for (size_t k = 0; k < expectation->diagnosis_count; k++) {
            free(expectation->diagnoses[k].name);
        }
        free(expectation->diagnoses);
        free(expectation->name);
    }
    free(statistics->expectations);
    free(statistics->points);
    free(statistics);
}

/* The expectation of that name, which is taken over. */
static struct expectation *expectation_for(struct statistics *statistics, char *name)
{
    for (size_t i = 0; i < statistics->expectation_count; i++) {
        if (strcmp(statistics->expectations[i].name, name) == 0) {
            free(name);
            return &statistics->expectations[i];
        }
    }
    size_t more = statistics->expectation_count + 1;
    statistics->expectations =
        reallocate(statistics->expectations, more * sizeof(*statistics->expectations));
    statistics->expectations[more - 1] = (struct expectation){.name = name};
    return &statistics->expectations[statistics->expectation_count++];
}

static void count_diagnosis(struct expectation *expectation, const char *name)
{
    for (size_t i = 0; i < expectation->diagnosis_count; i++) {
        if (strcmp(expectation->diagnoses[i].name, name) == 0) {
            expectation->diagnoses[i].count++;
            return;
        }
    }
    size_t more = expectation->diagnosis_count + 1;
    expectation->diagnoses =
        reallocate(expectation->diagnoses, more * sizeof(*expectation->diagnoses));
    expectation->diagnoses[expectation->diagnosis_count++] = (struct named){copy_string(name), 1};
}

/* Where nothing was run, because nothing was built or handed in, no expectation was missed. */
static void add_check(struct statistics *statistics, const struct result_check *check)
{
    for (size_t i = 0; i < check->item_count; i++) {
        const struct result_item *item = &check->items[i];
        if (item->of == 0 || strcmp(item->id, "run") == 0) {
            continue;
        }
        struct expectation *expectation =
            expectation_for(statistics, format_string("%s: %s", check->id, item->title));
        expectation->judged++;
        if (item->verdict != VERDICT_PASS) {
            expectation->missed++;
            if (item->diagnosis != NULL && *item->diagnosis != '\0') {
                count_diagnosis(expectation, item->diagnosis);
            }
        }
    }
}

void statistics_add(struct statistics *statistics, const struct result_run *run)
{
    struct result_score score = result_run_score(run);
    if (score.ungraded > 0) {
        return;
    }
    statistics->points =
        reallocate(statistics->points, (statistics->count + 1) * sizeof(*statistics->points));
    statistics->points[statistics->count++] = score.got;
    statistics->of = score.of > statistics->of ? score.of : statistics->of;
    for (size_t i = 0; i < run->check_count; i++) {
        add_check(statistics, &run->checks[i]);
    }
}

static int by_points(const void *left, const void *right)
{
    unsigned a = *(const unsigned *)left, b = *(const unsigned *)right;
    return (a > b) - (a < b);
}

static int by_missed(const void *left, const void *right)
{
    const struct expectation *a = left, *b = right;
    return a->missed != b->missed ? (a->missed < b->missed) - (a->missed > b->missed)
                                  : strcmp(a->name, b->name);
}

static void order(struct statistics *statistics)
{
    qsort(statistics->points, statistics->count, sizeof(*statistics->points), by_points);
    if (statistics->expectation_count > 0) {
        qsort(statistics->expectations, statistics->expectation_count,
              sizeof(*statistics->expectations), by_missed);
    }
}

static double mean_of(const struct statistics *statistics)
{
    double sum = 0;
    for (size_t i = 0; i < statistics->count; i++) {
        sum += statistics->points[i];
    }
    return sum / (double)statistics->count;
}

static double median_of(const struct statistics *statistics)
{
    size_t half = statistics->count / 2;
    return statistics->count % 2 == 1
               ? statistics->points[half]
               : (statistics->points[half - 1] + statistics->points[half]) / 2.0;
}

/* The diagnosis that most of them have; "" if there is none. */
static const char *usual_diagnosis(const struct expectation *expectation)
{
    const struct named *best = NULL;
    for (size_t i = 0; i < expectation->diagnosis_count; i++) {
        if (best == NULL || expectation->diagnoses[i].count > best->count) {
            best = &expectation->diagnoses[i];
        }
    }
    return best != NULL ? best->name : "";
}

static void count_bins(const struct statistics *statistics, unsigned *bins, unsigned *most)
{
    *most = 1;
    memset(bins, 0, BINS * sizeof(*bins));
    for (size_t i = 0; i < statistics->count; i++) {
        unsigned of = statistics->of > 0 ? statistics->of : 1;
        unsigned bin = statistics->points[i] * BINS / of;
        bin = bin < BINS ? bin : BINS - 1;
        bins[bin]++;
        *most = bins[bin] > *most ? bins[bin] : *most;
    }
}

static void add_histogram(const struct statistics *statistics, struct buffer *html)
{
    unsigned bins[BINS], most;
    count_bins(statistics, bins, &most);
    buffer_printf(html,
                  "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"Histogram of "
                  "points, in tenths:",
                  BINS * BAR_WIDTH, BAR_HEIGHT + 40, BINS * BAR_WIDTH);
    for (unsigned i = 0; i < BINS; i++) {
        buffer_printf(html, " %u", bins[i]);
    }
    buffer_text(html, "\" font-size=\"12\" text-anchor=\"middle\" fill=\"currentColor\">\n");
    for (unsigned i = 0; i < BINS; i++) {
        unsigned height = bins[i] * BAR_HEIGHT / most;
        unsigned middle = i * BAR_WIDTH + BAR_WIDTH / 2;
        buffer_printf(html,
                      "<rect x=\"%u\" y=\"%u\" width=\"%d\" height=\"%u\" opacity=\".6\"/>"
                      "<text x=\"%u\" y=\"%u\">%u</text><text x=\"%u\" y=\"%d\">%u</text>\n",
                      i * BAR_WIDTH + 2, BAR_HEIGHT + 16 - height, BAR_WIDTH - 4, height, middle,
                      BAR_HEIGHT + 12 - height, bins[i], middle, BAR_HEIGHT + 32,
                      statistics->of * i / BINS);
    }
    buffer_text(html, "</svg>\n");
}

static void add_missed(const struct statistics *statistics, struct buffer *html)
{
    buffer_text(html, "<table>\n<caption>Missed most</caption>\n<thead><tr>"
                      "<th scope=\"col\">expectation</th><th scope=\"col\">missed by</th>"
                      "<th scope=\"col\">of</th><th scope=\"col\">most often</th></tr></thead>\n"
                      "<tbody>\n");
    for (size_t i = 0; i < statistics->expectation_count && i < MISSED_TOP; i++) {
        const struct expectation *expectation = &statistics->expectations[i];
        if (expectation->missed == 0) {
            break;
        }
        buffer_text(html, "<tr><th scope=\"row\">");
        overview_text(html, expectation->name);
        buffer_printf(html, "</th><td>%u</td><td>%u</td><td>", expectation->missed,
                      expectation->judged);
        overview_text(html, usual_diagnosis(expectation));
        buffer_text(html, "</td></tr>\n");
    }
    buffer_text(html, "</tbody>\n</table>\n");
}

void statistics_html(struct statistics *statistics, struct buffer *html)
{
    if (statistics->count == 0) {
        return;
    }
    order(statistics);
    buffer_printf(html,
                  "<section>\n<h2>The class</h2>\n<p>%zu graded: mean %.1f, median %.1f, "
                  "from %u to %u of %u points.</p>\n",
                  statistics->count, mean_of(statistics), median_of(statistics),
                  statistics->points[0], statistics->points[statistics->count - 1], statistics->of);
    add_histogram(statistics, html);
    if (statistics->expectation_count > 0 && statistics->expectations[0].missed > 0) {
        add_missed(statistics, html);
    }
    buffer_text(html, "</section>\n");
}

void statistics_text(struct statistics *statistics, struct buffer *text)
{
    if (statistics->count == 0) {
        return;
    }
    order(statistics);
    buffer_printf(text, "mean %.1f, median %.1f of %u points\n", mean_of(statistics),
                  median_of(statistics), statistics->of);
    const struct expectation *worst =
        statistics->expectation_count > 0 ? &statistics->expectations[0] : NULL;
    if (worst == NULL || worst->missed == 0) {
        return;
    }
    const char *diagnosis = usual_diagnosis(worst);
    buffer_printf(text, "missed most, by %u of %u: ", worst->missed, worst->judged);
    text_add(text, worst->name);
    buffer_text(text, *diagnosis != '\0' ? ": " : "");
    text_add(text, diagnosis);
    buffer_text(text, "\n");
}
