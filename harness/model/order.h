/*
 * A line that the operator types at the hypervisor's console, COMMAND VM: what it orders of a VM.
 * The one place where such a line is read, for the model and for what checks say of ends.
 */
#ifndef MODEL_ORDER_H
#define MODEL_ORDER_H

#include <stdbool.h>

enum order {
    ORDER_NONE, /* nothing that concerns the VM */
    ORDER_RUN,
    ORDER_PAUSE,
    ORDER_END,
    ORDER_ANEW,
    ORDER_FOCUS, /* the console is the VM's from now on */
};

/* What the line orders of the VM of that name, which is the bundle's index-th. A line names a VM by
 * its name or its number; `quit` ends all. */
enum order order_of(const char *line, const char *name, unsigned index);

/* Does it order anything of the VM's life? The focus is no such thing. */
static inline bool order_is_of_life(enum order order)
{
    return order != ORDER_NONE && order != ORDER_FOCUS;
}

#endif
