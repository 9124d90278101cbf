/*
 * The hypervisor's own options: words `name=value` in the board's bootargs. A file that has an
 * option registers its name, HV_OPTION("name"), and asks for its value when it sets itself up.
 * A word whose name nobody has registered ends the boot: what is ignored in silence misleads.
 */
#ifndef HV_BOOT_OPTIONS_H
#define HV_BOOT_OPTIONS_H

#include "lib/registry.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct option_entry {
    const char *name;
};

REGISTRY(hv_option, struct option_entry);
#define HV_OPTION(name_) REGISTER(hv_option, struct option_entry) = {.name = (name_)}

/* Value of an option `name=value` of the bootargs, copied into a buffer; false: not given. */
bool option_text(const char *name, char *value, size_t room);
/* Its number, or `otherwise` if it is not given; panics on nonsense. */
uint64_t option_number(const char *name, uint64_t otherwise);
/* on/off, or `otherwise`. */
bool option_switch(const char *name, bool otherwise);
/* Calls visit with each option `name=value` of that name, in order. */
void option_each(const char *name, void (*visit)(const char *value, size_t length));

#endif
