/*
 * Reads a flattened device tree (Devicetree Specification 0.4, chapter 5). The tree comes from
 * firmware, or from a test: every offset is checked against the blob's size before it is used.
 */
#ifndef HV_LIB_FDT_H
#define HV_LIB_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fdt {
    const uint8_t *blob;
    uint32_t bytes;
    uint32_t structure, structure_end; /* offsets of the structure block */
    uint32_t strings, strings_end;     /* offsets of the strings block */
};

/* A node is the offset of its FDT_BEGIN_NODE token; FDT_NONE: there is none. */
typedef uint32_t fdt_node;
#define FDT_NONE 0xffffffffu

struct fdt_property {
    const void *data;
    uint32_t bytes;
};

/* Takes a blob of at most `limit` bytes. False: not a device tree, or it does not fit. */
bool fdt_open(struct fdt *fdt, const void *blob, size_t limit);

fdt_node fdt_root(const struct fdt *fdt);
/* First child, next sibling, in the tree's order. */
fdt_node fdt_child(const struct fdt *fdt, fdt_node node);
fdt_node fdt_sibling(const struct fdt *fdt, fdt_node node);
/* The child called name; a name without @ also matches "name@unit". */
fdt_node fdt_find_child(const struct fdt *fdt, fdt_node node, const char *name);
/* The node at a path such as "/soc/serial@10000000", each part as fdt_find_child takes it. */
fdt_node fdt_find_path(const struct fdt *fdt, const char *path);
/* Next node, depth first, after `after` (FDT_NONE to begin), whose "compatible" list has the
 * string; FDT_NONE at the end. */
fdt_node fdt_find_compatible(const struct fdt *fdt, fdt_node after, const char *compatible);

/* The node's name with its unit address; "" for the root. */
const char *fdt_name(const struct fdt *fdt, fdt_node node);
/* False: the node has no such property. */
bool fdt_property(const struct fdt *fdt, fdt_node node, const char *name,
                  struct fdt_property *property);
/* Text of a property that is a terminated string, else NULL. */
const char *fdt_text(const struct fdt *fdt, fdt_node node, const char *name);
/* A number of one or two cells. False: absent, or of another size. */
bool fdt_number(const struct fdt *fdt, fdt_node node, const char *name, uint64_t *value);
/* Entry `index` of "reg", with the parent's #address-cells and #size-cells (at most 2 each).
 * parent is the node's parent. False: no such entry. */
bool fdt_reg(const struct fdt *fdt, fdt_node parent, fdt_node node, unsigned index, uint64_t *base,
             uint64_t *bytes);

#endif
