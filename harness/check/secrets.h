/*
 * Noninterference: two runs of a scenario that differ in what others keep secret must look the same
 * to a VM. Compares what the VM showed in both, event by event, and names the first difference.
 * Knows no machine: records of exits and entries, pages of memory, the console.
 */
#ifndef CHECK_SECRETS_H
#define CHECK_SECRETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/record.h"

#define SECRETS_PAGE 4096

/* What one VM showed in one run. */
struct secrets_view {
    int vm;                            /* place in the scenario */
    const struct model_record *record; /* of all VMs, in order */
    size_t records;
    uint64_t base;        /* guest-physical address of its memory's first page */
    size_t pages;         /* of its memory at the end */
    const uint8_t **page; /* each of its pages, NULL: not there */
    const char *console;
    size_t console_bytes;
};

/* The first difference. */
struct secrets_difference {
    bool found;
    bool has_pc;
    uint64_t pc;      /* where the guest was, virtual */
    const char *kind; /* "a register", "memory", "the clock" … */
    char what[40];    /* in a word or two: "a1", "memory", "clock", "number of exits" */
    char text[320];   /* one line */
};

/*
 * In order: events, each with all that the guest can see there; the memory at the end; the console;
 * and, if all of that is the same, the instructions between its events. Returns how many events
 * were compared.
 */
size_t secrets_compare(const struct secrets_view *one, const struct secrets_view *other,
                       struct secrets_difference *difference);

#endif
