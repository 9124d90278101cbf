/* Registers of guests at their last exits; see registers.h. */
#include "check/registers.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"
#include "model/successor.h"

#define MOST_ROOTS 1024
#define ROOT       ((1ull << 44) - 1) /* hgatp's PPN: a VMID may change while a VM lives */

struct register_watch {
    struct traplog_registers last[MOST_ROOTS]; /* the last exit under each second stage */
    size_t last_count;
    struct traplog_registers host; /* the last trap of the hypervisor's own */
    bool has_host;
};

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
    return state_x_names[number & 31];
}

int register_number(const char *name)
{
    for (int i = 0; i < 32; i++)
        if (strcmp(state_x_names[i], name) == 0)
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
