/* Which CSRs of a hart are read for the model, whatever QEMU's plugin interface. */
#ifndef PLUGIN_REGISTERS_H
#define PLUGIN_REGISTERS_H

#include "watch.h"

#define MODEL_CSRS 27

struct model_csr {
    const char *name;
    uint16_t number;
    bool optional; /* a hart may lack it; then it is shown as 0 */
    size_t offset; /* in struct model_csrs */
};

extern const struct model_csr model_csr[MODEL_CSRS];

#endif
