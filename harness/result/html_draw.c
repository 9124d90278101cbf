/* The drawings of the HTML report; see html_draw.h. */
#include "result/html_draw.h"

#include <inttypes.h>
#include <string.h>

#include "result/escape.h"

#define MOST_LANES  16
#define LANE_LABEL  90
#define LANE_WIDTH  900
#define LANE_HEIGHT 30
#define AXIS_HEIGHT 22
#define AXIS_MARKS  8

#define MAP_ROW_BYTES  ((uint64_t)16 << 20)
#define MAP_ROW_HEIGHT 16
#define MOST_MAP_ROWS  64
#define TABLE_ROWS     60

/* ---- Timeline ---------------------------------------------------------------------------- */

static void key(FILE *out, const char *colour, const char *what)
{
    fprintf(out, "<span class=\"key\"><i style=\"background:%s\"></i>", colour);
    escape_xml(out, what);
    fputs("</span>\n", out);
}

struct drawing {
    const struct result_check *check;
    const char *lane[MOST_LANES];
    size_t lanes;
    uint64_t end;
};

static long lane_of(const struct drawing *drawing, const char *name)
{
    for (size_t i = 0; i < drawing->lanes; i++)
        if (strcmp(drawing->lane[i], name) == 0)
            return (long)i;
    return -1;
}

static double x_of(const struct drawing *drawing, uint64_t when)
{
    return LANE_LABEL + (double)when * LANE_WIDTH / (double)drawing->end;
}

static void gather_lanes(struct drawing *drawing)
{
    drawing->end = 1;
    for (size_t i = 0; i < drawing->check->span_count; i++) {
        const struct result_span *span = &drawing->check->spans[i];
        drawing->end = span->end > drawing->end ? span->end : drawing->end;
        if (lane_of(drawing, span->lane) < 0 && drawing->lanes < MOST_LANES)
            drawing->lane[drawing->lanes++] = span->lane;
    }
}

/* All spans of one kind on one lane as one path: small, and still one named thing. */
static void lane_path(FILE *out, const struct drawing *drawing, size_t lane, char kind,
                      const char *colour, const char *what, double top, double height)
{
    size_t count = 0;
    for (size_t i = 0; i < drawing->check->span_count; i++) {
        const struct result_span *span = &drawing->check->spans[i];
        if (span->kind != kind || strcmp(span->lane, drawing->lane[lane]) != 0)
            continue;
        double x = x_of(drawing, span->begin), width = x_of(drawing, span->end) - x;
        width = width < 0.7 ? 0.7 : width;
        if (!count++)
            fprintf(out, "<path fill=\"var(%s)\" d=\"", colour);
        fprintf(out, "M%.1f %.0fh%.1fv%.0fh-%.1fz", x, (double)lane * LANE_HEIGHT + top, width,
                height, width);
    }
    if (!count)
        return;
    fprintf(out, "\"><title>%s</title></path>\n", what);
}

static void lane_ends(FILE *out, const struct drawing *drawing, size_t lane)
{
    for (size_t i = 0; i < drawing->check->span_count; i++) {
        const struct result_span *span = &drawing->check->spans[i];
        if ((span->kind != 'e' && span->kind != 'f') ||
            strcmp(span->lane, drawing->lane[lane]) != 0)
            continue;
        fprintf(out, "<path stroke=\"var(--fail)\" stroke-width=\"2\" d=\"M%.1f %zuv%d\"><title>",
                x_of(drawing, span->begin), lane * LANE_HEIGHT + 2, LANE_HEIGHT - 4);
        escape_xml(out, span->label);
        fputs("</title></path>\n", out);
    }
}

/* The distance of marks: 1, 2 or 5 times a power of ten, in ns, for at most AXIS_MARKS of them. */
static uint64_t axis_step(uint64_t end)
{
    for (uint64_t decade = 1;; decade *= 10)
        for (uint64_t factor = 1; factor <= 5; factor += factor == 1 ? 1 : 3)
            if (end / (decade * factor) <= AXIS_MARKS)
                return decade * factor;
}

static void axis(FILE *out, const struct drawing *drawing)
{
    size_t y = drawing->lanes * LANE_HEIGHT;
    uint64_t step = axis_step(drawing->end);
    for (uint64_t when = 0; when <= drawing->end; when += step) {
        double x = x_of(drawing, when);
        fprintf(out, "<path stroke=\"var(--line)\" d=\"M%.1f 0v%zu\"/>", x, y);
        fprintf(out, "<text x=\"%.1f\" y=\"%zu\" text-anchor=\"%s\">%g ms</text>\n", x, y + 16,
                when + step / 4 > drawing->end ? "end" : "middle", (double)when / 1e6);
    }
}

void html_timeline(FILE *out, const struct result_check *check, size_t number)
{
    struct drawing drawing = {.check = check};
    gather_lanes(&drawing);
    if (!drawing.lanes)
        return;
    size_t height = drawing.lanes * LANE_HEIGHT + AXIS_HEIGHT;
    fputs("<h3>Timeline</h3>\n<p>", out);
    key(out, "var(--run)", "runs");
    key(out, "var(--exit)", "exit");
    key(out, "var(--irq)", "interrupt or exception given to the guest");
    key(out, "var(--fail)", "end");
    fprintf(out,
            "</p>\n<div class=\"drawing\" tabindex=\"0\" role=\"group\" "
            "aria-labelledby=\"time-%zu\"><svg role=\"img\" viewBox=\"0 0 %d %zu\" "
            "aria-labelledby=\"time-%zu\">"
            "<title id=\"time-%zu\">Who ran when in %.3f ms of virtual time: %zu lanes</title>\n",
            number, LANE_LABEL + LANE_WIDTH + 10, height, number, number, (double)drawing.end / 1e6,
            drawing.lanes);
    axis(out, &drawing);
    for (size_t lane = 0; lane < drawing.lanes; lane++) {
        fprintf(out, "<text x=\"4\" y=\"%zu\">", lane * LANE_HEIGHT + 19);
        escape_xml(out, drawing.lane[lane]);
        fputs("</text>\n", out);
        lane_path(out, &drawing, lane, 'r', "--run", "stays in the guest", 10, 12);
        lane_path(out, &drawing, lane, 'x', "--exit", "exits", 22, 6);
        lane_path(out, &drawing, lane, 'i', "--irq", "interrupts and exceptions given", 3, 6);
        lane_ends(out, &drawing, lane);
    }
    fputs("</svg></div>\n", out);
}

/* ---- Memory map -------------------------------------------------------------------------- */

static const char *const vm_colours[] = {"#4c8dd6", "#3fa66b", "#b98a1f",
                                         "#a05bc4", "#2aa1a8", "#c4648f"};

#define VM_COLOURS (sizeof vm_colours / sizeof *vm_colours)
#define MOST_VMS   32

/* The VMs of a map, in the order in which it meets them. */
struct palette {
    const char *vm[MOST_VMS];
    size_t count;
};

static size_t palette_place(const struct palette *palette, const char *owner)
{
    size_t place = 0;
    while (place < palette->count && strcmp(palette->vm[place], owner) != 0)
        place++;
    return place;
}

static void gather_vms(struct palette *palette, const struct result_check *check)
{
    for (size_t i = 0; i < check->region_count && palette->count < MOST_VMS; i++) {
        const char *owner = check->regions[i].owner;
        if (strncmp(owner, "vm ", 3) == 0 && palette_place(palette, owner) == palette->count)
            palette->vm[palette->count++] = owner;
    }
}

static const char *region_colour(const struct palette *palette, const struct result_region *region)
{
    if (region->fault)
        return "#d1242f";
    if (strcmp(region->owner, "free") == 0)
        return "none";
    if (strncmp(region->owner, "tables of", 9) == 0)
        return "#8b6f4e";
    size_t place = palette_place(palette, region->owner);
    return place < palette->count ? vm_colours[place % VM_COLOURS] : "#6e7781";
}

static void map_keys(FILE *out, const struct palette *palette)
{
    key(out, "#6e7781", "hypervisor and firmware");
    key(out, "#8b6f4e", "page tables");
    key(out, "#d1242f", "not allowed");
    for (size_t i = 0; i < palette->count; i++)
        key(out, vm_colours[i % VM_COLOURS], palette->vm[i]);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* A region over the rows that it covers; ram is the lowest address of the map. */
static void map_region(FILE *out, const struct palette *palette, const struct result_region *region,
                       uint64_t ram)
{
    const char *colour = region_colour(palette, region);
    if (strcmp(colour, "none") == 0)
        return;
    uint64_t from = region->start - ram, end = from + region->bytes;
    fprintf(out, "<path fill=\"%s\" d=\"", colour);
    while (from < end && from / MAP_ROW_BYTES < MOST_MAP_ROWS) {
        uint64_t row = from / MAP_ROW_BYTES;
        uint64_t stop = least(end, (row + 1) * MAP_ROW_BYTES);
        double x = (double)(from % MAP_ROW_BYTES) * LANE_WIDTH / MAP_ROW_BYTES;
        double width = (double)(stop - from) * LANE_WIDTH / MAP_ROW_BYTES;
        width = width < 0.5 ? 0.5 : width;
        fprintf(out, "M%.1f %" PRIu64 "h%.1fv%dh-%.1fz", LANE_LABEL + x, row * MAP_ROW_HEIGHT + 1,
                width, MAP_ROW_HEIGHT - 2, width);
        from = stop;
    }
    fprintf(out, "\"><title>0x%" PRIx64 " ", region->start);
    escape_xml(out, region->owner);
    fprintf(out, ", %" PRIu64 " KiB%s</title></path>\n", region->bytes / 1024,
            region->fault ? ", not allowed" : "");
}

static void map_table(FILE *out, const struct result_check *check)
{
    fputs("<details><summary>The map as a table</summary>\n<table><thead><tr>"
          "<th scope=\"col\">From</th><th scope=\"col\" class=\"n\">KiB</th>"
          "<th scope=\"col\">Owner</th></tr></thead><tbody>\n",
          out);
    size_t shown = 0;
    for (size_t i = 0; i < check->region_count && shown < TABLE_ROWS; i++, shown++) {
        const struct result_region *region = &check->regions[i];
        fprintf(out, "<tr><td><code>0x%" PRIx64 "</code></td><td class=\"n\">%" PRIu64 "</td><td>",
                region->start, region->bytes / 1024);
        escape_xml(out, region->owner);
        fprintf(out, "%s</td></tr>\n", region->fault ? " <strong>(not allowed)</strong>" : "");
    }
    if (shown < check->region_count)
        fprintf(out, "<tr><td colspan=\"3\">… and %zu more</td></tr>\n",
                check->region_count - shown);
    fputs("</tbody></table></details>\n", out);
}

void html_memory_map(FILE *out, const struct result_check *check, size_t number)
{
    if (!check->region_count)
        return;
    struct palette palette = {.count = 0};
    gather_vms(&palette, check);
    uint64_t ram = check->regions[0].start, end = ram;
    for (size_t i = 0; i < check->region_count; i++)
        end = check->regions[i].start + check->regions[i].bytes;
    uint64_t rows = least((end - ram + MAP_ROW_BYTES - 1) / MAP_ROW_BYTES, MOST_MAP_ROWS);
    fprintf(out,
            "<h3>Memory map</h3>\n<p>%" PRIu64 " leaf entries visited by the isolation audit. "
            "A row is 16 MiB.</p>\n<p>",
            check->leaves_visited);
    map_keys(out, &palette);
    fprintf(out,
            "</p>\n<div class=\"drawing\" tabindex=\"0\" role=\"group\" "
            "aria-labelledby=\"map-%zu\"><svg role=\"img\" viewBox=\"0 0 %d %" PRIu64
            "\" aria-labelledby=\"map-%zu\">"
            "<title id=\"map-%zu\">Physical memory by owner, %" PRIu64 " MiB</title>\n",
            number, LANE_LABEL + LANE_WIDTH + 10, rows * MAP_ROW_HEIGHT, number, number,
            (end - ram) >> 20);
    for (uint64_t row = 0; row < rows; row++)
        fprintf(out, "<text x=\"4\" y=\"%" PRIu64 "\">0x%" PRIx64 "</text>\n",
                row * MAP_ROW_HEIGHT + 12, ram + row * MAP_ROW_BYTES);
    for (size_t i = 0; i < check->region_count; i++)
        map_region(out, &palette, &check->regions[i], ram);
    fputs("</svg></div>\n", out);
    map_table(out, check);
}
