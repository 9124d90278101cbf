/* The map of physical memory that an audit draws: who owns which pages, as text and as SVG. */
#include <inttypes.h>
#include <stdlib.h>

#include "audit/owner.h"

#define PAGE 4096u

static struct audit_region region_of(const struct audit_input *input, uint8_t owner, bool fault)
{
    struct audit_region region = {.owner = -3, .fault = fault};

    if (owner >= OWNER_RESERVED) {
        region.owner = -1;
        region.what = input->reserved[owner - OWNER_RESERVED].what;
    } else if (owner >= OWNER_TABLE) {
        region.owner = -2;
        region.tree = owner - OWNER_TABLE;
    } else if (owner >= OWNER_VM) {
        region.owner = owner - OWNER_VM;
        region.tree = owner - OWNER_VM;
    }
    return region;
}

int audit_regions(const struct audit_input *input, struct audit_report *report,
                  const uint8_t *owner, const uint8_t *fault, uint64_t pages)
{
    size_t count = 0;

    for (uint64_t n = 0; n < pages; n++)
        count += n == 0 || owner[n] != owner[n - 1] || fault[n] != fault[n - 1];
    report->region = calloc(count ? count : 1, sizeof(*report->region));
    if (!report->region)
        return -1;
    for (uint64_t n = 0; n < pages; n++) {
        uint64_t from = input->ram->base + n * PAGE;

        if (n == 0 || owner[n] != owner[n - 1] || fault[n] != fault[n - 1]) {
            report->region[report->regions] = region_of(input, owner[n], fault[n]);
            report->region[report->regions++].from = from;
        }
        report->region[report->regions - 1].to = from + PAGE;
    }
    return 0;
}

void audit_region_name(const struct audit_input *input, const struct audit_region *region,
                       struct buffer *out)
{
    if (region->owner == -1)
        buffer_text(out, region->what);
    else if (region->owner == -2)
        buffer_printf(out, "tables of %s", input->tree[region->tree].name);
    else if (region->owner == -3)
        buffer_text(out, "free, or the hypervisor's data");
    else
        buffer_text(out, input->tree[region->owner].name);
}

void audit_map_text(const struct audit_input *input, const struct audit_report *report,
                    struct buffer *out)
{
    for (size_t i = 0; i < report->regions; i++) {
        const struct audit_region *region = &report->region[i];

        buffer_printf(out, "%c 0x%09" PRIx64 " - 0x%09" PRIx64 " %8" PRIu64 " KiB  ",
                      region->fault ? '!' : ' ', region->from, region->to - 1,
                      (region->to - region->from) >> 10);
        audit_region_name(input, region, out);
        buffer_text(out, "\n");
    }
}

/* Colours that also part well for eyes that see few of them (Okabe and Ito's set). */
static const char *colour_of(const struct audit_region *region)
{
    static const char *const vm[] = {"#0072b2", "#009e73", "#e69f00", "#56b4e9",
                                     "#cc79a7", "#f0e442", "#117733", "#882255"};

    if (region->fault)
        return "#d00000";
    if (region->owner == -1)
        return "#555555";
    if (region->owner == -2)
        return "#999999";
    if (region->owner == -3)
        return "#e8e8e8";
    return vm[(unsigned)region->owner % (sizeof(vm) / sizeof(vm[0]))];
}

static void add_escaped(struct buffer *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '<':
            buffer_text(out, "&lt;");
            break;
        case '&':
            buffer_text(out, "&amp;");
            break;
        case '"':
            buffer_text(out, "&quot;");
            break;
        default:
            buffer_add(out, text, 1);
        }
    }
}

#define MAP_WIDTH  960u
#define MAP_LEFT   100u
#define ROW_HEIGHT 14u
#define ROW_STEP   18u
#define MAP_ROWS   16u

/* The part of a region that lies in one row of the map. */
static void draw_part(const struct audit_input *input, const struct audit_region *region,
                      uint64_t row_from, uint64_t row_bytes, unsigned row, struct buffer *out)
{
    uint64_t from = region->from > row_from ? region->from - row_from : 0;
    uint64_t to = region->to - row_from < row_bytes ? region->to - row_from : row_bytes;
    double scale = (double)MAP_WIDTH / (double)row_bytes;
    struct buffer name = {0};

    audit_region_name(input, region, &name);
    buffer_printf(out, "<rect x=\"%.2f\" y=\"%u\" width=\"%.2f\" height=\"%u\" fill=\"%s\"><title>",
                  MAP_LEFT + (double)from * scale, row * ROW_STEP, (double)(to - from) * scale,
                  ROW_HEIGHT, colour_of(region));
    add_escaped(out, buffer_string(&name));
    buffer_printf(out, ": 0x%" PRIx64 " to 0x%" PRIx64 "%s</title></rect>\n", region->from,
                  region->to - 1, region->fault ? " (isolation broken)" : "");
    buffer_free(&name);
}

void audit_map_svg(const struct audit_input *input, const struct audit_report *report,
                   struct buffer *out)
{
    uint64_t row_bytes = input->ram->bytes / MAP_ROWS;

    buffer_printf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
                  "aria-label=\"Map of physical memory by owner\" viewBox=\"0 0 %u %u\" "
                  "font-family=\"monospace\" font-size=\"11\">\n",
                  MAP_LEFT + MAP_WIDTH, MAP_ROWS * ROW_STEP);
    for (unsigned row = 0; row_bytes && row < MAP_ROWS; row++) {
        uint64_t from = input->ram->base + row * row_bytes;

        buffer_printf(out, "<text x=\"0\" y=\"%u\" fill=\"currentColor\">0x%09" PRIx64 "</text>\n",
                      row * ROW_STEP + 11, from);
        for (size_t i = 0; i < report->regions; i++) {
            const struct audit_region *region = &report->region[i];

            if (region->from < from + row_bytes && region->to > from)
                draw_part(input, region, from, row_bytes, row, out);
        }
    }
    buffer_text(out, "</svg>\n");
}
