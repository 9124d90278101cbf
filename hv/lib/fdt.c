/*
 * Device tree reader. All of it rests on token_at, which alone steps through the structure block
 * and never looks beyond its end; whatever is malformed reads as the end of the tree.
 *
 *     BEGIN_NODE name… pad | PROP bytes name-offset data… pad | END_NODE | NOP | END
 *
 * Each token is a big-endian 32-bit number at a multiple of 4.
 */
#include "lib/fdt.h"

#include "lib/string.h"

#define FDT_MAGIC        0xd00dfeedu
#define FDT_HEADER_BYTES 40
#define FDT_VERSION      17 /* of the format that is read here */

enum token {
    TOKEN_BEGIN_NODE = 1,
    TOKEN_END_NODE = 2,
    TOKEN_PROP = 3,
    TOKEN_NOP = 4,
    TOKEN_END = 9,
};

/* Offsets in the header. */
enum header_field {
    HEADER_MAGIC = 0,
    HEADER_TOTAL_BYTES = 4,
    HEADER_STRUCTURE = 8,
    HEADER_STRINGS = 12,
    HEADER_VERSION = 20,
    HEADER_LAST_COMPATIBLE = 24,
    HEADER_STRINGS_BYTES = 32,
    HEADER_STRUCTURE_BYTES = 36,
};

static uint32_t big_endian(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool lies_in(uint32_t offset, uint32_t bytes, uint32_t total)
{
    return offset <= total && bytes <= total - offset;
}

bool fdt_open(struct fdt *fdt, const void *blob, size_t limit)
{
    const uint8_t *header = blob;

    if (limit < FDT_HEADER_BYTES || big_endian(header + HEADER_MAGIC) != FDT_MAGIC ||
        big_endian(header + HEADER_VERSION) < FDT_VERSION ||
        big_endian(header + HEADER_LAST_COMPATIBLE) > FDT_VERSION)
        return false;
    uint32_t total = big_endian(header + HEADER_TOTAL_BYTES);
    uint32_t structure = big_endian(header + HEADER_STRUCTURE);
    uint32_t structure_bytes = big_endian(header + HEADER_STRUCTURE_BYTES);
    uint32_t strings = big_endian(header + HEADER_STRINGS);
    uint32_t strings_bytes = big_endian(header + HEADER_STRINGS_BYTES);
    if (total > limit || total > INT32_MAX || structure % 4 != 0 ||
        !lies_in(structure, structure_bytes, total) || !lies_in(strings, strings_bytes, total))
        return false;
    *fdt = (struct fdt){
        .blob = blob,
        .bytes = total,
        .structure = structure,
        .structure_end = structure + structure_bytes,
        .strings = strings,
        .strings_end = strings + strings_bytes,
    };
    return true;
}

/* Bytes that the token at `offset` takes, padding included; 0: it does not fit. */
static uint32_t token_bytes(const struct fdt *fdt, enum token token, uint32_t offset)
{
    const uint8_t *at = fdt->blob + offset;
    uint32_t room = fdt->structure_end - offset;
    uint32_t bytes = 4;

    if (token == TOKEN_BEGIN_NODE) {
        bytes = 4 + (uint32_t)strnlen((const char *)at + 4, room - 4) + 1;
    } else if (token == TOKEN_PROP) {
        uint32_t data = room < 12 ? UINT32_MAX : big_endian(at + 4);
        bytes = data > room ? UINT32_MAX : 12 + data;
    }
    return bytes > room ? 0 : (bytes + 3) & ~3u;
}

/* The token at `offset`, NOPs passed over: `offset` moves to it and `after` behind it.
 * TOKEN_END if there is none, or none that fits. */
static enum token token_at(const struct fdt *fdt, uint32_t *offset, uint32_t *after)
{
    for (;; *offset += 4) {
        if (*offset < fdt->structure || !lies_in(*offset, 4, fdt->structure_end))
            return TOKEN_END;
        enum token token = big_endian(fdt->blob + *offset);
        if (token == TOKEN_NOP)
            continue;
        uint32_t bytes = token_bytes(fdt, token, *offset);
        if (token > TOKEN_PROP || bytes == 0)
            return TOKEN_END;
        *after = *offset + bytes;
        return token;
    }
}

fdt_node fdt_root(const struct fdt *fdt)
{
    uint32_t offset = fdt->structure, after;

    return token_at(fdt, &offset, &after) == TOKEN_BEGIN_NODE ? offset : FDT_NONE;
}

/* Offset behind the node's BEGIN_NODE; FDT_NONE if it is no node. */
static uint32_t node_inside(const struct fdt *fdt, fdt_node node)
{
    uint32_t after;

    return token_at(fdt, &node, &after) == TOKEN_BEGIN_NODE ? after : FDT_NONE;
}

fdt_node fdt_child(const struct fdt *fdt, fdt_node node)
{
    uint32_t offset = node_inside(fdt, node), after;
    enum token token;

    while ((token = token_at(fdt, &offset, &after)) == TOKEN_PROP)
        offset = after;
    return token == TOKEN_BEGIN_NODE ? offset : FDT_NONE;
}

fdt_node fdt_sibling(const struct fdt *fdt, fdt_node node)
{
    uint32_t offset = node_inside(fdt, node), after;

    for (unsigned depth = 1; depth > 0; offset = after) {
        enum token token = token_at(fdt, &offset, &after);
        if (token == TOKEN_END)
            return FDT_NONE;
        if (token == TOKEN_BEGIN_NODE)
            depth++;
        if (token == TOKEN_END_NODE)
            depth--;
    }
    return token_at(fdt, &offset, &after) == TOKEN_BEGIN_NODE ? offset : FDT_NONE;
}

/* Does a node's name match `length` bytes of a name sought, which may leave out the unit? */
static bool name_matches(const char *name, const char *sought, size_t length)
{
    if (strncmp(name, sought, length) != 0)
        return false;
    return name[length] == '\0' || name[length] == '@';
}

static fdt_node find_child(const struct fdt *fdt, fdt_node node, const char *name, size_t length)
{
    node = fdt_child(fdt, node);
    while (node != FDT_NONE && !name_matches(fdt_name(fdt, node), name, length))
        node = fdt_sibling(fdt, node);
    return node;
}

fdt_node fdt_find_child(const struct fdt *fdt, fdt_node node, const char *name)
{
    return find_child(fdt, node, name, strlen(name));
}

fdt_node fdt_find_path(const struct fdt *fdt, const char *path)
{
    fdt_node node = fdt_root(fdt);

    while (node != FDT_NONE && *path == '/') {
        const char *part = ++path;
        while (*path != '\0' && *path != '/')
            path++;
        if (path != part)
            node = find_child(fdt, node, part, (size_t)(path - part));
    }
    return *path == '\0' ? node : FDT_NONE;
}

/* Does the property's list of terminated strings have this one? */
static bool list_has(const struct fdt_property *list, const char *text)
{
    const char *at = list->data, *end = at + list->bytes;

    while (at < end) {
        size_t length = strnlen(at, (size_t)(end - at));
        if (at + length < end && strcmp(at, text) == 0)
            return true;
        at += length + 1;
    }
    return false;
}

fdt_node fdt_find_compatible(const struct fdt *fdt, fdt_node after, const char *compatible)
{
    uint32_t offset = after == FDT_NONE ? fdt->structure : node_inside(fdt, after), next;
    struct fdt_property list;
    enum token token;

    for (; (token = token_at(fdt, &offset, &next)) != TOKEN_END; offset = next)
        if (token == TOKEN_BEGIN_NODE && fdt_property(fdt, offset, "compatible", &list) &&
            list_has(&list, compatible))
            return offset;
    return FDT_NONE;
}

const char *fdt_name(const struct fdt *fdt, fdt_node node)
{
    return node_inside(fdt, node) == FDT_NONE ? "" : (const char *)fdt->blob + node + 4;
}

/* Is the string at `offset` of the strings block this name, of `bytes` bytes with its end? */
static bool string_is(const struct fdt *fdt, uint32_t offset, const char *name, size_t bytes)
{
    uint32_t room = fdt->strings_end - fdt->strings;

    return offset <= room && bytes <= room - offset &&
           memcmp(fdt->blob + fdt->strings + offset, name, bytes) == 0;
}

bool fdt_property(const struct fdt *fdt, fdt_node node, const char *name,
                  struct fdt_property *property)
{
    uint32_t offset = node_inside(fdt, node), after;
    size_t name_bytes = strlen(name) + 1;

    for (; token_at(fdt, &offset, &after) == TOKEN_PROP; offset = after) {
        const uint8_t *at = fdt->blob + offset;
        if (!string_is(fdt, big_endian(at + 8), name, name_bytes))
            continue;
        *property = (struct fdt_property){.data = at + 12, .bytes = big_endian(at + 4)};
        return true;
    }
    return false;
}

const char *fdt_text(const struct fdt *fdt, fdt_node node, const char *name)
{
    struct fdt_property property;

    if (!fdt_property(fdt, node, name, &property) || property.bytes == 0)
        return NULL;
    const char *text = property.data;
    return text[property.bytes - 1] == '\0' ? text : NULL;
}

/* A number of `cells` cells, at most 2. */
static uint64_t read_cells(const uint8_t *at, uint32_t cells)
{
    uint64_t value = 0;

    for (; cells > 0; cells--, at += 4)
        value = value << 32 | big_endian(at);
    return value;
}

bool fdt_number(const struct fdt *fdt, fdt_node node, const char *name, uint64_t *value)
{
    struct fdt_property property;

    if (!fdt_property(fdt, node, name, &property) || (property.bytes != 4 && property.bytes != 8))
        return false;
    *value = read_cells(property.data, property.bytes / 4);
    return true;
}

bool fdt_reg(const struct fdt *fdt, fdt_node parent, fdt_node node, unsigned index, uint64_t *base,
             uint64_t *bytes)
{
    uint64_t address_cells = 2, size_cells = 1; /* what the specification has them be if absent */
    struct fdt_property reg;

    fdt_number(fdt, parent, "#address-cells", &address_cells);
    fdt_number(fdt, parent, "#size-cells", &size_cells);
    if (address_cells > 2 || size_cells > 2 || !fdt_property(fdt, node, "reg", &reg))
        return false;
    uint32_t entry = (uint32_t)(address_cells + size_cells) * 4;
    if (entry == 0 || index >= reg.bytes / entry)
        return false;
    const uint8_t *at = (const uint8_t *)reg.data + index * entry;
    *base = read_cells(at, (uint32_t)address_cells);
    *bytes = read_cells(at + address_cells * 4, (uint32_t)size_cells);
    return true;
}
