/*
 * Work to be done once at boot, registered by the file that needs it: HV_INIT(stage, function).
 * hv_main runs all functions of a stage before any of the next.
 */
#ifndef HV_BOOT_INIT_H
#define HV_BOOT_INIT_H

#include "lib/registry.h"

enum init_stage {
    INIT_BOARD,   /* the device tree is read; nothing but the firmware's console works before */
    INIT_CONSOLE, /* own console */
    INIT_MEMORY,  /* address space */
    INIT_FRAMES,  /* page frames, and the queue of those who want turns */
    INIT_HART,    /* this hart can run guests: on each hart of its own */
    INIT_TABLES,  /* registries are turned into lookup tables */
    INIT_VMS,     /* the bundle's VMs are made */
    INIT_HARTS,   /* the other harts come */
    INIT_TURNS,   /* this hart takes turns with others: on each of several */
    INIT_RUN,     /* does not return */
    INIT_STAGES
};

struct init_entry {
    enum init_stage stage;
    void (*function)(void);
};

_Noreturn void hv_main(void);
/* Runs all functions of a stage. */
void init_run(enum init_stage stage);

REGISTRY(hv_init, struct init_entry);
#define HV_INIT(stage_, function_)                                                                 \
    REGISTER(hv_init, struct init_entry) = {.stage = (stage_), .function = (function_)}

#endif
