/* What the device tree says about the machine, read once at boot. */
#ifndef PLATFORM_PLATFORM_H
#define PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLATFORM_RANGES         16
#define PLATFORM_BOOTARGS_BYTES 512

/* Physical addresses from start up to, not including, end. */
struct range {
    uint64_t start, end;
};

struct platform {
    struct range memory[PLATFORM_RANGES];   /* all RAM, in the order of the tree */
    struct range reserved[PLATFORM_RANGES]; /* of that, not for us: firmware, image, tree, initrd */
    unsigned memory_count, reserved_count;
    struct range initrd;  /* empty: there is none */
    uint64_t timebase_hz; /* ticks of the time CSR in a second */
    unsigned harts;
    bool sstc; /* every hart has the stimecmp CSR */
    char bootargs[PLATFORM_BOOTARGS_BYTES];
};

extern struct platform platform;

/*
 * Looks for the option `name` among the bootargs, which are words separated by blanks, "name"
 * or "name=value". Copies the value ("" without one) into value[size], cut if need be.
 * Returns false, and leaves value alone, if the option is not there.
 */
bool platform_option(const char *name, char *value, size_t size);

#endif
