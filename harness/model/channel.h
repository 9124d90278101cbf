/*
 * What coach and the watch plugin share while a machine runs: a file in memory that both map. coach
 * fills in the setup before the start; the plugin leaves what the model found, at the event, so
 * that nothing is lost however the machine ends. The machine itself cannot reach it.
 */
#ifndef MODEL_CHANNEL_H
#define MODEL_CHANNEL_H

#include <stdint.h>

#include "model/last.h"
#include "model/model.h"

#define MODEL_CHANNEL_MAGIC    0x4d4f44454c303031ull
#define MODEL_CHANNEL_BREACHES 8 /* the first ones are kept, the others only counted */
#define MODEL_CHANNEL_RULES    256
#define MODEL_CHANNEL_COMMANDS 64
#define MODEL_CHANNEL_INPUTS   64
#define MODEL_CHANNEL_LIVES    1024
#define MODEL_CHANNEL_VMID     (0x3fffull << 44) /* of hgatp: it may change in a life */

enum model_sight {
    MODEL_SIGHT_NONE,  /* the plugin has not begun */
    MODEL_SIGHT_GOOD,  /* it sees all that the model needs */
    MODEL_SIGHT_BLIND, /* it does not; `blind` says what is missing */
};

struct model_channel_rule {
    char name[48], source[80], text[240], diagnosis[120];
    uint64_t exercised;
};

struct model_channel_breach {
    uint32_t rule; /* place in rule[] */
    uint32_t hart;
    int32_t vm, vcpu;
    uint64_t instructions, code;
    char expected[160], seen[160];
};

/* Bytes that arrive at the machine's UART, and when: ticks since the hypervisor began. */
struct model_channel_input {
    uint64_t at;
    uint32_t count;
    uint8_t byte[60];
};

/* From so many instructions on the second stage with this root is this VM's. */
struct model_channel_life {
    uint64_t instructions, hgatp;
    int32_t vm;
};

struct model_channel {
    uint64_t magic;
    /* coach's */
    uint64_t firmware[2], image[2], text[2];       /* from, to */
    struct model_range guest_text[BUNDLE_MAX_VMS]; /* 0, 0: not known */
    uint64_t bundle_bytes, fill_seed;
    struct model_command command[MODEL_CHANNEL_COMMANDS];
    uint32_t commands;
    struct model_channel_input input[MODEL_CHANNEL_INPUTS];
    uint32_t inputs;
    int32_t bundle_fd; /* the plugin maps it, read-only */
    int32_t
        console_fd; /* the plugin appends what guests wrote: struct model_written, bytes; or -1 */
    int32_t record_fd; /* the plugin appends a struct model_record an exit or entry; -1: none */
    uint32_t harts, sstc;
    /* the plugin's */
    uint32_t sight; /* enum model_sight */
    char blind[120];
    uint64_t entries, exits, breaches; /* how many of each */
    struct model_channel_breach breach[MODEL_CHANNEL_BREACHES];
    uint32_t lives;
    struct model_channel_life life[MODEL_CHANNEL_LIVES];
    struct model_last last[BUNDLE_MAX_VMS];
    uint32_t rules;
    struct model_channel_rule rule[MODEL_CHANNEL_RULES];
};

#endif
