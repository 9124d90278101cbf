/* Device trees of any content: whatever is asked of them, nothing outside the blob is read. */
#include "lib/fdt.h"

#include <stdlib.h>
#include <string.h>

static void use_node(const struct fdt *fdt, fdt_node parent, fdt_node node)
{
    struct fdt_property property;
    uint64_t base, bytes;

    fdt_text(fdt, node, "bootargs");
    fdt_number(fdt, node, "clock-frequency", &base);
    for (unsigned i = 0; fdt_reg(fdt, parent, node, i, &base, &bytes) && i < 4;)
        i++;
    if (fdt_property(fdt, node, "compatible", &property))
        free(memcpy(malloc(property.bytes + 1), property.data, property.bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *blob = malloc(size + 1); /* a copy whose end is watched */
    struct fdt fdt;

    memcpy(blob, data, size);
    if (fdt_open(&fdt, blob, size)) {
        fdt_node root = fdt_root(&fdt), node = fdt_child(&fdt, root);
        for (; node != FDT_NONE; node = fdt_sibling(&fdt, node)) {
            use_node(&fdt, root, node);
            fdt_find_child(&fdt, node, fdt_name(&fdt, node));
        }
        fdt_find_path(&fdt, "/soc/serial@10000000");
        for (node = FDT_NONE; (node = fdt_find_compatible(&fdt, node, "ns16550a")) != FDT_NONE;)
            use_node(&fdt, root, node);
    }
    free(blob);
    return 0;
}
