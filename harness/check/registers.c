/* Registers at entry against registers at exit; see registers.h. */
#include "check/registers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

#define MOST_VMS 16

#define A0 10
#define A1 11

#define CAUSE_ILLEGAL 2
#define CAUSE_ECALL   10
#define CAUSE_LOAD    21
#define CAUSE_VIRTUAL 22

/* A second stage's last trap. One vCPU a VM: two would share a second stage. */
struct saved {
    struct traplog_registers at;
    bool used, valid;
};

struct register_watch {
    struct saved saved[MOST_VMS];
    uint64_t compared;
    bool failed;
    unsigned lost; /* register */
    uint64_t before, after, pc;
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

static struct saved *saved_for(struct register_watch *watch, uint64_t hgatp)
{
    for (size_t i = 0; i < MOST_VMS; i++) {
        struct saved *saved = &watch->saved[i];
        if (saved->used && saved->at.hgatp == hgatp)
            return saved;
        if (saved->used)
            continue;
        saved->used = true;
        saved->at.hgatp = hgatp;
        return saved;
    }
    return NULL;
}

/* Registers that the exit's cause allows to change, as a bit mask. */
static uint32_t allowed(const struct traplog_trap *trap)
{
    if (trap->scause == CAUSE_ECALL)
        return 1u << A0 | 1u << A1;
    if (trap->scause == CAUSE_VIRTUAL || trap->scause == CAUSE_ILLEGAL)
        return 1u << (trap->tval >> 7 & 31);
    return 0;
}

static void compare(struct register_watch *watch, const struct traplog_registers *before,
                    const struct traplog_registers *now)
{
    uint32_t may = allowed(&before->trap);
    /* A load that was carried out for the guest: it goes on behind it, with one new value. */
    bool spare = before->trap.scause == CAUSE_LOAD && now->pc != before->pc;
    watch->compared++;
    for (unsigned i = 1; i < 32; i++) {
        if (now->x[i] == before->x[i] || may >> i & 1)
            continue;
        if (spare) {
            spare = false;
            continue;
        }
        watch->lost = i;
        watch->before = before->x[i];
        watch->after = now->x[i];
        watch->pc = now->pc;
        watch->failed = true;
        return;
    }
}

void registers_take(struct register_watch *watch, const struct traplog_registers *registers)
{
    struct saved *saved = watch->failed ? NULL : saved_for(watch, registers->hgatp);
    if (!saved)
        return;
    /* An exit right after an exit: the guest was entered, and trapped before it did anything. */
    if (saved->valid)
        compare(watch, &saved->at, registers);
    saved->valid = !registers->entry;
    if (!registers->entry)
        saved->at = *registers;
}

void registers_finding(const struct register_watch *watch, struct finding *finding)
{
    finding->known = true;
    finding->holds = !watch->failed;
    finding->looked_at = watch->compared;
    if (!watch->failed) {
        snprintf(finding->text, sizeof finding->text,
                 "registers preserved: %" PRIu64 " exits, 31 registers each", watch->compared);
        return;
    }
    snprintf(finding->diagnosis, sizeof finding->diagnosis, "register lost across exit: %s",
             register_names[watch->lost]);
    snprintf(finding->text, sizeof finding->text,
             "%s was 0x%" PRIx64 " when the guest trapped and is 0x%" PRIx64
             " when it goes on at 0x%" PRIx64 " (exit %" PRIu64 ")",
             register_names[watch->lost], watch->before, watch->after, watch->pc, watch->compared);
}
