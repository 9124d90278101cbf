/* Registers at entry against registers at exit; see registers.h. */
#include "check/registers.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buffer.h"

#define MOST_STOPS 1200 /* then the guest runs on unwatched: a stop costs a round trip */
#define MOST_SRETS 8
#define MOST_VMS   16

#define SRET        0x10200073u
#define HSTATUS_SPV (1ull << 7)
#define A0          10
#define A1          11

#define CAUSE_ILLEGAL 2
#define CAUSE_ECALL   10
#define CAUSE_LOAD    21
#define CAUSE_VIRTUAL 22

/* The registers of a guest at its last trap. One vCPU a VM: two would share a second stage. */
struct saved {
    uint64_t hgatp;
    uint64_t x[33];
    uint64_t cause, stval, sepc;
    bool valid;
};

struct register_watch {
    uint64_t address[1 + MOST_SRETS]; /* [0] is the trap vector */
    size_t addresses;
    uint64_t from, to; /* vcpu_enter, while scanning */
    struct saved saved[MOST_VMS];
    unsigned stops;
    uint64_t compared;
    bool failed;
    unsigned lost; /* register */
    uint64_t before, after, pc;
};

static const char *const register_names[32] = {"zero", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                               "s0",   "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                               "a6",   "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                               "s8",   "s9", "s10", "s11", "t3", "t4", "t5", "t6"};

static void found_sret(uint64_t address, uint32_t instruction, void *argument)
{
    struct register_watch *watch = argument;
    (void)instruction;
    if (address >= watch->from && address < watch->to && watch->addresses <= MOST_SRETS)
        watch->address[watch->addresses++] = address;
}

struct register_watch *registers_new(const struct symbols *hypervisor, char *why, size_t bytes)
{
    struct register_watch *watch = allocate(1, sizeof *watch);
    uint64_t size = 0;
    watch->addresses = 1;
    if (!symbols_find(hypervisor, "trap_vector", &watch->address[0], NULL) ||
        !symbols_find(hypervisor, "vcpu_enter", &watch->from, &size)) {
        snprintf(why, bytes, "the hypervisor has no symbol trap_vector or vcpu_enter");
        free(watch);
        return NULL;
    }
    watch->to = watch->from + (size ? size : 4096);
    symbols_scan(hypervisor, UINT32_MAX, SRET, found_sret, watch);
    if (watch->addresses > 1)
        return watch;
    snprintf(why, bytes, "vcpu_enter of the hypervisor holds no sret");
    free(watch);
    return NULL;
}

void registers_free(struct register_watch *watch)
{
    free(watch);
}

size_t registers_breakpoints(const struct register_watch *watch, const uint64_t **addresses)
{
    *addresses = watch->address;
    return watch->addresses;
}

static struct saved *saved_for(struct register_watch *watch, uint64_t hgatp)
{
    struct saved *free_place = NULL;
    for (size_t i = 0; i < MOST_VMS; i++) {
        if (watch->saved[i].hgatp == hgatp)
            return &watch->saved[i];
        if (!watch->saved[i].hgatp && !free_place)
            free_place = &watch->saved[i];
    }
    if (free_place)
        free_place->hgatp = hgatp;
    return free_place;
}

/* Registers that the exit's cause allows to change, as a bit mask. */
static uint32_t allowed(const struct saved *saved)
{
    if (saved->cause == CAUSE_ECALL)
        return 1u << A0 | 1u << A1;
    if (saved->cause == CAUSE_VIRTUAL || saved->cause == CAUSE_ILLEGAL)
        return 1u << (saved->stval >> 7 & 31);
    return 0;
}

static void at_exit(struct register_watch *watch, const struct observer_view *view)
{
    uint64_t hstatus = 0;
    if (!gdb_read(view->gdb, "hstatus", &hstatus) || !(hstatus & HSTATUS_SPV))
        return;
    struct saved *saved = saved_for(watch, view->hgatp);
    if (saved)
        saved->valid = gdb_read_general(view->gdb, saved->x) &&
                       gdb_read(view->gdb, "scause", &saved->cause) &&
                       gdb_read(view->gdb, "stval", &saved->stval) &&
                       gdb_read(view->gdb, "sepc", &saved->sepc);
}

static void at_entry(struct register_watch *watch, const struct observer_view *view)
{
    struct saved *saved = saved_for(watch, view->hgatp);
    uint64_t now[33];
    if (!saved || !saved->valid || !gdb_read_general(view->gdb, now))
        return;
    saved->valid = false;
    watch->compared++;
    gdb_read(view->gdb, "sepc", &watch->pc);
    uint32_t may = allowed(saved);
    /* A load that was carried out for the guest: it goes on behind it, with one new value. */
    bool spare = saved->cause == CAUSE_LOAD && watch->pc != saved->sepc;
    for (unsigned i = 1; i < 32 && !watch->failed; i++) {
        if (now[i] == saved->x[i] || may >> i & 1)
            continue;
        if (spare) {
            spare = false;
            continue;
        }
        watch->failed = true;
        watch->lost = i;
        watch->before = saved->x[i];
        watch->after = now[i];
    }
}

bool registers_stop(struct register_watch *watch, const struct observer_view *view)
{
    if (!view->gdb)
        return true;
    if (view->pc == watch->address[0])
        at_exit(watch, view);
    else
        at_entry(watch, view);
    if (++watch->stops == MOST_STOPS)
        for (size_t i = 0; i < watch->addresses; i++)
            gdb_breakpoint_remove(view->gdb, watch->address[i]);
    return !watch->failed;
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
