/*
 * Reads a flattened device tree (Devicetree Specification 0.4, chapter 5): one pass over its
 * properties in order. It keeps nothing; platform.c does.
 */
#ifndef PLATFORM_FDT_H
#define PLATFORM_FDT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FDT_DEPTH 8 /* of nodes that are visited; deeper ones are passed over */

/* A property, and the node that it belongs to. */
struct fdt_property {
    const char *nodes[FDT_DEPTH]; /* names of the nodes from the root ("") down */
    int depth;                    /* nodes[depth - 1] is the node itself */
    const char *name;
    const uint8_t *value;
    uint32_t bytes;
    uint32_t address_cells; /* of "reg" in this node: what its parent says, in 32-bit words */
    uint32_t size_cells;
};

typedef void fdt_visitor(const struct fdt_property *property);

/*
 * Calls visit for each property of the tree at `tree`, in the order of the tree.
 * Returns false, having visited what was whole, if the header or the structure is damaged.
 */
bool fdt_visit(const void *tree, fdt_visitor *visit);

/* The size of the tree in bytes, or 0 if there is none at `tree`. */
uint32_t fdt_bytes(const void *tree);

/* The big-endian number of `cells` 32-bit words at `bytes`. cells: 0 … 2. */
uint64_t fdt_number(const uint8_t *bytes, uint32_t cells);

/* Entry number `index` of the tree's memory reservation block; false: there is none. */
bool fdt_reservation(const void *tree, unsigned index, uint64_t *start, uint64_t *bytes);

/* Tells whether the node's name is `name`, with or without a unit address ("memory@80000000"). */
bool fdt_node_is(const char *node, const char *name);

#endif
