/* Registers at entry against registers at exit; see registers.h. */
#include "check/registers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/bundle.h"
#include "abi/sbi.h"
#include "lib/buffer.h"

#define MOST_VCPUS 128
#define MOST_BOOTS 1024
#define ROOT       ((1ull << 44) - 1) /* hgatp's PPN: a VMID may change while a VM lives */

#define A0 10
#define A1 11
#define A2 12
#define A6 16
#define A7 17

#define SUSPEND_NON_RETENTIVE 0x80000000u /* and the platform's own types above it */

#define CAUSE_ILLEGAL 2
#define CAUSE_ECALL   10
#define CAUSE_LOAD    21
#define CAUSE_VIRTUAL 22

/* Where a vCPU may begin afresh, as a call of its VM asked for. */
struct boot {
    uint64_t root, pc, a0, a1;
};

struct register_watch {
    /* The last trap of each vCPU that is not in its guest. Which vCPU it is, no register says. */
    struct traplog_registers saved[MOST_VCPUS];
    size_t saved_count;
    struct boot asked[MOST_BOOTS]; /* a ring */
    size_t asked_count;
    uint64_t first[MOST_BOOTS]; /* where VMs began */
    size_t first_count;
    bool inside[TRAPLOG_HARTS];                /* an entry was seen, and no exit since */
    struct traplog_registers last[MOST_BOOTS]; /* the last exit under each second stage */
    size_t last_count;
    struct traplog_registers host; /* the last trap of the hypervisor's own */
    bool has_host;
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

/* Registers that the exit's cause allows to change, as a bit mask. */
static uint32_t allowed(const struct traplog_trap *trap)
{
    if (trap->scause == CAUSE_ECALL)
        return 1u << A0 | 1u << A1;
    if (trap->scause == CAUSE_VIRTUAL || trap->scause == CAUSE_ILLEGAL)
        return 1u << (trap->tval >> 7 & 31);
    return 0;
}

/* How many registers changed that may not have; *first is the first of them. */
static unsigned changes(const struct traplog_registers *before, const struct traplog_registers *now,
                        unsigned *first)
{
    uint32_t may = allowed(&before->trap);
    /* A load that was carried out for the guest: it goes on behind it, with one new value. */
    bool spare = before->trap.scause == CAUSE_LOAD && now->pc != before->pc;
    unsigned count = 0;
    for (unsigned i = 1; i < 32; i++) {
        if (now->x[i] == before->x[i] || may >> i & 1)
            continue;
        if (spare) {
            spare = false;
            continue;
        }
        if (count++ == 0)
            *first = i;
    }
    return count;
}

static bool goes_on(const struct traplog_registers *before, const struct traplog_registers *now)
{
    return now->pc - before->pc <= 4;
}

/*
 * The trap that this entry comes back from: of the traps under its second stage the one with the
 * fewest changes, and of equals the one that it goes on behind. NULL: none is waiting.
 */
static struct traplog_registers *find_trap(struct register_watch *watch,
                                           const struct traplog_registers *now, unsigned *least)
{
    struct traplog_registers *best = NULL;
    for (size_t i = 0; i < watch->saved_count; i++) {
        struct traplog_registers *saved = &watch->saved[i];
        unsigned first, count;
        if ((saved->hgatp & ROOT) != (now->hgatp & ROOT))
            continue;
        count = changes(saved, now, &first);
        if (best &&
            (count > *least || (count == *least && (goes_on(best, now) || !goes_on(saved, now)))))
            continue;
        best = saved;
        *least = count;
    }
    return best;
}

/* Whether somebody asked for this beginning: hart_start, a suspend that loses registers. */
static bool was_asked(struct register_watch *watch, const struct traplog_registers *now)
{
    size_t count = watch->asked_count < MOST_BOOTS ? watch->asked_count : MOST_BOOTS;
    for (size_t i = 0; i < count; i++) {
        const struct boot *boot = &watch->asked[i];
        if (boot->root == (now->hgatp & ROOT) && boot->pc == now->pc && boot->a0 == now->x[A0] &&
            boot->a1 == now->x[A1])
            return true;
    }
    return false;
}

/* Whether a VM begins: where VMs begin, and not where the trap was. */
static bool is_begin(const struct register_watch *watch, const struct traplog_registers *before,
                     const struct traplog_registers *now)
{
    for (size_t i = 0; i < watch->first_count; i++)
        if (watch->first[i] == now->pc)
            return !goes_on(before, now);
    return false;
}

static void note_begin(struct register_watch *watch, uint64_t pc)
{
    for (size_t i = 0; i < watch->first_count; i++)
        if (watch->first[i] == pc)
            return;
    if (watch->first_count < MOST_BOOTS)
        watch->first[watch->first_count++] = pc;
}

static void ask(struct register_watch *watch, struct boot boot)
{
    watch->asked[watch->asked_count++ % MOST_BOOTS] = boot;
}

/* What the guest asks for with this trap, if it is a call that makes a vCPU begin afresh. */
static void note_call(struct register_watch *watch, const struct traplog_registers *exit)
{
    uint64_t root = exit->hgatp & ROOT;
    const uint64_t *x = exit->x;
    if (exit->trap.scause != CAUSE_ECALL)
        return;
    if (x[A7] == SBI_EXT_HSM && x[A6] == SBI_HSM_HART_START)
        ask(watch, (struct boot){root, x[A1], x[A0], x[A2]});
    if (x[A7] != SBI_EXT_HSM || x[A6] != SBI_HSM_HART_SUSPEND ||
        (uint32_t)x[A0] < SUSPEND_NON_RETENTIVE)
        return;
    /* Its own number is not among its registers. */
    for (uint64_t hart = 0; hart < BUNDLE_MAX_VCPUS; hart++)
        ask(watch, (struct boot){root, x[A1], hart, x[A2]});
}

static void add_trap(struct register_watch *watch, const struct traplog_registers *exit)
{
    if (watch->saved_count == MOST_VCPUS) { /* the oldest: a vCPU that ended there */
        memmove(&watch->saved[0], &watch->saved[1], (MOST_VCPUS - 1) * sizeof(watch->saved[0]));
        watch->saved_count--;
    }
    watch->saved[watch->saved_count++] = *exit;
}

static void enter(struct register_watch *watch, const struct traplog_registers *now)
{
    unsigned least = 0;
    struct traplog_registers *before = find_trap(watch, now, &least);
    if (!before) {
        note_begin(watch, now->pc);
        return;
    }
    if (least > 0 && (was_asked(watch, now) || is_begin(watch, before, now)))
        return;
    watch->compared++;
    if (least > 0) {
        changes(before, now, &watch->lost);
        watch->before = before->x[watch->lost];
        watch->after = now->x[watch->lost];
        watch->pc = now->pc;
        watch->failed = true;
        return;
    }
    size_t behind = (size_t)(&watch->saved[watch->saved_count] - before) - 1;
    memmove(before, before + 1, behind * sizeof(*before));
    watch->saved_count--;
}

static void note_last(struct register_watch *watch, const struct traplog_registers *exit)
{
    size_t i = 0;
    while (i < watch->last_count && (watch->last[i].hgatp & ROOT) != (exit->hgatp & ROOT))
        i++;
    if (i == MOST_BOOTS)
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
    unsigned hart = registers->hart % TRAPLOG_HARTS;
    if (registers->host) {
        watch->host = *registers;
        watch->has_host = true;
        return;
    }
    if (!registers->entry)
        note_last(watch, registers);
    if (watch->failed)
        return;
    /* An exit right after an exit: the guest was entered, and trapped before it did anything. */
    if (registers->entry || !watch->inside[hart])
        enter(watch, registers);
    watch->inside[hart] = registers->entry;
    if (registers->entry || watch->failed)
        return;
    add_trap(watch, registers);
    note_call(watch, registers);
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
