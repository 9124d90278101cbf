/* Registers of guests at their last exits; see registers.h. */
#include "check/registers.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

#define MOST_ROOTS 1024
#define ROOT       ((1ull << 44) - 1) /* hgatp's PPN: a VMID may change while a VM lives */

struct register_watch {
    struct traplog_registers last[MOST_ROOTS]; /* the last exit under each second stage */
    size_t last_count;
    struct traplog_registers host; /* the last trap of the hypervisor's own */
    bool has_host;
};

static const char *const register_names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                               "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                               "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                               "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

struct register_watch *registers_new(void)
{
    return allocate(1, sizeof(struct register_watch));
}

void registers_free(struct register_watch *watch)
{
    free(watch);
}

static void note_last(struct register_watch *watch, const struct traplog_registers *exit)
{
    size_t i = 0;
    while (i < watch->last_count && (watch->last[i].hgatp & ROOT) != (exit->hgatp & ROOT))
        i++;
    if (i == MOST_ROOTS)
        return;
    watch->last[i] = *exit;
    watch->last_count += i == watch->last_count;
}

bool registers_last(const struct register_watch *watch, uint64_t hgatp, unsigned number,
                    uint64_t *value)
{
    for (size_t i = 0; i < watch->last_count; i++) {
        if ((watch->last[i].hgatp & ROOT) != (hgatp & ROOT))
            continue;
        *value = watch->last[i].x[number];
        return true;
    }
    return false;
}

const struct traplog_registers *registers_host(const struct register_watch *watch)
{
    return watch->has_host ? &watch->host : NULL;
}

const char *register_name(unsigned number)
{
    return register_names[number & 31];
}

int register_number(const char *name)
{
    for (int i = 0; i < 32; i++)
        if (strcmp(register_names[i], name) == 0)
            return i;
    return -1;
}

void registers_take(struct register_watch *watch, const struct traplog_registers *registers)
{
    if (registers->host) {
        watch->host = *registers;
        watch->has_host = true;
        return;
    }
    if (!registers->entry)
        note_last(watch, registers);
}
