/* Shares, gaps and ends; see account.h. */
#include "check/account.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check/endings.h"
#include "check/match.h"

#define SAY(field, ...) snprintf(account->field, sizeof account->field, __VA_ARGS__)

#define INSTRUCTIONS_PER_TICK 100 /* under -icount shift=0 */

/* Instructions executed from entries into the VM to the exits from it. */
static uint64_t executed(const struct facts *facts, unsigned vm)
{
    uint64_t entered[TRACE_MAX_HARTS] = {0}, sum = 0;
    bool inside[TRACE_MAX_HARTS] = {false};
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        if (event->hart >= TRACE_MAX_HARTS)
            continue;
        if (event->type->kind == SEEN_GUEST_ENTRY) {
            inside[event->hart] = event->vm != TRACE_NO_VM && facts->vm_of[event->vm] == (int)vm;
            entered[event->hart] = event->instructions;
        } else if (event->type->kind == SEEN_GUEST_EXIT && inside[event->hart]) {
            sum += event->instructions - entered[event->hart];
            inside[event->hart] = false;
        }
    }
    return sum;
}

static bool consumption(const struct facts *facts, const struct property *property, unsigned vm,
                        uint64_t *value)
{
    if (property->by_instructions) {
        *value = executed(facts, vm);
        return true;
    }
    if (property->by)
        return facts_probe(facts, vm, property->by, value);
    return facts_monitor(facts, (int)vm, "cpu_ticks", value);
}

bool share_holds(const struct facts *facts, const struct property *property,
                 struct account *account)
{
    const struct scenario *scenario = &facts->check->scenario;
    *account = (struct account){0};
    SAY(expected, "VM %s gets %.1f%% of the CPU, within %" PRIu64 "%%",
        scenario->vm[property->vm].name, 100.0 * (double)property->part / (double)property->whole,
        property->percent);
    uint64_t own = 0, sum = 0;
    for (unsigned vm = 0; vm < scenario->vms; vm++) {
        uint64_t value;
        if (!consumption(facts, property, vm, &value)) {
            SAY(actual, "VM %s shows no %s", scenario->vm[vm].name,
                property->by ? property->by : "CPU time");
            return false;
        }
        sum += value;
        own = (int)vm == property->vm ? value : own;
    }
    if (!sum) {
        SAY(actual, "no VM got on at all");
        SAY(diagnosis, "starved VM");
        return false;
    }
    double wanted = (double)property->part / (double)property->whole;
    double got = (double)own / (double)sum;
    double difference = got > wanted ? got - wanted : wanted - got;
    if (difference <= (double)property->percent / 100 + 1e-9)
        return true;
    SAY(actual, "it got %.1f%% (%" PRIu64 " of %" PRIu64 " by %s)", 100 * got, own, sum,
        property->by ? property->by : "told CPU time");
    SAY(diagnosis, "%s",
        own == 0       ? "starved VM"
        : got > wanted ? "more than its share"
                       : "less than its share");
    return false;
}

/* Since when a vCPU could run and did not. */
struct wait {
    bool waiting;
    uint64_t since;
};

struct gap {
    uint64_t longest, at;
    unsigned vcpu;
    struct wait vcpu_wait[BUNDLE_MAX_VCPUS];
    bool any;
};

static void end_wait(struct gap *gap, unsigned vcpu, uint64_t now)
{
    struct wait *wait = &gap->vcpu_wait[vcpu];
    if (wait->waiting && now - wait->since > gap->longest) {
        gap->longest = now - wait->since;
        gap->at = wait->since;
        gap->vcpu = vcpu;
    }
    wait->waiting = false;
}

static void follow(struct gap *gap, const struct event *event)
{
    unsigned vcpu = event->vcpu;
    if (vcpu >= BUNDLE_MAX_VCPUS)
        return;
    switch (event->type->kind) {
    case TRACE_KVM_ENTRY:
        gap->any = true;
        end_wait(gap, vcpu, event->time);
        break;
    case TRACE_KVM_EXIT:
    case TRACE_SCHED_WAKEUP:
    case TRACE_VCPU_START:
        if (!gap->vcpu_wait[vcpu].waiting)
            gap->vcpu_wait[vcpu] = (struct wait){true, event->time};
        break;
    case TRACE_SCHED_BLOCK:
    case TRACE_VCPU_STOP:
        gap->vcpu_wait[vcpu].waiting = false;
        break;
    case TRACE_VM_EXIT:
    case TRACE_VM_KILL:
    case TRACE_VM_PAUSE:
        for (unsigned i = 0; i < BUNDLE_MAX_VCPUS; i++)
            gap->vcpu_wait[i].waiting = false;
        break;
    default:
        break;
    }
}

/* The longest stretch of instructions without an entry into the VM, in ticks. */
static void seen_gap(const struct facts *facts, unsigned vm, struct gap *gap)
{
    uint64_t since = 0, first = 0;
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        if (!event->type->seen || event->vm == TRACE_NO_VM || facts->vm_of[event->vm] != (int)vm)
            continue;
        uint64_t now = event->instructions / INSTRUCTIONS_PER_TICK;
        if (event->type->kind == SEEN_GUEST_ENTRY && !gap->any) {
            gap->any = true;
            first = now;
        } else if (event->type->kind == SEEN_GUEST_ENTRY && now - since > gap->longest) {
            gap->longest = now - since;
            gap->at = facts->first_tick + since - first;
        }
        since = now;
    }
}

static void told_gap(const struct facts *facts, unsigned vm, struct gap *gap)
{
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        if (!event->type->seen && event->vm != TRACE_NO_VM && facts->vm_of[event->vm] == (int)vm)
            follow(gap, event);
    }
    for (unsigned vcpu = 0; vcpu < BUNDLE_MAX_VCPUS; vcpu++)
        end_wait(gap, vcpu, facts->end_tick);
}

bool gap_holds(const struct facts *facts, const struct property *property, struct account *account)
{
    const char *name = facts->check->scenario.vm[property->vm].name;
    struct gap gap = {0};
    if (property->by_instructions)
        seen_gap(facts, (unsigned)property->vm, &gap);
    else
        told_gap(facts, (unsigned)property->vm, &gap);

    *account = (struct account){0};
    uint64_t bound = 0;
    struct bindings bindings;
    bindings_begin(&bindings, facts);
    if (!expression_value(facts, property->right, &bindings, &bound, account->actual,
                          sizeof account->actual))
        return false;
    SAY(expected, "VM %s never waits for the CPU longer than %.3f ms", name, (double)bound / 1e4);
    if (!gap.any) {
        SAY(actual, "it never ran");
        SAY(diagnosis, "starved VM");
        return false;
    }
    if (gap.longest < bound)
        return true;
    SAY(actual, "its vCPU %u waited %.3f ms, from %.3f ms on", gap.vcpu, (double)gap.longest / 1e4,
        (double)(gap.at - facts->first_tick) / 1e4);
    SAY(diagnosis, "starved VM");
    return false;
}

static const char *end_word(int end)
{
    static const char *const words[] = {"never",  "exit",      "shutdown", "guest_fault",
                                        "killed", "no_memory", "stopped"};
    return end >= 0 && end <= VM_END_STOPPED ? words[end] : "never";
}

bool end_holds(const struct facts *facts, const struct property *property, struct account *account)
{
    const char *name = facts->check->scenario.vm[property->vm].name;
    const struct monitor_vm *vm = facts_monitor_vm(facts, (unsigned)property->vm);
    *account = (struct account){0};
    SAY(expected, "VM %s ends %s", name, end_word(property->end));
    if (property->has_code)
        SAY(expected, "VM %s ends %s(%" PRIu64 ")", name, end_word(property->end), property->code);
    if (!vm) {
        SAY(actual, "the monitor knows no VM of that name");
        return false;
    }
    int end = vm->end == VM_END_NONE ? -1 : (int)vm->end;
    if (!endings_agree(facts, (unsigned)property->vm, vm)) {
        SAY(actual, "it is told that it ends %s(%" PRIu64 "), and it did not ask for that",
            end_word(end), vm->end_code);
        SAY(diagnosis, "the end was not the guest's");
        return false;
    }
    if (end == property->end && (!property->has_code || vm->end_code == property->code))
        return true;
    char why[sizeof vm->why + 1] = "";
    memcpy(why, vm->why, sizeof vm->why);
    SAY(actual, "it ends %s(%" PRIu64 ")%s%s", end_word(end), vm->end_code, *why ? ": " : "", why);
    SAY(diagnosis, "%s",
        end == -1                               ? "VM did not end"
        : end == VM_END_GUEST_FAULT             ? "guest killed"
        : end == VM_END_EXIT && !property->code ? "guest reports a failure"
                                                : "");
    return false;
}

bool says_holds(const struct facts *facts, const struct property *property, struct account *account)
{
    const char *name = facts->check->scenario.vm[property->vm].name;
    *account = (struct account){0};
    SAY(expected, "VM %s says \"%s\"", name, property->says);
    if (facts->said && facts->said(facts->argument, (unsigned)property->vm, property->says))
        return true;
    SAY(actual, "that is not in what it wrote to its console");
    return false;
}
