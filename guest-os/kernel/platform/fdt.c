/* Reads a flattened device tree. All numbers in it are big-endian. */
#include "platform/fdt.h"

#include "lib/string.h"

#define FDT_MAGIC      0xd00dfeedu
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4
#define FDT_END        9

/* Word numbers in the header. */
#define HEADER_MAGIC        0
#define HEADER_TOTAL_SIZE   1
#define HEADER_STRUCTURE    2
#define HEADER_STRINGS      3
#define HEADER_RESERVATIONS 4

static uint32_t word_at(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t header(const void *tree, int word)
{
    return word_at((const uint8_t *)tree + 4 * word);
}

uint32_t fdt_bytes(const void *tree)
{
    if (!tree || header(tree, HEADER_MAGIC) != FDT_MAGIC)
        return 0;
    return header(tree, HEADER_TOTAL_SIZE);
}

uint64_t fdt_number(const uint8_t *bytes, uint32_t cells)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < cells; i++)
        number = number << 32 | word_at(bytes + 4 * i);
    return number;
}

bool fdt_reservation(const void *tree, unsigned index, uint64_t *start, uint64_t *bytes)
{
    if (!fdt_bytes(tree))
        return false;
    const uint8_t *entry =
        (const uint8_t *)tree + header(tree, HEADER_RESERVATIONS) + 16 * (size_t)index;
    *start = fdt_number(entry, 2);
    *bytes = fdt_number(entry + 8, 2);
    return *bytes != 0;
}

bool fdt_node_is(const char *node, const char *name)
{
    size_t length = strlen(name);
    return !strncmp(node, name, length) && (!node[length] || node[length] == '@');
}

/* Where a pass over the structure block stands. */
struct cursor {
    const uint8_t *next, *end;
    const uint8_t *strings;
    struct fdt_property property;
    uint32_t address_cells[FDT_DEPTH]; /* for the children of the node at that depth */
    uint32_t size_cells[FDT_DEPTH];
    int depth; /* as property.depth, but not limited to FDT_DEPTH */
};

static bool begin_node(struct cursor *cursor)
{
    const char *name = (const char *)cursor->next;
    size_t length = strlen(name) + 1;
    cursor->next += (length + 3) & ~3ul;
    if (cursor->depth < FDT_DEPTH) {
        cursor->property.nodes[cursor->depth] = name;
        cursor->address_cells[cursor->depth] = 2; /* the specification's defaults, */
        cursor->size_cells[cursor->depth] = 1;    /* section 2.3.5 */
    }
    cursor->depth++;
    return true;
}

/* Keeps what a node says about the cells of its children. */
static void note_cells(struct cursor *cursor)
{
    const struct fdt_property *property = &cursor->property;
    if (property->bytes != 4)
        return;
    uint32_t cells = word_at(property->value);
    if (cells > 2)
        return;
    if (!strcmp(property->name, "#address-cells"))
        cursor->address_cells[cursor->depth - 1] = cells;
    if (!strcmp(property->name, "#size-cells"))
        cursor->size_cells[cursor->depth - 1] = cells;
}

static bool read_property(struct cursor *cursor, fdt_visitor *visit)
{
    if (cursor->end - cursor->next < 8)
        return false;
    struct fdt_property *property = &cursor->property;
    property->bytes = word_at(cursor->next);
    property->name = (const char *)cursor->strings + word_at(cursor->next + 4);
    property->value = cursor->next + 8;
    if (property->bytes > (size_t)(cursor->end - property->value))
        return false;
    cursor->next = property->value + ((property->bytes + 3) & ~3ul);
    if (cursor->depth < 1 || cursor->depth > FDT_DEPTH)
        return true;
    property->depth = cursor->depth;
    property->address_cells = cursor->depth > 1 ? cursor->address_cells[cursor->depth - 2] : 2;
    property->size_cells = cursor->depth > 1 ? cursor->size_cells[cursor->depth - 2] : 1;
    note_cells(cursor);
    visit(property);
    return true;
}

bool fdt_visit(const void *tree, fdt_visitor *visit)
{
    uint32_t total = fdt_bytes(tree);
    if (!total)
        return false;
    const uint8_t *base = tree;
    struct cursor cursor = {.next = base + header(tree, HEADER_STRUCTURE),
                            .end = base + total,
                            .strings = base + header(tree, HEADER_STRINGS)};
    while (cursor.end - cursor.next >= 4) {
        uint32_t token = word_at(cursor.next);
        cursor.next += 4;
        if (token == FDT_END)
            return true;
        if (token == FDT_BEGIN_NODE && begin_node(&cursor))
            continue;
        if (token == FDT_PROP && read_property(&cursor, visit))
            continue;
        if (token == FDT_END_NODE && cursor.depth-- > 0)
            continue;
        if (token != FDT_NOP)
            return false;
    }
    return false;
}
