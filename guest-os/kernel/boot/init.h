/*
 * Start-up by registration: a file that has something to prepare registers it here, and
 * kernel_main() runs all of it in the order of the stages. No file calls a later one.
 */
#ifndef BOOT_INIT_H
#define BOOT_INIT_H

#include <stdint.h>

/* Stages, two digits each: the linker sorts them by name. */
#define INIT_CONSOLE  10 /* from here on printf() shows */
#define INIT_PLATFORM 20 /* the device tree is read */
#define INIT_BANNER   30
#define INIT_TRAP     40 /* from here on a trap ends in words, not in silence */
#define INIT_MEMORY   50 /* page_alloc() works */
#define INIT_PAGING   60 /* address translation is on */
#define INIT_TIME     70
#define INIT_PROCESS  80
#define INIT_START    90 /* the first process; does not return */
#define INIT_END      99 /* nothing was there to run */

struct init_entry {
    void (*run)(void);
};

#define RIDER_STRING_(text) #text
#define RIDER_STRING(text)  RIDER_STRING_(text)

/* Runs function once at boot, in the given stage. Order within a stage is the linker's. */
#define RIDER_INIT(stage, function)                                                                \
    static const struct init_entry init_##function                                                 \
        __attribute__((used, section(".rider.init." RIDER_STRING(stage)))) = {function}

/* What the firmware handed over, for the whole life of the kernel. */
struct boot_facts {
    uint64_t hart_id;
    uint64_t device_tree; /* physical address */
};
extern struct boot_facts boot_facts;

/* The entry's way into C (main.c). */
void kernel_main(uint64_t hart_id, uint64_t device_tree);

#endif
