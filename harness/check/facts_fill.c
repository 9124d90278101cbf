/* From an observation to facts: one order of events, how the run ended, the watchers' findings. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check/endings.h"
#include "check/findings.h"
#include "check/kept.h"
#include "check/machine.h"
#include "check/registers.h"

/* ---- Memory and symbols of guests -------------------------------------------------------- */

static bool word(void *argument, unsigned vm, uint64_t address, uint64_t *value)
{
    struct machine *machine = argument;
    uint64_t hgatp = machine->vm[vm].hgatp;
    return hgatp && walk_copy(&machine->seen.ram, hgatp, address, value, sizeof *value);
}

static struct symbols *symbols_of(struct machine *machine, int vm)
{
    struct error error;
    if (vm < 0)
        return machine->seen.hypervisor;
    struct machine_vm *guest = &machine->vm[vm];
    if (!guest->symbols)
        guest->symbols = symbols_open(guest->image, &error);
    return guest->symbols;
}

static bool symbol(void *argument, unsigned vm, const char *name, uint64_t *address)
{
    struct symbols *symbols = symbols_of(argument, (int)vm);
    return symbols && symbols_find(symbols, name, address, NULL);
}

static bool describe(void *argument, int vm, uint64_t address, char *to, size_t bytes)
{
    struct symbols *symbols = symbols_of(argument, vm);
    return symbols && symbols_describe(symbols, address, to, bytes) > 0;
}

/* ---- How it ended ------------------------------------------------------------------------ */

static enum outcome outcome_of(const struct observation *seen)
{
    switch (seen->end) {
    case OBSERVER_SHUTDOWN:
        return OUTCOME_FINISHED;
    case OBSERVER_FAILURE:
        return OUTCOME_FAILURE;
    case OBSERVER_STUCK:
        return OUTCOME_STUCK;
    case OBSERVER_LIMIT:
    case OBSERVER_STOPPED: /* by ourselves: a register was lost, or too many records */
        return OUTCOME_DEADLINE;
    case OBSERVER_OVERRUN:
        return OUTCOME_OVERRUN;
    case OBSERVER_DIED:
    case OBSERVER_WALL:
        return OUTCOME_BROKEN;
    }
    return OUTCOME_BROKEN;
}

/* ---- One order of events ----------------------------------------------------------------- */

/* The VM whose second stage this was after so many instructions, since another VM may get the same
 * root and VMID later: by the model, and where there is none by what was found in memory. */
static int vm_at(const struct machine *machine, uint64_t hgatp, uint64_t instructions)
{
    const struct model_channel *model = machine->seen.model;

    for (uint32_t i = model ? model->lives : 0; i-- > 0;)
        if (model->life[i].instructions <= instructions &&
            ((model->life[i].hgatp ^ hgatp) & ~MODEL_CHANNEL_VMID) == 0)
            return model->life[i].vm;
    for (size_t i = 0; i < machine->trees; i++)
        if (machine->tree[i].hgatp == hgatp && machine->tree[i].vm >= 0)
            return machine->tree[i].vm;
    return -1;
}

/* Whose exit or entry it was, by hgatp: seen, whatever the trace says. */
static void name_seen(struct machine *machine)
{
    struct event_list *seen = &machine->seen.seen;
    int id_of[BUNDLE_MAX_VMS];
    memset(id_of, -1, sizeof id_of);
    for (int id = 255; id >= 0; id--)
        if (machine->facts.vm_of[id] >= 0 && machine->facts.vm_of[id] < BUNDLE_MAX_VMS)
            id_of[machine->facts.vm_of[id]] = id;
    for (size_t i = 0; i < seen->count; i++) {
        struct event *event = &seen->event[i];
        int field = event_field_index(event->type, "hgatp");
        if (field < 0 || event->type->kind == SEEN_HGATP_WRITE)
            continue;
        int vm = vm_at(machine, event->value[field], event->instructions);
        if (vm >= 0 && vm < BUNDLE_MAX_VMS && id_of[vm] >= 0)
            event->vm = (uint8_t)id_of[vm];
    }
}

/* The told events and how far they have been taken over. */
struct merging {
    struct machine *machine;
    const struct event_list *told;
    size_t next, count;
};

static void take_told(struct merging *merging, size_t until)
{
    while (merging->next < until)
        merging->machine->order[merging->count++] = &merging->told->event[merging->next++];
}

/* Place behind the told kvm_entry of a seen entry: the hart's next, past one kvm_exit at most.
 * The present place if there is none. */
static size_t behind_entry(const struct merging *merging, unsigned hart)
{
    unsigned exits = 0;
    for (size_t i = merging->next; i < merging->told->count && exits < 2; i++) {
        const struct event *event = &merging->told->event[i];
        if (event->hart != hart)
            continue;
        if (event->type->kind == TRACE_KVM_ENTRY)
            return i + 1;
        exits += event->type->kind == TRACE_KVM_EXIT;
    }
    return merging->next;
}

/* When the run was ended for its many records depends on the clock on the wall; what is judged
 * must not: the first so many, and what was seen up to their time. */
static void cut_records(struct machine *machine)
{
    struct event_list *told = &machine->seen.told, *seen = &machine->seen.seen;
    if (seen->count > MACHINE_MOST_SEEN)
        seen->count = MACHINE_MOST_SEEN;
    if (told->count <= MACHINE_MOST_RECORDS)
        return;
    told->count = MACHINE_MOST_RECORDS;
    uint64_t last = told->event[told->count - 1].time;
    size_t keep = 0;
    for (size_t i = 0; i < seen->count; i++)
        if (seen->event[i].time != EVENT_NO_TIME && seen->event[i].time <= last)
            keep = i + 1;
    seen->count = keep;
}

/*
 * Merges told and seen, each in its own order: a seen exit stands right before the record that
 * tells of it, a seen entry right behind its kvm_entry, whose time it takes; whatever no record
 * dates stands behind what it followed.
 */
static void merge(struct machine *machine)
{
    struct event_list *seen = &machine->seen.seen;
    const struct event_list *told = &machine->seen.told;
    struct facts *facts = &machine->facts;
    struct merging merging = {.machine = machine, .told = told};
    machine->order = allocate(told->count + seen->count + 1, sizeof *machine->order);
    for (size_t i = 0; i < seen->count; i++) {
        struct event *event = &seen->event[i];
        size_t until = merging.next;
        if (event->type->kind == SEEN_GUEST_ENTRY)
            until = behind_entry(&merging, event->hart);
        else if (event->time != EVENT_NO_TIME)
            while (until < told->count && told->event[until].time < event->time)
                until++;
        if (event->type->kind == SEEN_GUEST_ENTRY && until > merging.next)
            event->time = told->event[until - 1].time;
        take_told(&merging, until);
        machine->order[merging.count++] = event;
    }
    take_told(&merging, told->count);
    facts->event = machine->order;
    facts->events = merging.count;
    facts->lost = told->lost;
    /* Not the clock as it was last looked at: when that was is not repeatable. */
    facts->end_tick = told->count ? told->event[told->count - 1].time : 0;
    facts->instructions = machine->seen.instructions;
    facts->last_tick = facts->end_tick;
    if (machine->seen.end == OBSERVER_LIMIT && machine->check->scenario.deadline > facts->end_tick)
        facts->last_tick = facts->end_tick = machine->check->scenario.deadline;
    facts->first_tick = told->count ? told->event[0].time : 0;
}

/* Which of its bounds has ended the run; records and traps have been cut to theirs. */
static void tell_bound(struct machine *machine)
{
    const struct observation *seen = &machine->seen;
    struct facts *facts = &machine->facts;
    unsigned bound = MACHINE_MOST_VECTORS;
    const char *what = "traps into the hypervisor";
    if (seen->told.count >= MACHINE_MOST_RECORDS)
        bound = MACHINE_MOST_RECORDS, what = "trace records";
    else if (seen->seen.count >= MACHINE_MOST_SEEN)
        bound = MACHINE_MOST_SEEN, what = "traps and entries";
    size_t traps = 0;
    for (size_t i = 0; i < seen->seen.count; i++) {
        unsigned kind = seen->seen.event[i].type->kind;
        traps += kind == SEEN_HOST_TRAP || kind == SEEN_GUEST_EXIT;
    }
    facts->vector_alone = bound == MACHINE_MOST_VECTORS && traps < bound / 2;
    if (facts->vector_alone)
        snprintf(facts->why, sizeof facts->why,
                 "ended after the trap vector ran %u times, for %zu traps: it gets nowhere", bound,
                 traps);
    else
        snprintf(facts->why, sizeof facts->why, "ended after %u %s: it gets nowhere", bound, what);
}

static void map_vms(struct machine *machine)
{
    struct facts *facts = &machine->facts;
    const struct scenario *scenario = &machine->check->scenario;
    for (int id = 0; id < 256; id++)
        facts->vm_of[id] = id < (int)scenario->vms ? (int16_t)id : -1;
    for (unsigned i = 0; facts->has_monitor && i < facts->monitor.vm_count && i < MONITOR_MAX_VMS;
         i++) {
        const struct monitor_vm *entry = &facts->monitor.vm[i];
        for (unsigned vm = 0; vm < scenario->vms; vm++)
            if (entry->id < 256 &&
                strncmp(entry->name, scenario->vm[vm].name, sizeof entry->name) == 0)
                facts->vm_of[entry->id] = (int16_t)vm;
    }
}

static bool last_register(void *argument, unsigned vm, unsigned number, uint64_t *value)
{
    const struct machine *machine = argument;
    return machine->registers && machine->vm[vm].hgatp != 0 &&
           registers_last(machine->registers, machine->vm[vm].hgatp, number, value);
}

/* A VM that was destroyed and not entered since has no memory that could be read. */
static void forget_destroyed(struct machine *machine)
{
    const struct facts *facts = &machine->facts;
    bool destroyed[BUNDLE_MAX_VMS] = {false};
    for (size_t i = 0; i < facts->events; i++) {
        const struct event *event = facts->event[i];
        int kind = event->type->kind;
        int vm = event->vm == TRACE_NO_VM ? -1 : facts->vm_of[event->vm];
        if (vm >= 0 &&
            (kind == TRACE_VM_DESTROY || kind == TRACE_VM_CREATE || kind == (int)SEEN_GUEST_ENTRY))
            destroyed[vm] = kind == TRACE_VM_DESTROY;
    }
    for (unsigned vm = 0; vm < BUNDLE_MAX_VMS; vm++)
        if (destroyed[vm])
            machine->vm[vm].hgatp = 0;
}

void machine_fill_facts(struct machine *machine)
{
    struct facts *facts = &machine->facts;
    facts->check = machine->check;
    facts->seed = machine->seed;
    facts->outcome = outcome_of(&machine->seen);
    facts->stray = machine->seen.stray;
    snprintf(facts->why, sizeof facts->why, "%s", machine->seen.why);
    facts->has_monitor = observation_monitor(&machine->seen, &facts->monitor);
    if (facts->has_monitor && facts->monitor.panicked && facts->outcome == OUTCOME_FINISHED)
        facts->outcome = OUTCOME_FAILURE;
    facts->word = word;
    facts->said = console_said;
    facts->symbol = symbol;
    facts->last_register = last_register;
    facts->describe = describe;
    facts->argument = machine;
    cut_records(machine);
    map_vms(machine);
    name_seen(machine);
    merge(machine);
    forget_destroyed(machine);
    findings_truth(machine);
    findings_isolation(machine);
    contract_finding(machine);
    kept_registers(facts, &facts->registers);
    if (machine->registers)
        findings_panic(machine);
    if (machine->seen.end == OBSERVER_STOPPED && !facts->stray)
        tell_bound(machine);
    facts->flooded = machine->seen.end == OBSERVER_STOPPED;
    if (facts->outcome == OUTCOME_FINISHED)
        endings_are_seen(facts, facts->cut_short, sizeof facts->cut_short);
    kept_fences(facts, &facts->fences);
}
